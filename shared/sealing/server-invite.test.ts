import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { formatServerInvite, parseServerInvite } from './server-invite.ts';
import { someServerInvite } from './testing/some-invites.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const TOKEN = `parley_${'a'.repeat(12)}_17_${'b'.repeat(43)}`;
const GOOD = `parley://server/talk.example.org:8443#1.${TOKEN}`;

describe('an invitation to a server (S11)', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(someServerInvite, (made) => {
        expect(parseServerInvite(formatServerInvite(made))).toEqual({ ok: true, value: made });
      }),
    );
  });

  it('never throws, whatever is pasted', () => {
    fc.assert(fc.property(fc.string({ maxLength: 3_000, unit: 'binary' }), (text) => void parseServerInvite(text)));
  });

  it('that lacks its end is called cut, at every length', () => {
    for (let length = 'parley:'.length; length < GOOD.length; length++)
      expect(parseServerInvite(GOOD.slice(0, length)), GOOD.slice(0, length)).toMatchObject({ code: 'invite-cut' });
  });

  it.each([
    ['a newer version', GOOD.replace('#1.', '#2.'), 'invite-version'],
    ['another kind of link', GOOD.replace('//server/', '//join/'), 'invite-invalid'],
    ['a token that is too long', `${GOOD}b`, 'invite-invalid'],
    ['a further field', `${GOOD}.p`, 'invite-invalid'],
    ['something else than a token', GOOD.replace('parley_', 'secret_'), 'invite-invalid'],
    ['a generation of 0', GOOD.replace('_17_', '_0_'), 'invite-invalid'],
    ['a path', GOOD.replace('8443#', '8443/x#'), 'invite-invalid'],
    ['nothing', '', 'invite-invalid'],
  ])('with %s is refused', (_, text, code) => {
    expect(parseServerInvite(text)).toMatchObject({ ok: false, code });
  });
});
