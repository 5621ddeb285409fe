import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PairMessage } from '../protocol/link.ts';
import { unwrap } from '../protocol/outcome.ts';
import { fromBase64Url, toBase64Url } from './agreements.ts';
import { openHello } from './hello.ts';
import { deriveRoomKeys } from './key-schedule.ts';
import { openPairSession } from './pair-session.ts';
import { randomBytes } from './primitives.ts';
import { confirmedPair, testDevice, testPair } from './test-pairs.ts';

const BOX_SIZES = [256, 1_024, 4_096, 16_000];
const HEADER = 1 + 8 + 8;
const TAG = 16;
const bye: PairMessage = { type: 'bye' };
const offer = (sdp: string): PairMessage => ({
  type: 'signal',
  signal: { kind: 'peer', epoch: 1, signal: { type: 'offer', sdp } },
});

function flipped(box: string, bit: number): string {
  const bytes = fromBase64Url(box) ?? new Uint8Array();
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  return toBase64Url(bytes);
}

describe('a hello', () => {
  it('opens with the room’s keys alone', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const device = await testDevice();
    const hello = await device.hello(keys);
    expect(await openHello(keys, hello.box)).toMatchObject({ ok: true, value: { dev: device.dev, sess: hello.sess } });
    const others = await deriveRoomKeys(randomBytes(32), null);
    expect(await openHello(others, hello.box)).toMatchObject({ ok: false, code: 'handshake-failed' });
  });

  it('is refused with any one bit changed, cut anywhere, or with more behind it', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const { box } = await (await testDevice()).hello(keys);
    const size = (fromBase64Url(box) ?? []).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size * 8 - 1 }), async (bit) => {
        expect((await openHello(keys, flipped(box, bit))).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: box.length - 1 }), async (length) => {
        expect((await openHello(keys, box.slice(0, length))).ok).toBe(false);
      }),
    );
    expect((await openHello(keys, `${box}AAAA`)).ok).toBe(false);
  });

  it('is refused under another epoch than the one it was sealed for', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const bytes = fromBase64Url((await (await testDevice()).hello(keys, { epoch: 3 })).box) ?? new Uint8Array();
    bytes[4] = 4;
    expect((await openHello(keys, toBase64Url(bytes))).ok).toBe(false);
  });

  it('cannot be made with a field of a wrong length', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    await expect((await testDevice()).hello(keys, { prev: toBase64Url(randomBytes(15)) })).rejects.toThrow(RangeError);
  });

  it('signed by another device than it names is refused', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const [honest, liar] = await Promise.all([testDevice(), testDevice()]);
    const { plaintext } = await honest.hello(keys);
    plaintext.set(fromBase64Url(liar.dev) ?? [], 16);
    const { makeHello } = await import('./hello.ts');
    const forged = await makeHello(keys, {
      fp: randomBytes(32),
      ts: 1,
      sign: async () => ({ dev: liar.dev, sig: toBase64Url(plaintext.slice(138)) }),
    });
    expect(await openHello(keys, forged.box)).toMatchObject({ ok: false, code: 'handshake-failed' });
  });
});

