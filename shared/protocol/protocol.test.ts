import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  base64UrlLength,
  base64UrlOf,
  concatBytes,
  equalBytes,
  fromBase64Url,
  toBase64Url,
  u32,
  u64,
  utf8,
} from '../base/bytes.ts';
import { ERRORS, type ErrorCode, sentenceOf } from '../base/errors.ts';
import { LIMITS } from '../base/limits.ts';
import {
  accept,
  type Outcome,
  outcomeOf,
  ParleyError,
  refusalOf,
  refuse,
  refuseInput,
  unwrap,
} from '../base/outcome.ts';
import { seededBy } from '../testing/test-seed.ts';
import { LinkMessage, PairMessage } from './link.ts';
import { ConnectAuth, clientEvents, serverEvents } from './signaling.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const bytes = fc.uint8Array({ maxLength: 200 });
const id16 = 'A'.repeat(22);
const id32 = 'A'.repeat(43);
const id64 = 'A'.repeat(86);
const listing = {
  roomId: id16,
  name: 'Garden',
  secret: id32,
  authPub: id32,
  ownerPub: id32,
  needsPassphrase: false,
  hosts: [id32],
  issuedAt: 1_700_000_000_000,
  sig: id64,
};

describe('base64url', () => {
  it('gives back what was encoded, as Node does it', () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        const text = toBase64Url(raw);
        expect(text).toBe(Buffer.from(raw).toString('base64url'));
        expect(fromBase64Url(text)).toEqual(new Uint8Array(raw));
        expect(text).toHaveLength(base64UrlLength(raw.length));
      }),
    );
  });

  it('has one spelling for each sequence of bytes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const decoded = fromBase64Url(text);
        if (decoded) expect(toBase64Url(decoded)).toBe(text);
      }),
    );
    for (const text of ['A', 'AB', 'AAB', 'AA==', 'A+/A', 'AA A']) expect(fromBase64Url(text), text).toBe(undefined);
  });

  it('is checked for its length without decoding, as strictly as by decoding', () => {
    const alphabet = 'ABCDwxyz0189-_';
    for (const size of [16, 32, 64]) {
      const schema = base64UrlOf(size);
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 20, maxLength: 90 }), (text) => {
          expect(schema.safeParse(text).success).toBe(fromBase64Url(text)?.length === size);
        }),
      );
      expect(schema.safeParse(toBase64Url(new Uint8Array(size).fill(255))).success).toBe(true);
      expect(schema.safeParse(`${toBase64Url(new Uint8Array(size))}\n`).success).toBe(false);
    }
  });
});

describe('bytes', () => {
  it('are joined, compared and counted', () => {
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        expect([...concatBytes(left, right)]).toEqual([...left, ...right]);
        expect(equalBytes(left, right)).toBe(Buffer.compare(left, right) === 0);
      }),
    );
    expect([...u32(0x01020304)]).toEqual([1, 2, 3, 4]);
    expect([...u64(2 ** 40 + 1)]).toEqual([0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('say a number in one way, and only one that is exact', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(Buffer.from(u64(value)).readBigUInt64BE()).toBe(BigInt(value));
      }),
    );
    expect([...u64(Number.MAX_SAFE_INTEGER)]).toEqual([0, 31, 255, 255, 255, 255, 255, 255]);
    for (const value of [1.5, Number.NaN, -1, 2 ** 53]) expect(() => u64(value), String(value)).toThrow(RangeError);
  });

  it('hold a text as Node does, short or long, of any script', () => {
    const ends = ['', 'é', '\u{1f600}', '\ud800'];
    for (const length of [0, 1, 255, 256, 257]) {
      for (const end of ends) {
        const text = `${'a'.repeat(length)}${end}`;
        expect(Buffer.from(utf8(text))).toEqual(Buffer.from(text));
      }
    }
  });
});

