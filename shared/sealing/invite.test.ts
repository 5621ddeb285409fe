import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { toBase64Url } from './agreements.ts';
import { createInvite, formatInvite, parseInvite } from './invite.ts';
import { someInvite as invite } from './testing/some-invites.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const S = toBase64Url(Uint8Array.from({ length: 32 }, (_, i) => i));
const O = toBase64Url(Uint8Array.from({ length: 32 }, (_, i) => 255 - i));
const GOOD = `parley://join/talk.example.org:8443#1.${S}.${O}`;

describe('an invite', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(invite, (made) => {
        expect(parseInvite(formatInvite(made))).toEqual({ ok: true, value: made });
      }),
    );
  });

  it('is fresh each time', async () => {
    const [one, other] = await Promise.all([createInvite('example.org'), createInvite('example.org')]);
    expect(one.invite.secret).not.toEqual(other.invite.secret);
    expect(one.invite.ownerPub).not.toEqual(other.invite.ownerPub);
    expect(one.ownerSeed).toHaveLength(32);
  });

  it('never throws, whatever is pasted', () => {
    fc.assert(fc.property(fc.string({ maxLength: 3_000, unit: 'binary' }), (text) => void parseInvite(text)));
    fc.assert(
      fc.property(invite, fc.nat(), fc.string({ maxLength: 3, unit: 'binary' }), (made, at, patch) => {
        const text = formatInvite(made);
        const place = at % text.length;
        const result = parseInvite(text.slice(0, place) + patch + text.slice(place + patch.length));
        if (result.ok) expect(parseInvite(formatInvite(result.value))).toEqual(result);
      }),
    );
  });

  it.each([
    ['blanks and line ends', `  ${GOOD}\r\n`],
    ['quotes', `“${GOOD}”`],
    ['angle brackets', `<${GOOD}>`],
    ['capital letters in scheme and host', GOOD.replace('parley://join/talk', 'PARLEY://Join/Talk')],
  ])('may stand between %s', (_, text) => {
    expect(parseInvite(text)).toMatchObject({ ok: true, value: { host: 'talk.example.org:8443' } });
  });

  it('that lacks its end is called cut, at every length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 'parley:'.length, max: GOOD.length - 1 }), (length) => {
        expect(parseInvite(GOOD.slice(0, length))).toMatchObject({ ok: false, code: 'invite-cut' });
      }),
    );
    expect(parseInvite(`${GOOD}.`)).toMatchObject({ ok: false, code: 'invite-cut' });
  });

  it.each([
    ['another scheme', GOOD.replace('parley:', 'https:'), 'invite-invalid'],
    ['a newer version', GOOD.replace('#1.', '#2.'), 'invite-version'],
    ['a version that is no number', GOOD.replace('#1.', '#01.'), 'invite-invalid'],
    ['a fourth part that is not p', `${GOOD}.x`, 'invite-invalid'],
    ['a fifth part', `${GOOD}.p.p`, 'invite-invalid'],
    ['a second fragment', `${GOOD}#1`, 'invite-invalid'],
    ['a path', GOOD.replace('8443#', '8443/x#'), 'invite-invalid'],
    ['a query', GOOD.replace('8443#', '8443?x#'), 'invite-invalid'],
    ['a user in the host', GOOD.replace('join/', 'join/ana@'), 'invite-invalid'],
    ['an escape in the host', GOOD.replace('talk', '%74alk'), 'invite-invalid'],
    ['a port that is none', GOOD.replace('8443', '0'), 'invite-invalid'],
    ['a port too high', GOOD.replace('8443', '70000'), 'invite-invalid'],
    ['a backslash', GOOD.replace('talk', 'ta\\lk'), 'invite-invalid'],
    ['a secret that is too long', GOOD.replace(S, `${S}AAAA`), 'invite-invalid'],
    ['a second spelling of the secret', GOOD.replace(S, `${S.slice(0, -1)}9`), 'invite-invalid'],
    ['nothing', '', 'invite-invalid'],
    ['a sentence', 'Let us talk at eight', 'invite-invalid'],
    ['far too much', GOOD.repeat(30), 'invite-invalid'],
  ])('with %s is refused', (_, text, code) => {
    expect(parseInvite(text)).toMatchObject({ ok: false, code });
  });
});