describe('a pair session', () => {
  it('opens what the other sealed, whatever it is, in one of four sizes', async () => {
    const { left, right } = await confirmedPair();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 12_000, unit: 'grapheme' }), async (sdp) => {
        const message = offer(sdp);
        const box = await left.seal(message);
        expect(BOX_SIZES).toContain((fromBase64Url(box) ?? []).length - HEADER - TAG);
        expect(await right.open(box)).toEqual({ ok: true, value: message });
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a box with any one bit changed or cut anywhere', async () => {
    const { left, right } = await confirmedPair();
    const box = await left.seal(bye);
    const size = (fromBase64Url(box) ?? []).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size * 8 - 1 }), async (bit) => {
        expect(await right.open(flipped(box, bit))).toMatchObject({ ok: false, code: 'handshake-failed' });
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: box.length - 1 }), async (length) => {
        expect((await right.open(box.slice(0, length))).ok).toBe(false);
      }),
    );
    expect(await right.open(box)).toEqual({ ok: true, value: bye });
  });

  it('opens boxes in any order within 64, each once, and none that is older', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 150 }), async (order) => {
        const { left, right } = await confirmedPair();
        const boxes: string[] = [];
        for (let i = 0; i < 100; i++) boxes.push(await left.seal(bye));
        // The confirm was counter 1, so box i carries counter i + 2.
        const seen = new Set<number>();
        let highest = 1;
        for (const i of order) {
          const counter = i + 2;
          const expected = !seen.has(counter) && counter > highest - 64;
          expect((await right.open(boxes[i] ?? '')).ok, `box ${i} after ${[...seen]}`).toBe(expected);
          if (!expected) continue;
          seen.add(counter);
          highest = Math.max(highest, counter);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('opens one box once, also when it comes twice at the same moment', async () => {
    const { left, right } = await confirmedPair();
    const box = await left.seal(bye);
    const both = await Promise.all([right.open(box), right.open(box)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('never uses a counter twice, however many are sealed at once', async () => {
    const { left } = await confirmedPair();
    const boxes = await Promise.all(Array.from({ length: 50 }, () => left.seal(bye)));
    const counters = boxes.map((box) => new DataView((fromBase64Url(box) as Uint8Array).buffer).getBigUint64(9));
    expect(new Set(counters).size).toBe(50);
  });

  it('does not open its own boxes', async () => {
    const { left } = await confirmedPair();
    expect((await left.open(await left.seal(bye))).ok).toBe(false);
  });

  it('says nothing and hears nothing before the confirms', async () => {
    const { left, right, a } = await testPair();
    await expect(left.seal(bye)).rejects.toThrow('confirm');
    const profile = { username: 'ada', displayName: null };
    const confirm = await left.seal({ type: 'confirm', sig: await a.confirm(left), profile });
    const early = await left.seal(bye);
    expect(await right.open(early)).toMatchObject({ ok: false, code: 'handshake-failed' });
    expect(right.confirmed).toBe(false);
    expect((await right.open(confirm)).ok).toBe(true);
    expect(right.confirmed).toBe(true);
  });

  it('is over after a confirm with a wrong signature', async () => {
    const { left, right, a, b } = await testPair();
    const profile = { username: 'ada', displayName: null };
    const wrong = await left.seal({ type: 'confirm', sig: await b.confirm(left), profile });
    expect(await right.open(wrong)).toMatchObject({ ok: false, code: 'handshake-failed' });
    const true_ = await left.seal({ type: 'confirm', sig: await a.confirm(left), profile });
    expect((await right.open(true_)).ok).toBe(false);
    expect(right.confirmed).toBe(false);
  });

  it('takes no confirm that was signed for the other role', async () => {
    const { left, right, a } = await testPair();
    const profile = { username: 'ada', displayName: null };
    const mirrored = { ...left, role: right.role, transcriptHash: left.transcriptHash };
    const box = await left.seal({ type: 'confirm', sig: await a.confirm(mirrored), profile });
    expect((await right.open(box)).ok).toBe(false);
  });

  it('refuses what opens but is no message of this version', async () => {
    const { left, right } = await confirmedPair();
    const strange = { type: 'strange' } as unknown as PairMessage; // what a newer Parley might say
    expect(await right.open(await left.seal(strange))).toMatchObject({ ok: false, code: 'bad-request' });
  });

  it('refuses a reflected hello and another epoch', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const [a, b] = await Promise.all([testDevice(), testDevice()]);
    const own = await a.hello(keys);
    expect((await openPairSession(keys, own, unwrap(await openHello(keys, own.box)))).ok).toBe(false);
    const later = await b.hello(keys, { epoch: 1 });
    expect((await openPairSession(keys, own, unwrap(await openHello(keys, later.box)))).ok).toBe(false);
  });

  it('refuses a key that forces the all-zero secret', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const [a, b] = await Promise.all([testDevice(), testDevice()]);
    const peer = unwrap(await openHello(keys, (await b.hello(keys)).box));
    const hostile = { ...peer, eph: new Uint8Array(32) };
    expect((await openPairSession(keys, await a.hello(keys), hostile)).ok).toBe(false);
  });

  it('does not seal what fits into no box, and can go on', async () => {
    const { left, right } = await confirmedPair();
    const noise = Array.from(randomBytes(40_000), (byte) => String.fromCharCode(33 + (byte % 90))).join('');
    await expect(left.seal(offer(noise))).rejects.toThrow(RangeError);
    expect((await right.open(await left.seal(bye))).ok).toBe(true);
  });

  it('throws once it is closed, its safety exchange too', async () => {
    const { left } = await confirmedPair();
    const safety = left.safety();
    left.close();
    await expect(left.seal(bye)).rejects.toThrow('closed');
    await expect(left.open('AAAA')).rejects.toThrow('closed');
    await expect(safety.start()).rejects.toThrow('closed');
    expect(() => left.safety()).toThrow('closed');
  });
});

describe('someone in the middle', () => {
  it('with the link but without a device’s key is confirmed by nobody', async () => {
    const keys = await deriveRoomKeys(randomBytes(32), null);
    const [a, b, mallory] = await Promise.all([testDevice(), testDevice(), testDevice()]);
    const helloA = await a.hello(keys);
    const helloB = await b.hello(keys);
    const helloM = await mallory.hello(keys);
    // Mallory puts her own hello between both, and passes on whatever they confirm.
    const aToM = unwrap(await openPairSession(keys, helloA, unwrap(await openHello(keys, helloM.box))));
    const mToB = unwrap(await openPairSession(keys, helloM, unwrap(await openHello(keys, helloB.box))));
    const bToM = unwrap(await openPairSession(keys, helloB, unwrap(await openHello(keys, helloM.box))));
    const sigOfA = await a.confirm(aToM);
    const profile = { username: 'ada', displayName: null };
    const passedOn = await mToB.seal({ type: 'confirm', sig: sigOfA, profile });
    expect((await bToM.open(passedOn)).ok).toBe(false);
    expect(bToM.peer.dev).toBe(mallory.dev);
  });

  it('gives the two different safety codes; honest pairs always have the same', async () => {
    const codeOf = async (
      left: { safety(): ReturnType<Awaited<ReturnType<typeof confirmedPair>>['left']['safety']>; role: 'lo' | 'hi' },
      right: typeof left,
    ) => {
      const [lo, hi] = left.role === 'lo' ? [left.safety(), right.safety()] : [right.safety(), left.safety()];
      const commit = await lo.start();
      const answer = unwrap(await hi.handle(commit ?? { step: 'commit', value: '' }));
      const opening = unwrap(await lo.handle(answer.reply ?? { step: 'answer', value: '' }));
      const end = unwrap(await hi.handle(opening.reply ?? { step: 'open', value: '' }));
      expect(opening.code).toMatch(/^\d{4} \d{4}$/);
      expect(end.code).toBe(opening.code);
      return opening.code;
    };
    const codes = new Set<string | null>();
    for (let i = 0; i < 10; i++) {
      const { left, right } = await confirmedPair();
      codes.add(await codeOf(left, right));
    }
    expect(codes.size).toBeGreaterThan(8);
  });

  it('who opens another part than she committed to ends the attempt', async () => {
    const { left, right } = await confirmedPair();
    const [lo, hi] = left.role === 'lo' ? [left.safety(), right.safety()] : [right.safety(), left.safety()];
    unwrap(await hi.handle((await lo.start()) ?? { step: 'commit', value: '' }));
    const other = toBase64Url(randomBytes(32));
    expect((await hi.handle({ step: 'open', value: other })).ok).toBe(false);
    // One attempt per session.
    expect((await hi.handle({ step: 'open', value: other })).ok).toBe(false);
    expect(await lo.start()).toBe(null);
  });
});