describe('error codes', () => {
  it('are kebab-case, each with a sentence of its own that ends as one', () => {
    for (const [code, sentence] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
    expect(new Set(Object.values(ERRORS)).size).toBe(Object.keys(ERRORS).length);
  });
});

describe('an outcome', () => {
  it('carries a value or a code with its sentence across a border and back', () => {
    const schema = outcomeOf(z.number());
    // zod writes optional fields as `| undefined`; the border's type leaves them out.
    const crossed = (outcome: Outcome<number>) => schema.parse(JSON.parse(JSON.stringify(outcome))) as Outcome<number>;
    expect(unwrap(crossed(accept(7)))).toBe(7);
    const refused = crossed(refuse('rate-limited', { retryAfterMs: 1_500 }));
    expect(refused).toEqual({
      ok: false,
      code: 'rate-limited',
      message: sentenceOf('rate-limited'),
      retryAfterMs: 1_500,
    });
    expect(() => unwrap(refused)).toThrow(ParleyError);
    expect(schema.safeParse({ ok: false, code: 'made-up', message: 'x' }).success).toBe(false);
  });

  it('says nothing of what went wrong inside (V7)', () => {
    const inside = new Error('SQLITE_CORRUPT at /home/ana/history.db');
    expect(refusalOf(inside)).toEqual(refuse('internal'));
    const coded = new ParleyError('disk-full', { cause: inside });
    expect(JSON.stringify(refusalOf(coded))).not.toContain('/home');
    expect(refusalOf(coded)).toEqual(refuse('disk-full'));
  });

  it('names the field that was wrong, and the code that its rule gave', () => {
    const schema = z.object({ deep: z.object({ name: z.string({ error: 'username-invalid' }) }), n: z.number() });
    const wrong = (value: unknown) => {
      const parsed = schema.safeParse(value);
      return parsed.error && refuseInput(parsed.error);
    };
    expect(wrong({ deep: { name: 1 }, n: 1 })).toMatchObject({ code: 'username-invalid', path: 'deep.name' });
    expect(wrong({ deep: { name: 'x' }, n: 'one' })).toMatchObject({ code: 'bad-request', path: 'n' });
    expect(wrong(null)).toEqual(refuse('bad-request'));
  });
});

/** For every row of the wire: an input that is right, and changes that each make it wrong. */
const CLIENT: { [E in keyof typeof clientEvents]: { good: Record<string, unknown>; bad: Record<string, unknown>[] } } =
  {
    'challenge:get': { good: { v: 1 }, bad: [{ v: -1 }, { v: '1' }, { v: 70_000 }, { v: 1.5 }] },
    'room:join': {
      good: { v: 1, roomId: id16, authPub: id32, ownerPub: id32, sig: id64 },
      bad: [
        { roomId: id32 },
        { authPub: id16 },
        { ownerPub: id16 },
        { sig: '' },
        { resumeToken: 'x' },
        { roomId: null },
      ],
    },
    'room:leave': { good: { roomId: id16 }, bad: [{ roomId: 'x' }, { roomId: [id16] }] },
    'room:publish': {
      good: { ...listing, proof: id64 },
      bad: [
        { name: 'x' },
        { name: '\u200b\u200b' },
        { secret: id16 },
        { ownerPub: id64 },
        { authPub: id16 },
        { issuedAt: -1 },
        { issuedAt: 1.5 },
        { issuedAt: 2 ** 53 },
        { hosts: [] },
        { hosts: ['parley.example.org'] },
        { hosts: Array(17).fill(id32) },
        { proof: '' },
        { needsPassphrase: 1 },
        { sig: '' },
      ],
    },
    'room:rename': {
      good: { ...listing, proof: id64 },
      bad: [{ name: 'x'.repeat(101) }, { name: 7 }, { sig: id32 }, { roomId: '' }],
    },
    'room:withdraw': { good: { roomId: id16, proof: id64 }, bad: [{ proof: null }, { roomId: id32 }] },
    'room:list': {
      good: { limit: 50, after: 'x', search: '' },
      bad: [
        { limit: 0 },
        { limit: 51 },
        { limit: 1.5 },
        { after: '' },
        { after: 'x'.repeat(401) },
        { search: 'x'.repeat(101) },
      ],
    },
    'signal:send': {
      good: { roomId: id16, to: '*', id: id16, box: 'A'.repeat(40) },
      bad: [
        { to: 'all' },
        { to: '' },
        { id: 'x' },
        { box: 'A'.repeat(39) },
        { box: 'A'.repeat(base64UrlLength(LIMITS.boxMaxBytes) + 1) },
        { box: `${'A'.repeat(40)}=` },
        { box: { type: 'Buffer', data: [] } },
      ],
    },
    'stream:start': { good: { roomId: id16, kind: 'camera' }, bad: [{ kind: 'smell' }, { kind: null }] },
    'stream:stop': { good: { roomId: id16, kind: 'screen' }, bad: [{ kind: 'CAMERA' }] },
    'turn:get': { good: { roomId: id16 }, bad: [{ roomId: undefined }] },
  };

describe.each(Object.entries(CLIENT))('a client event: %s', (event, { good, bad }) => {
  const { input } = clientEvents[event as keyof typeof clientEvents];

  it('is taken when it is right', () => {
    expect(input.safeParse(good).success).toBe(true);
  });

  it.each(bad.map((change) => [JSON.stringify(change), change] as const))('is refused with %s', (_, change) => {
    expect(input.safeParse({ ...good, ...change }).success).toBe(false);
  });

  it('is refused when it is no object at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.anything())), (value) => {
        expect(input.safeParse(value).success).toBe(false);
      }),
    );
  });
});

