import { describe, expect, it } from 'vitest';
import { inviteMessage } from './invite-message.ts';

const invite = `parley://join/parley.studio.example#1.${'a'.repeat(43)}.${'b'.repeat(43)}`;

describe('an invite as a message', () => {
  it('says who invites where, what Parley is and what to do, with the link on a line of its own', () => {
    const message = inviteMessage({ invite, from: 'Ana', roomName: 'Choir', needsPassphrase: false });
    expect(message).toContain('Ana invites you to the room “Choir” in Parley, an app for');
    expect(message).not.toContain('https://');
    expect(message).toContain('“Join with a link”');
    expect(message.split('\n')).toContain(invite);
    expect(message).not.toContain('passphrase');
  });

  it('says that a passphrase comes by another way, and never carries it', () => {
    const message = inviteMessage({ invite: `${invite}.p`, from: null, roomName: null, needsPassphrase: true });
    expect(message).toContain('Somebody invites you to a private room');
    expect(message).toContain('passphrase. You get it by another way');
  });
});
