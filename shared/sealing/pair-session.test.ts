import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrap } from '../base/outcome.ts';
import type { PairMessage } from '../protocol/link.ts';
import { seededBy } from '../testing/test-seed.ts';
import { fromBase64Url, toBase64Url } from './agreements.ts';
import { makeHello, type OwnHello, openHello, tagOf } from './hello.ts';
import { openPairSession, type PairSession } from './pair-session.ts';
import { randomBytes } from './primitives.ts';
import { confirmedPair, testDevice, testPair, testRoom } from './testing/test-pairs.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

const BOX_SIZES = [256, 1_024, 4_096, 16_000];
const HEADER = 1 + 8 + 8;
const TAG = 16;
const bye: PairMessage = { type: 'bye' };
const profile = { username: 'ada', displayName: null };
const offer = (sdp: string): PairMessage => ({
  type: 'signal',
  signal: { kind: 'peer', epoch: 1, signal: { type: 'offer', sdp } },
});

/** Text that no compression makes much smaller. */
const noise = (length: number) =>
  Array.from(randomBytes(length), (byte) => String.fromCharCode(33 + (byte % 90))).join('');

function flipped(box: string, bit: number): string {
  const bytes = fromBase64Url(box) ?? new Uint8Array();
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  return toBase64Url(bytes);
}

/** Which bits of `box` can be changed without being refused. */
async function everyBit(box: string, refused: (changed: string) => Promise<boolean>): Promise<number[]> {
  const bits = Array.from({ length: (fromBase64Url(box) ?? []).length * 8 }, (_, bit) => bit);
  const taken = await Promise.all(bits.map(async (bit) => !(await refused(flipped(box, bit)))));
  return bits.filter((bit) => taken[bit]);
}

/** At which lengths `box` can be cut without being refused. */
async function everyCut(box: string, refused: (changed: string) => Promise<boolean>): Promise<number[]> {
  const lengths = Array.from({ length: box.length }, (_, length) => length);
  const taken = await Promise.all(lengths.map(async (length) => !(await refused(box.slice(0, length)))));
  return lengths.filter((length) => taken[length]);
}