/** For every row: an answer that is right, and changes that each make it wrong. */
const challenge = { v: 1, challenge: id32, expiresInMs: 30_000 };
const ice = { iceServers: [{ urls: ['stun:example.org'] }] };
const listed = { ...listing, participants: 2 };
const ACKS: { [E in keyof typeof clientEvents]: { good: Record<string, unknown>; bad: Record<string, unknown>[] } } = {
  'challenge:get': { good: challenge, bad: [{ challenge: id16 }, { expiresInMs: 0 }, { v: null }] },
  'room:join': {
    good: {
      participantId: id16,
      resumeToken: id32,
      resumed: false,
      participants: [{ participantId: id16, away: true }],
      capacity: 16,
      ice,
    },
    bad: [
      { participantId: id32 },
      { resumeToken: id16 },
      { resumed: 'no' },
      { participants: [{ participantId: id16 }] },
      { participants: Array.from({ length: 257 }, () => ({ participantId: id16, away: false })) },
      { capacity: 0 },
      { ice: { iceServers: [{ urls: [] }] } },
      { ice: { iceServers: Array.from({ length: 9 }, () => ice.iceServers[0]) } },
      { ice: { ...ice, expiresInMs: -1 } },
    ],
  },
  'room:leave': { good: {}, bad: [] },
  'room:publish': { good: {}, bad: [] },
  'room:rename': { good: {}, bad: [] },
  'room:withdraw': { good: {}, bad: [] },
  'room:list': {
    good: { items: [listed], total_count: 1, returned_count: 1, has_more: true, cursor: 'garden' },
    bad: [
      { items: [{ ...listed, name: 'x' }] },
      { items: [{ ...listed, participants: -1 }] },
      { items: Array.from({ length: 51 }, () => listed) },
      { total_count: -1 },
      { has_more: 'no' },
      { cursor: '' },
    ],
  },
  'signal:send': { good: { handedTo: 0 }, bad: [{ handedTo: -1 }, { handedTo: 1.5 }, { handedTo: '1' }] },
  'stream:start': { good: {}, bad: [] },
  'stream:stop': { good: {}, bad: [] },
  'turn:get': {
    good: { iceServers: [{ urls: ['turn:example.org'], username: 'u', credential: 'c' }], expiresInMs: 1 },
    bad: [{ iceServers: [{ urls: 'turn:example.org' }] }, { iceServers: null }, { expiresInMs: 0 }],
  },
};

describe.each(Object.entries(ACKS))('the answer of the server to %s', (event, { good, bad }) => {
  const answer = outcomeOf(clientEvents[event as keyof typeof clientEvents].ack);

  it('is a value that is right, or a refusal', () => {
    expect(answer.safeParse({ ok: true, value: good }).success).toBe(true);
    expect(answer.safeParse(refuse('rate-limited', { retryAfterMs: 1 })).success).toBe(true);
    for (const value of [undefined, null, 'x', [], good, { ok: true }, { ok: 'yes', value: good }, { ok: false }]) {
      expect(answer.safeParse(value).success, JSON.stringify(value)).toBe(false);
    }
  });

  it('is refused with any of its fields wrong', () => {
    for (const change of bad) {
      const value = { ...good, ...change };
      expect(answer.safeParse({ ok: true, value }).success, JSON.stringify(change)).toBe(false);
    }
  });
});

