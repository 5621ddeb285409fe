import { describe, expect, it } from 'vitest';
import { protectionSentence } from './connection-words.ts';

const room = { mine: true, needsPassphrase: false, listed: false, wasListed: false };

describe('the sentence about listeners', () => {
  it('is that the server cannot only where it never got the secret of the room', () => {
    expect(protectionSentence(room, 'Choir')).toContain('the server cannot listen.');
    for (const given of [{ listed: true, wasListed: true }, { wasListed: true }])
      expect(protectionSentence({ ...room, ...given }, 'Choir')).toContain('the person who runs');
  });

  it('is no promise to a member, whom nobody tells whether the room was on a list', () => {
    expect(protectionSentence({ ...room, mine: false }, 'Choir')).toContain('cannot listen, unless');
  });

  it('is that the server cannot where a passphrase keeps it out, listed or not', () => {
    for (const given of [{}, { listed: true, wasListed: true }, { wasListed: true }])
      expect(protectionSentence({ ...room, ...given, needsPassphrase: true }, 'Choir')).not.toContain('could listen');
  });
});
