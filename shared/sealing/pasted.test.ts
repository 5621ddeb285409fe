import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { toBase64Url } from './agreements.ts';
import { formatInvite } from './invite.ts';
import { findParleyLink, readPasted } from './pasted.ts';
import { formatServerInvite } from './server-invite.ts';
import { someInvite, someServerInvite } from './testing/some-invites.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const S = toBase64Url(Uint8Array.from({ length: 32 }, (_, i) => i));
const O = toBase64Url(Uint8Array.from({ length: 32 }, (_, i) => 255 - i));
const ROOM = `parley://join/talk.example.org:8443#1.${S}.${O}`;
const OTHER = `parley://join/talk.example.org:8443#1.${O}.${S}`;
const TOKEN = `parley_${'a'.repeat(12)}_17_${'b'.repeat(43)}`;
const SERVER = `parley://server/talk.example.org#1.${TOKEN}`;

const link = fc.oneof(someInvite.map(formatInvite), someServerInvite.map(formatServerInvite));
/** Any text at all, and texts of what stands around links. */
const around = fc.oneof(
  fc.string({ maxLength: 300, unit: 'binary' }),
  fc.string({
    maxLength: 300,
    unit: fc.constantFrom(' ', '\n', '.', '_', '*', '<', '>', '(', ')', '#', '/', 'p', 'ä', '请'),
  }),
);

describe('a pasted text', () => {
  it('gives the one link in it, whatever stands around', () => {
    fc.assert(
      fc.property(link, around, around, (made, before, after) => {
        // A full stop may be what is left of `.p`, and a word behind `.p` makes the end of the link unclear.
        fc.pre(!/^\.(?:p|$)/.test(after) && !(made.endsWith('.p') && /^[\w-]/.test(after)));
        expect(findParleyLink(`${before}${made}${after}`)).toEqual({ ok: true, value: made });
      }),
    );
  });

  it.each([
    ['a message', `Hi!\nJoin me in Parley: ${ROOM}.\nSee you at eight.`],
    ['a Markdown link', `[Join the room](${ROOM})`],
    ['bold and italic marks', `*_${ROOM}_*`],
    ['a link that a program marked with its own', `${ROOM}<${ROOM}>`],
    ['the same link pasted twice', ROOM + ROOM],
    ['the same link in other letters', `${ROOM} ${ROOM.replace('parley://join/talk', 'PARLEY://Join/TALK')}`],
    ['Chinese without blanks', `请点击${ROOM}加入`],
    ['a damaged copy before it', `parley://join/talk.exa ${ROOM}`],
    ['one of a newer Parley beside it', `${ROOM.replace('#1.', '#2.')} or, with an older one, ${ROOM}`],
    ['a question mark', `Did you mean ${ROOM}?`],
  ])('finds the link in %s', (_, text) => {
    expect(findParleyLink(text)).toEqual({ ok: true, value: ROOM });
  });

  it('keeps the mark of a passphrase', () => {
    for (const text of [`${ROOM}.p`, `${ROOM}.p.`, `see ${ROOM}.p, please`, `${ROOM}.p${ROOM}.p`])
      expect(findParleyLink(text)).toEqual({ ok: true, value: `${ROOM}.p` });
    // Without its mark, or with one that it never had, it would lead into another room.
    expect(findParleyLink(`see ${ROOM}.please`)).toMatchObject({ ok: false, code: 'invite-invalid' });
    expect(findParleyLink(`${ROOM}.`)).toMatchObject({ ok: false, code: 'invite-cut' });
    expect(findParleyLink(` ${ROOM}.\n`)).toMatchObject({ ok: false, code: 'invite-cut' });
    expect(findParleyLink(`${ROOM} ${ROOM}.p`)).toMatchObject({ ok: false, code: 'invite-several' });
  });

  it('with two different links is refused with a sentence', () => {
    fc.assert(
      fc.property(link, link, around, (one, other, between) => {
        fc.pre(one !== other && !between.startsWith('.p'));
        expect(findParleyLink(`${one} ${between} ${other}`)).toEqual({
          ok: false,
          code: 'invite-several',
          message: 'There is more than one Parley link in this text. Paste only the one that you want to use.',
        });
      }),
    );
    expect(findParleyLink(`${ROOM}\n${OTHER}`)).toMatchObject({ code: 'invite-several' });
    expect(readPasted(`First ${SERVER}, then ${ROOM}`)).toMatchObject({ code: 'invite-several' });
  });

  it.each([
    ['a link that was cut in its message', `Join me: ${ROOM.slice(0, -3)}, at eight`, 'invite-cut'],
    ['an invitation to a server that was cut', `Come: ${SERVER.slice(0, -3)} (today)`, 'invite-cut'],
    ['a link of a newer Parley', `Join me: ${ROOM.replace('#1.', '#2.')} at eight`, 'invite-version'],
    ['a link with a wrong host', `Join me: ${ROOM.replace('talk.', 'ana@talk.')}`, 'invite-invalid'],
    ['a link of another kind', `Join me: ${ROOM.replace('//join/', '//call/')}`, 'invite-invalid'],
    ['a sentence', 'Let us talk at eight', 'invite-invalid'],
    ['nothing', '', 'invite-invalid'],
    ['far too much', ` ${ROOM}`.padStart(20_001), 'too-large'],
  ])('with %s says so', (_, text, code) => {
    expect(findParleyLink(text)).toMatchObject({ ok: false, code });
    expect(readPasted(text)).toMatchObject({ ok: false, code });
  });

  it('never throws and never takes long, whatever it is', () => {
    fc.assert(fc.property(fc.string({ maxLength: 3_000, unit: 'binary' }), (text) => void readPasted(text)));
    for (const part of [' ', 'parley://join/', 'parley:', '#1.', 'a', '"', 'parley_', '.p'])
      readPasted(part.repeat(20_000 / part.length));
  });
});

describe('a pasted text', () => {
  it('is the invite to a room, or an invitation to a server', () => {
    expect(readPasted(`Hi! ${ROOM}.p Bye`)).toMatchObject({
      ok: true,
      value: { kind: 'room', link: `${ROOM}.p`, invite: { host: 'talk.example.org:8443', needsPassphrase: true } },
    });
    expect(readPasted(`Your access: ${SERVER}.`)).toEqual({
      ok: true,
      value: { kind: 'server', link: SERVER, invite: { host: 'talk.example.org', refreshToken: TOKEN } },
    });
  });

  it.each([
    ['talk.example.org', 'talk.example.org'],
    [' Talk.Example.org:8443\n', 'talk.example.org:8443'],
    ['https://talk.example.org/', 'talk.example.org'],
    ['<https://talk.example.org:443/parley/?EIO=4>', 'talk.example.org'],
    ['wss://talk.example.org:7350', 'talk.example.org:7350'],
    ['http://192.168.1.5:7350/about', '192.168.1.5:7350'],
    ['[2001:db8::1]:7350', '[2001:db8::1]:7350'],
  ])('is the address of a server: %j', (text, host) => {
    expect(readPasted(text)).toEqual({ ok: true, value: { kind: 'address', host } });
  });

  it('is a token alone', () => {
    expect(readPasted(` ${TOKEN}\n`)).toEqual({ ok: true, value: { kind: 'token', refreshToken: TOKEN } });
  });

  it.each([
    'ftp://talk.example.org',
    'javascript:alert(1)',
    'https://ana:secret@talk.example.org/',
    'parley://talk.example.org',
  ])('is no address: %s', (text) => {
    expect(readPasted(text).ok).toBe(false);
  });
});