describe('an event of the server', () => {
  it('is taken when it is right, and refused without its fields', () => {
    const about = { roomId: id16, participantId: id16 };
    const good: { [E in keyof typeof serverEvents]: unknown } = {
      'participant:joined': about,
      'participant:away': about,
      'participant:back': about,
      'participant:left': about,
      'signal:received': { roomId: id16, from: id16, id: id16, toAll: true, box: 'A'.repeat(40) },
      'seat:moved': { roomId: id16, code: 'seat-moved', message: 'Moved.' },
      'server:closing': { code: 'slow-consumer' },
      'server:drain': { retryAfterMs: 0 },
    };
    for (const [event, schema] of Object.entries(serverEvents)) {
      expect(schema.safeParse(good[event as keyof typeof serverEvents]).success, event).toBe(true);
      expect(schema.safeParse({}).success, event).toBe(false);
    }
    expect(serverEvents['server:closing'].safeParse({ code: 'room-full' }).success).toBe(false);
    const moved = { roomId: id16, code: 'seat-expired', message: 'Moved.' };
    expect(serverEvents['seat:moved'].safeParse(moved).success).toBe(false);
    expect(serverEvents['server:drain'].safeParse({ retryAfterMs: -1 }).success).toBe(false);
  });
});

const profile = { username: 'ada', displayName: null };
const call = {
  callId: id16,
  startedAt: 0,
  ranMs: 0,
  turn: 1,
  microphone: 'live',
  camera: true,
  screen: false,
  hand: false,
};
const chat = {
  id: id16,
  roomId: id16,
  author: id32,
  authorName: 'Ada',
  seq: 1,
  clock: 1,
  sentAt: 0,
  kind: 'text',
  of: null,
  digest: id32,
  body: { salt: id16, text: 'hi' },
  sig: id64,
};
const file = { salt: id16, name: 'a.txt', folders: [], sizeBytes: 3, root: id32 };
const signal = (inner: unknown) => ({ kind: 'peer', epoch: 1, signal: inner });
type Rows<T extends string> = { [K in T]: { good: Record<string, unknown>[]; bad: Record<string, unknown>[] } };

const otherId32 = `B${id32.slice(1)}`;
const computer = { device: otherId32, name: 'Laptop', askedAt: 1, consent: id64 };
const computers = { person: id32, issuedAt: 1, computers: [computer], sig: id64 };
const leave = { device: otherId32, leftAt: 1, sig: id64 };

