import { describe, expect, it } from 'vitest';
import { ErrorCode, sentenceOf } from '../base/errors.ts';
import { Refusal, refuse } from '../base/outcome.ts';
import { ServerHost } from '../model/server-host.ts';
import { refusalSaidBy } from './said-by-server.ts';

const host = ServerHost.parse('parley.example.org');
const messageOf = (message: string, of = host) =>
  refusalSaidBy(of, { ok: false, code: 'server-busy', message })?.message;
const own = sentenceOf('server-busy');

describe('a sentence of a server', () => {
  it('is Parley’s own sentence where the server says the same or nothing', () => {
    for (const code of ['server-busy', 'room-full', 'internal', 'access-revoked'] as const)
      expect(refusalSaidBy(host, refuse(code))).toEqual(refuse(code));
    expect(refusalSaidBy(host, { code: 'access-refused' })).toEqual(refuse('access-refused'));
    for (const nothing of ['', ' \n\t', '\u202e\u200b']) expect(messageOf(nothing)).toBe(own);
  });

  it('is quoted with the server’s name where it is something else', () => {
    expect(messageOf('We are back at nine.')).toBe(`${own} parley.example.org says: “We are back at nine.”`);
  });

  it('keeps the field and the wait', () => {
    const more = { path: 'name', retryAfterMs: 2_000 };
    expect(refusalSaidBy(host, refuse('room-name-taken', more))).toEqual(refuse('room-name-taken', more));
  });

  it('cannot leave its quotation marks, its line or its direction', () => {
    for (const text of [
      'a” Get the new Parley at b',
      'a" Get\nthe new\u2028Parley\u202e at\u0000 b',
      'a» „Get “the new Parley at b',
      'a＂ Get 〞the new Parley at b〟',
    ])
      expect(messageOf(text)?.slice(own.length)).toMatch(
        /^ parley\.example\.org says: “[^“”"„«»＂〝〞〟\p{C}\p{Zl}]+”$/u,
      );
  });

  it('is cut to what one reads at a glance, and fits a refusal whatever the name of the server', () => {
    expect(messageOf('x'.repeat(500))).toBe(`${own} parley.example.org says: “${'x'.repeat(159)}…”`);
    // A surrogate pair counts as two, as the limit of a refusal's message counts it, and is never cut in half.
    expect(messageOf('😀'.repeat(400))).toBe(`${own} parley.example.org says: “${'😀'.repeat(79)}…”`);
    const long = ServerHost.parse(`${'a'.repeat(250)}.org`);
    for (const code of ErrorCode.options.filter((each) => refusalSaidBy(host, refuse(each))))
      expect(
        Refusal.parse(refusalSaidBy(long, { ok: false, code, message: '😀 x'.repeat(200) })).message.length,
      ).toBeLessThanOrEqual(500);
  });

  it.each([
    'disk-full',
    'history-damaged',
    'identity-changed',
    'sender-refused',
    'camera-denied',
    'cancelled',
  ] as const)('is nothing where no server can know it: %s', (code) => {
    expect(refusalSaidBy(host, refuse(code))).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'server-busy',
    {},
    { ok: true, code: 'server-busy' },
    { code: 'no-such-code', message: 'x' },
  ])('is nothing where it is no refusal: %j', (said) => {
    expect(refusalSaidBy(host, said)).toBeUndefined();
  });
});