describe('a hello', () => {
  it('opens with the room’s keys alone', async () => {
    const keys = await testRoom();
    const device = await testDevice();
    const hello = await device.hello(keys);
    expect(await openHello(keys, hello.box)).toMatchObject({ ok: true, value: { dev: device.dev, sess: hello.sess } });
    const others = await testRoom();
    expect(await openHello(others, hello.box)).toMatchObject({ ok: false, code: 'handshake-failed' });
  });

  it('is refused with any one bit changed, cut anywhere, or with more behind it', async () => {
    const keys = await testRoom();
    const { box } = await (await testDevice()).hello(keys);
    const refused = async (changed: string) => !(await openHello(keys, changed)).ok;
    expect(await everyBit(box, refused)).toEqual([]);
    expect(await everyCut(box, refused)).toEqual([]);
    expect(await refused(`${box}AAAA`)).toBe(true);
  });

  it('always has the smallest of the four sizes', async () => {
    const keys = await testRoom();
    const { box } = await (await testDevice()).hello(keys, { prev: toBase64Url(randomBytes(16)) });
    expect((fromBase64Url(box) ?? []).length - 1 - 4 - 12 - TAG).toBe(256);
  });

  it('is refused under another epoch than the one it was sealed for', async () => {
    const keys = await testRoom();
    const bytes = fromBase64Url((await (await testDevice()).hello(keys, { epoch: 3 })).box) ?? new Uint8Array();
    bytes[4] = 4;
    expect((await openHello(keys, toBase64Url(bytes))).ok).toBe(false);
  });

  it('cannot be made with a field of a wrong length', async () => {
    const keys = await testRoom();
    await expect((await testDevice()).hello(keys, { prev: toBase64Url(randomBytes(15)) })).rejects.toThrow(RangeError);
  });

  it('signed by another device than it names is refused', async () => {
    const keys = await testRoom();
    const [honest, liar] = await Promise.all([testDevice(), testDevice()]);
    const { plaintext } = await honest.hello(keys);
    plaintext.set(fromBase64Url(liar.dev) ?? [], 16);
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
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 3_000, unit: 'grapheme' }), async (sdp) => {
        const message = offer(sdp);
        const box = await left.seal(message);
        seen.add((fromBase64Url(box) ?? []).length - HEADER - TAG);
        expect(await right.open(box)).toEqual({ ok: true, value: message });
      }),
      { numRuns: 40, examples: [[''], ['x'.repeat(600)], [noise(4_000)], [noise(18_000)]] },
    );
    expect([...seen].sort((a, b) => a - b)).toEqual(BOX_SIZES);
  });

  it('refuses a box with any one bit changed or cut anywhere', async () => {
    const { left, right } = await confirmedPair();
    const box = await left.seal(bye);
    const refused = async (changed: string) => {
      const opened = await right.open(changed);
      return !opened.ok && opened.code === 'handshake-failed';
    };
    expect(await everyBit(box, refused)).toEqual([]);
    expect(await everyCut(box, refused)).toEqual([]);
    expect(await refused(`${box}AAAA`)).toBe(true);
    // None of that used up the counter.
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

  it('does not open boxes of another stay or another room, even with its own tag on them', async () => {
    const keys = await testRoom();
    const [a, b] = await Promise.all([testDevice(), testDevice()]);
    const [own, first, later] = await Promise.all([a.hello(keys), b.hello(keys), b.hello(keys)]);
    const session = unwrap(await openPairSession(keys, own, unwrap(await openHello(keys, first.box))));
    const otherStay = unwrap(await openPairSession(keys, later, unwrap(await openHello(keys, own.box))));
    // The same hellos under the keys of another room: what a link to the wrong room would give.
    const elsewhere = await testRoom();
    const otherRoom = unwrap(await openPairSession(elsewhere, first, unwrap(await openHello(keys, own.box))));
    // The secret of the pair is not enough: the room's own part is in every pair's keys.
    const withoutSecret = { ...keys, pairPsk: elsewhere.pairPsk };
    const otherPsk = unwrap(await openPairSession(withoutSecret, first, unwrap(await openHello(keys, own.box))));
    for (const other of [otherStay, otherRoom, otherPsk]) {
      const box = await other.seal({ type: 'confirm', sig: await b.confirm(other), profile });
      expect(tagOf(box)).not.toBe(session.tag);
      const bytes = fromBase64Url(box) ?? new Uint8Array();
      bytes.set(fromBase64Url(session.tag) ?? [], 1);
      expect(await session.open(toBase64Url(bytes))).toMatchObject({ ok: false, code: 'handshake-failed' });
    }
    expect(session.confirmed).toBe(false);
  });

  it('does not open its own boxes', async () => {
    const { left } = await confirmedPair();
    expect((await left.open(await left.seal(bye))).ok).toBe(false);
  });

  it('says nothing and hears nothing before the confirms', async () => {
    const { left, right, a } = await testPair();
    await expect(left.seal(bye)).rejects.toThrow('confirm');
    const confirm = await left.seal({ type: 'confirm', sig: await a.confirm(left), profile });
    const early = await left.seal(bye);
    expect(await right.open(early)).toMatchObject({ ok: false, code: 'handshake-failed' });
    expect(right.confirmed).toBe(false);
    expect((await right.open(confirm)).ok).toBe(true);
    expect(right.confirmed).toBe(true);
  });

  it('is over after a confirm with a wrong signature', async () => {
    const { left, right, a, b } = await testPair();
    const wrong = await left.seal({ type: 'confirm', sig: await b.confirm(left), profile });
    expect(await right.open(wrong)).toMatchObject({ ok: false, code: 'handshake-failed' });
    const true_ = await left.seal({ type: 'confirm', sig: await a.confirm(left), profile });
    expect((await right.open(true_)).ok).toBe(false);
    expect(right.confirmed).toBe(false);
  });

  it('takes no confirm that was signed for the other role', async () => {
    const { left, right, a } = await testPair();
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
    const keys = await testRoom();
    const [a, b] = await Promise.all([testDevice(), testDevice()]);
    const own = await a.hello(keys);
    expect((await openPairSession(keys, own, unwrap(await openHello(keys, own.box)))).ok).toBe(false);
    const later = await b.hello(keys, { epoch: 1 });
    expect((await openPairSession(keys, own, unwrap(await openHello(keys, later.box)))).ok).toBe(false);
  });

  it('refuses a key that forces the all-zero secret', async () => {
    const keys = await testRoom();
    const [a, b] = await Promise.all([testDevice(), testDevice()]);
    const peer = unwrap(await openHello(keys, (await b.hello(keys)).box));
    const hostile = { ...peer, eph: new Uint8Array(32) };
    expect((await openPairSession(keys, await a.hello(keys), hostile)).ok).toBe(false);
  });

  it('does not seal what fits into no box, and can go on', async () => {
    const { left, right } = await confirmedPair();
    await expect(left.seal(offer(noise(40_000)))).rejects.toThrow(RangeError);
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

/** Runs the three steps between two ends; both must come to one code. */
async function codeOf(lo: PairSession, hi: PairSession): Promise<string | null> {
  const commit = await lo.safety().start();
  const answer = unwrap(await hi.safety().handle(commit ?? { step: 'commit', value: '' }));
  const opening = unwrap(await lo.safety().handle(answer.reply ?? { step: 'answer', value: '' }));
  const end = unwrap(await hi.safety().handle(opening.reply ?? { step: 'open', value: '' }));
  expect(end.code).toBe(opening.code);
  return opening.code;
}

/** Mallory has the link and a device of her own: `a` is below her and `b` above, so that roles line up for passing on. */
async function inTheMiddle() {
  const keys = await testRoom();
  const hellos = await Promise.all(Array.from({ length: 3 }, async () => (await testDevice()).hello(keys)));
  const bytes = (hello: OwnHello) => fromBase64Url(hello.sess) ?? new Uint8Array();
  const [a, m, b] = hellos.sort((left, right) => Buffer.compare(bytes(left), bytes(right)));
  if (!a || !m || !b) throw new Error('three hellos were made');
  const between = async (own: OwnHello, peer: OwnHello) =>
    unwrap(await openPairSession(keys, own, unwrap(await openHello(keys, peer.box))));
  return {
    aToM: await between(a, m),
    mToA: await between(m, a),
    mToB: await between(m, b),
    bToM: await between(b, m),
  };
}

describe('someone in the middle', () => {
  it('with the link but without a device’s key is confirmed by nobody', async () => {
    const keys = await testRoom();
    const [a, b, mallory] = await Promise.all([testDevice(), testDevice(), testDevice()]);
    const helloA = await a.hello(keys);
    const helloB = await b.hello(keys);
    const helloM = await mallory.hello(keys);
    // Mallory puts her own hello between both, and passes on whatever they confirm.
    const aToM = unwrap(await openPairSession(keys, helloA, unwrap(await openHello(keys, helloM.box))));
    const mToB = unwrap(await openPairSession(keys, helloM, unwrap(await openHello(keys, helloB.box))));
    const bToM = unwrap(await openPairSession(keys, helloB, unwrap(await openHello(keys, helloM.box))));
    const sigOfA = await a.confirm(aToM);
    const passedOn = await mToB.seal({ type: 'confirm', sig: sigOfA, profile });
    expect((await bToM.open(passedOn)).ok).toBe(false);
    expect(bToM.peer.dev).toBe(mallory.dev);
  });

  it('an attacker between two with keys of her own is seen in their safety codes', async () => {
    for (let i = 0; i < 10; i++) {
      const { aToM, mToA, mToB, bToM } = await inTheMiddle();
      const [codeOfA, codeOfB] = [await codeOf(aToM, mToA), await codeOf(mToB, bToM)];
      expect(codeOfA).toMatch(/^\d{4} \d{4}$/);
      expect(codeOfA).not.toBe(codeOfB);
    }
  });

  it('an attacker who passes the steps to a code on as they are gets no code on the far side', async () => {
    const { aToM, bToM } = await inTheMiddle();
    const commit = await aToM.safety().start();
    const answer = unwrap(await bToM.safety().handle(commit ?? { step: 'commit', value: '' }));
    const opening = unwrap(await aToM.safety().handle(answer.reply ?? { step: 'answer', value: '' }));
    const end = await bToM.safety().handle(opening.reply ?? { step: 'open', value: '' });
    expect(end).toMatchObject({ ok: false, code: 'handshake-failed' });
  });

  it('is what sets codes apart: an honest pair always has the same, and no two pairs do', async () => {
    const codes = new Set<string | null>();
    for (let i = 0; i < 10; i++) {
      const { left, right } = await confirmedPair();
      codes.add(left.role === 'lo' ? await codeOf(left, right) : await codeOf(right, left));
    }
    expect(codes.size).toBe(10);
  });

  it('a side that opens another part than it committed to ends the attempt', async () => {
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