/** For every kind of message: some that are right, and changes to the first that each make it wrong. */
const rules = {
  ...{ roomId: id16, by: null, grant: null, seq: 1, locked: true, admitted: [id32], removed: [] },
  ...{ owners: [id32], moderators: [{ device: id32, grant: 1, taken: 0 }], sig: id64 },
};
const LINK: Rows<LinkMessage['type']> = {
  presence: {
    good: [
      { profile, call },
      { profile, call: null },
      { profile, call: { ...call, troubles: ['computer', 'microphone'] } },
      { profile, call: null, busy: true },
      { profile, call: { ...call, quiet: true } },
      { profile, call: { ...call, recording: true } },
      { profile, call: { ...call, music: true } },
      { profile, call: { ...call, live: true } },
    ],
    bad: [
      { profile: { username: 'a', displayName: null } },
      { call: { ...call, microphone: 'loud' } },
      { call: { ...call, turn: 0 } },
      { call: { ...call, hand: true, handTurn: 0 } },
      { call: { ...call, troubles: ['weather'] } },
      { call: { ...call, troubles: Array(5).fill('uplink') } },
      { call: undefined },
      { busy: 'Garden' },
      { call: { ...call, quiet: 1 } },
      { call: { ...call, recording: 'yes' } },
      { call: { ...call, music: 1 } },
      { call: { ...call, live: 'https://live.example' } },
    ],
  },
  reaction: {
    good: [{ emoji: '👍' }, { emoji: '👩‍🚀' }],
    bad: [{ emoji: 'hello' }, { emoji: '👍👍' }, { emoji: '' }, { emoji: undefined }],
  },
  view: {
    good: [
      { camera: { width: 640, height: 360 }, screen: { width: 0, height: 0 } },
      { camera: { width: 16_384, height: 16_384 }, screen: { width: 1, height: 1 } },
    ],
    bad: [
      { screen: undefined },
      { camera: { width: -1, height: 360 } },
      { camera: { width: 0.5, height: 360 } },
      { camera: { width: 16_385, height: 360 } },
    ],
  },
  decline: { good: [{ callId: id16 }], bad: [{ callId: id32 }] },
  chat: {
    good: [
      { message: chat },
      { message: { ...chat, body: null, of: { author: id32, id: id16 } } },
      { message: { ...chat, kind: 'edit', of: { author: id32, id: id16 } } },
      { message: { ...chat, kind: 'delete', body: null, of: { author: id32, id: id16 } } },
      { message: { ...chat, kind: 'file', body: file } },
      { message: { ...chat, kind: 'call', body: { salt: id16 } } },
      { message: { ...chat, kind: 'name', body: { salt: id16, name: 'Garden' } } },
      { message: { ...chat, kind: 'hangup', body: { salt: id16, lengthMs: 0 }, of: { author: id32, id: id16 } } },
      ...['👍', '👍🏽', '❤️', '👩‍👩‍👧', '🇳🇱', '3️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'].map((emoji) => ({
        message: { ...chat, kind: 'reaction', body: { salt: id16, emoji, on: true }, of: { author: id32, id: id16 } },
      })),
    ],
    bad: [
      { message: { ...chat, kind: 'name', body: { salt: id16, name: 'x' } } },
      { message: { ...chat, kind: 'name', body: { salt: id16, name: 'x'.repeat(101) } } },
      { message: { ...chat, kind: 'name', body: { salt: id16, name: 'Garden' }, of: { author: id32, id: id16 } } },
      { message: { ...chat, kind: 'call', body: { salt: id16 }, of: { author: id32, id: id16 } } },
      { message: { ...chat, kind: 'hangup', body: { salt: id16, lengthMs: 0 } } },
      ...[-1, 0.5, LIMITS.callLengthMaxMs + 1].map((lengthMs) => ({
        message: { ...chat, kind: 'hangup', body: { salt: id16, lengthMs }, of: { author: id32, id: id16 } },
      })),
      { message: { ...chat, kind: 'file', body: { ...file, name: '' } } },
      { message: { ...chat, kind: 'file', body: { ...file, sizeBytes: 500_000_001 } } },
      { message: { ...chat, kind: 'file', body: file, of: { author: id32, id: id16 } } },
      { message: { ...chat, body: { salt: id16, text: '' } } },
      { message: { ...chat, kind: 'edit' } },
      { message: { ...chat, kind: 'delete', of: { author: id32, id: id16 } } },
      ...['x', '3', '👍👍', '🇳🇱🇳🇱', '👍x', '\u200d', '', '<b>'].map((emoji) => ({
        message: { ...chat, kind: 'reaction', body: { salt: id16, emoji, on: true }, of: { author: id32, id: id16 } },
      })),
      { message: { ...chat, sig: id32 } },
    ],
  },
  computers: {
    good: [
      { lists: [], left: [] },
      { lists: [computers], left: [leave] },
    ],
    bad: [
      { left: undefined },
      { left: Array.from({ length: LIMITS.computerListsMax + 1 }, () => leave) },
      { left: [{ ...leave, leftAt: -1 }] },
      { left: [{ ...leave, sig: id32 }] },
      { lists: Array.from({ length: LIMITS.computerListsMax + 1 }, () => computers) },
      { lists: [{ ...computers, sig: id32 }] },
      { lists: [{ ...computers, computers: [computer, computer] }] },
      { lists: [{ ...computers, computers: [{ ...computer, device: id32 }] }] },
      { lists: [{ ...computers, computers: [{ ...computer, name: ' ' }] }] },
    ],
  },
  own: {
    good: [
      { profile, profileAt: 1, rooms: [] },
      { profile, profileAt: 1, rooms: [{ roomId: id16, invite: 'x', passphrase: null, name: null }] },
    ],
    bad: [
      { profileAt: -1 },
      { rooms: [{ roomId: id32, invite: 'x', passphrase: null, name: null }] },
      { rooms: [{ roomId: id16, invite: 'x'.repeat(513), passphrase: null, name: null }] },
    ],
  },
  seen: { good: [{ clock: 0 }], bad: [{ clock: -1 }, { clock: 0.5 }] },
  computer: {
    good: [
      { step: { step: 'ask', ask: { ...computer, boxKey: id32, sig: id64 } } },
      { step: { step: 'welcome', welcome: { list: computers, eph: id32, sig: id64, parts: 1 } } },
      { step: { step: 'next', index: 0 } },
      { step: { step: 'part', index: 0, part: 'AAAA' } },
      { step: { step: 'done' } },
      { step: { step: 'cancel' } },
    ],
    bad: [
      { step: { step: 'ask', ask: computer } },
      { step: { step: 'welcome', welcome: { list: computers, eph: id32, sig: id64, parts: 0 } } },
      { step: { step: 'next', index: -1 } },
      { step: { step: 'part', index: 0, part: '' } },
      { step: { step: 'part', index: 0, part: 'A'.repeat(LIMITS.transferPartMaxChars + 1) } },
      { step: { step: 'other' } },
    ],
  },
  receipt: { good: [{ delivered: [id16], read: [] }], bad: [{ delivered: id16 }, { read: ['x'] }] },
  typing: { good: [{}], bad: [] },
  have: {
    good: [{ question: 1, heads: [{ author: id32, seq: 0, print: id16 }] }],
    bad: [{ heads: [{ author: id32, seq: -1, print: id16 }] }, { heads: [{ author: id32, seq: 0 }] }, { question: -1 }],
  },
  ids: {
    good: [{ question: 1, author: id32, first: 1, last: 9, from: 4, ids: [id16], print: id16 }],
    bad: [{ first: 0 }, { print: id32 }, { ids: Array.from({ length: LIMITS.heldIdsMax + 1 }, () => id16) }],
  },
  batch: {
    good: [{ question: 1, messages: [chat], hasMore: true, differing: [{ author: id32, first: 1, last: 2 }] }],
    bad: [
      { differing: [{ author: id32, first: 0, last: 2 }] },
      { question: undefined },
      { messages: Array.from({ length: LIMITS.historyBatchMax + 1 }, () => chat) },
      { messages: [{ ...chat, seq: 0 }] },
      { hasMore: 1 },
    ],
  },
  signal: {
    good: [
      { signal: signal({ type: 'offer', sdp: '' }) },
      { signal: signal({ type: 'answer', sdp: '' }) },
      { signal: signal({ type: 'candidate', candidate: { candidate: '', sdpMLineIndex: 0, sdpMid: null } }) },
      { signal: { kind: 'restart', epoch: 1 } },
      { signal: { kind: 'reopen', epoch: 2 ** 31 } },
    ],
    bad: [
      { signal: { kind: 'reopen', epoch: 0 } },
      { signal: { kind: 'reopen', epoch: 2 ** 31 + 1 } },
      { signal: signal({ type: 'pranswer', sdp: '' }) },
      { signal: signal({ type: 'renegotiate', renegotiate: true }) },
      { signal: signal({ type: 'transceiverRequest', transceiverRequest: { kind: 'audio' } }) },
      { signal: signal({ type: 'candidate', candidate: { candidate: 'x'.repeat(LIMITS.candidateMaxChars + 1) } }) },
    ],
  },
  safety: {
    good: ['commit', 'answer', 'open'].map((step) => ({ step: { step, value: id32 } })),
    bad: [{ step: { step: 'commit', value: id16 } }, { step: { step: 'again', value: id32 } }],
  },
  rules: {
    good: [
      { records: [rules] },
      { records: [rules, { ...rules, by: id32, grant: 1, locked: null, owners: [], moderators: [] }] },
    ],
    bad: [
      { records: [] },
      { records: [{ ...rules, owners: [] }] },
      { records: [{ ...rules, admitted: [id32, id32] }] },
      { records: Array.from({ length: 18 }, () => rules) },
    ],
  },
  invite: {
    good: [
      { invite: 'parley://join/example.org', roomName: 'Garden' },
      { invite: 'x'.repeat(2_048), roomName: null },
    ],
    bad: [{ invite: '' }, { invite: 'x'.repeat(2_049) }, { roomName: '' }, { roomName: 'x'.repeat(1_000) }],
  },
  around: {
    good: [
      { linked: [{ device: id32, sess: id16, name: 'Ana', missesYou: true }], missing: [{ device: id32, sess: id16 }] },
      { linked: [], missing: [] },
    ],
    bad: [
      { linked: [{ device: id16, sess: id16, name: 'Ana' }] },
      { linked: [{ device: id32, sess: id16, name: '' }] },
      { linked: [{ device: id32, sess: id16, name: 'x'.repeat(65) }] },
      { missing: [{ device: id32 }] },
      { missing: Array.from({ length: LIMITS.aroundMax + 1 }, () => ({ device: id32, sess: id16 })) },
    ],
  },
  bye: { good: [{ why: 'left' }, { why: 'closed' }], bad: [{ why: 'bored' }, { why: null }] },
};
const PAIR: Rows<PairMessage['type']> = {
  confirm: { good: [{ sig: id64, profile }], bad: [{ sig: id32 }, { profile: null }] },
  signal: { good: LINK.signal.good, bad: LINK.signal.bad },
  wait: {
    good: [
      { sig: id64, by: 'owner' },
      { sig: id64, by: 'moderator' },
    ],
    bad: [{ sig: id32 }, { by: 'guest' }],
  },
  bye: { good: [{}], bad: [] },
};

