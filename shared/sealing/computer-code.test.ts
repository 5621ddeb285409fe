import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../base/bytes.ts';
import { DeviceId } from '../base/ids.ts';
import { unwrap } from '../base/outcome.ts';
import { computerRoomKeys, formatComputerCode, parseComputerCode } from './computer-code.ts';
import { parseInvite } from './invite.ts';
import { findParleyLink } from './pasted.ts';
import { randomBytes } from './primitives.ts';

const someCode = (host = 'talk.example') => ({
  host,
  secret: randomBytes(32),
  person: DeviceId.parse(toBase64Url(randomBytes(32))),
});

describe('the code for a new computer (H9)', () => {
  it('comes back as it was made, also with blanks and quotes around it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('talk.example', '127.0.0.1:7350', '[2001:db8::1]:7350'),
        fc.constantFrom(['', ''], [' ', '\n'], ['"', '"'], ['<', '>']),
        (host, [before, after]) => {
          const code = someCode(host);
          expect(unwrap(parseComputerCode(`${before}${formatComputerCode(code)}${after}`))).toEqual(code);
        },
      ),
    );
  });

  it('is refused in words wherever a part is missing, added or changed', () => {
    const text = formatComputerCode(someCode());
    for (const wrong of [
      '',
      'Hello',
      text.slice(0, -1),
      `${text}.p`,
      `${text}A`,
      text.replace('computer', 'join'),
      text.replace('parley:', 'https:'),
      text.replace('#1.', '#1..'),
      `${text} ${text}`,
    ])
      expect(parseComputerCode(wrong), wrong).toMatchObject({ ok: false, code: 'computer-code-invalid' });
    expect(parseComputerCode(text.replace('#1.', '#2.'))).toMatchObject({ ok: false, code: 'invite-version' });
  });

  it('is no invite to a room, and an invite is no code', async () => {
    const text = formatComputerCode(someCode());
    expect(parseInvite(text).ok).toBe(false);
    expect(findParleyLink(`Look: ${text}`).ok).toBe(false);
  });

  it('leads to a room that follows from its secret alone, and from nothing less', async () => {
    const code = someCode();
    const [one, same, other] = await Promise.all(
      [code, { ...code, host: 'b.example' }, someCode()].map(computerRoomKeys),
    );
    expect(one?.roomId).toBe(same?.roomId);
    expect(one?.roomId).not.toBe(other?.roomId);
    // The server gets to know neither the person nor the secret.
    expect(toBase64Url(one?.ownerPub ?? new Uint8Array())).not.toBe(code.person);
  });
});