describe.each([
  ['over a link', LinkMessage, LINK],
  ['in a sealed box', PairMessage, PAIR],
] as const)('what peers say %s', (_, schema, rows) => {
  it.each(Object.entries(rows))('with %s is taken when it is right and refused when it is not', (type, row) => {
    for (const good of row.good) expect(schema.safeParse({ type, ...good }).success, JSON.stringify(good)).toBe(true);
    for (const change of row.bad) {
      const changed = { type, ...row.good[0], ...change };
      expect(schema.safeParse(changed).success, JSON.stringify(change)).toBe(false);
    }
  });
});

describe('a message of a peer', () => {
  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(LinkMessage.safeParse(value).success).toBe(false);
        expect(PairMessage.safeParse(value).success).toBe(false);
      }),
    );
  });

  it('has its sizes and counts limited', () => {
    const receipt = (count: number) => ({
      type: 'receipt',
      delivered: Array.from({ length: count }, () => id16),
      read: [],
    });
    expect(LinkMessage.safeParse(receipt(LIMITS.receiptsMax)).success).toBe(true);
    expect(LinkMessage.safeParse(receipt(LIMITS.receiptsMax + 1)).success).toBe(false);
    const headOf = (at: number) => ({ author: `${String(at).padStart(42, '0')}A`, seq: 1, print: id16 });
    const have = (count: number) => ({
      type: 'have',
      question: 1,
      heads: Array.from({ length: count }, (_, at) => headOf(at)),
    });
    expect(LinkMessage.safeParse(have(LIMITS.headsMax)).success).toBe(true);
    expect(LinkMessage.safeParse(have(LIMITS.headsMax + 1)).success).toBe(false);
    const offer = (size: number) => ({
      type: 'signal',
      signal: { kind: 'peer', epoch: 1, signal: { type: 'offer', sdp: 'x'.repeat(size) } },
    });
    expect(PairMessage.safeParse(offer(LIMITS.sdpMaxChars)).success).toBe(true);
    expect(PairMessage.safeParse(offer(LIMITS.sdpMaxChars + 1)).success).toBe(false);
  });

  it('starts with a version that any number may be, so that an old client can be told', () => {
    expect(ConnectAuth.safeParse({ v: 99 }).success).toBe(true);
    expect(ConnectAuth.safeParse({ v: 1, password: 'x'.repeat(257) }).success).toBe(false);
  });

  it('has a sentence for every code that the server closes with', () => {
    for (const code of serverEvents['server:closing'].shape.code.options) {
      expect(sentenceOf(code satisfies ErrorCode)).toBeTruthy();
    }
  });
});
