import { DeviceId, FileId, LIMITS, RoomId, toBase64Url } from '@parley/shared/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../../../shared/testing/test-seed.ts';
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts';
import { chances, FakeMember, FakeWire, SIZE_MAX_BYTES, type Slowness } from './testing/fake-members.ts';

const deviceOf = (seed: number): DeviceId => DeviceId.parse(toBase64Url(new Uint8Array(32).fill(seed)));
const roomId = RoomId.parse(toBase64Url(new Uint8Array(16).fill(1)));
const fileOf = (seed: number): FileId => FileId.parse(toBase64Url(new Uint8Array(16).fill(seed)));
const fileId = fileOf(2);

/** Lets time pass until it is so; answers how long it took, or null when it was not so by then. */
async function within(clock: FakeClock, mostMs: number, isSo: () => boolean): Promise<number | null> {
  for (let passedMs = 0; passedMs <= mostMs; passedMs += 5) {
    if (isSo()) return passedMs;
    clock.advance(5);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return null;
}

describe('files over connections that end at any moment', () => {
  it('arrive soon after the last cut, with at most one block sent again for each', async () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 900 }),
      apartMs: fc.integer({ min: 0, max: 1_500 }),
      event: fc.constantFrom('cut', 'cut', 'cut', 'receiver', 'sender'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          steps: fc.array(step, { minLength: 1, maxLength: 10 }),
          sizeBytes: fc.integer({ min: 1, max: SIZE_MAX_BYTES }),
          seed: fc.nat(),
          bytesPerMs: fc.integer({ min: 500, max: 20_000 }),
          latencyMs: fc.integer({ min: 0, max: 80 }),
          diskMs: fc.integer({ min: 0, max: 200 }),
          lost: fc.constantFrom(0, 0.1),
        }),
        async ({ steps, sizeBytes, seed, ...slow }) => {
          const clock = fakeClock();
          const chance = chances(seed);
          const [ana, ben] = [1, 2].map((n) => new FakeMember(deviceOf(n), roomId, clock, chance, slow)) as [
            FakeMember,
            FakeMember,
          ];
          const meet = (): FakeWire => new FakeWire(ana, ben, clock, chance, slow satisfies Slowness);
          ana.offer(fileId, sizeBytes);
          let wire = meet();
          expect(await within(clock, 5_000, () => ben.stateOf(fileId) === 'offered')).not.toBeNull();
          ben.accept(fileId);
          let arrived = 0;
          for (const { afterMs, apartMs, event } of steps) {
            await within(clock, afterMs, () => false);
            wire.cut();
            arrived += wire.arrived;
            if (event === 'receiver') ben.load();
            if (event === 'sender') ana.load();
            await within(clock, apartMs, () => false);
            if (event === 'sender') ana.choose(fileId);
            wire = meet();
          }
          const isThere = () => ben.files[0]?.state === 'received';
          // A lost answer costs a wait of two seconds, and each of the few blocks may lose some.
          const neededMs =
            2_000 +
            sizeBytes / slow.bytesPerMs +
            12 * (slow.latencyMs + 2 * slow.diskMs) +
            (slow.lost > 0 ? 30_000 : 0);
          const took = await within(clock, neededMs, isThere);
          expect(took, `stands at ${JSON.stringify(ben.files)}`).not.toBeNull();
          arrived += wire.arrived;
          expect(arrived).toBeLessThanOrEqual(sizeBytes + steps.length * LIMITS.fileBlockBytes);
        },
      ),
      {
        numRuns: 20,
        // Answers about two blocks get lost before the next ones come.
        examples: [
          [
            {
              ...{
                steps: [{ afterMs: 18, apartMs: 1_208, event: 'receiver' }],
                sizeBytes: 4_340_195,
                seed: 979_849_744,
              },
              ...{ bytesPerMs: 14_700, latencyMs: 74, diskMs: 7, lost: 0.1 },
            },
          ],
        ],
        ...seededBy(process.env.PARLEY_SEED),
      },
    );
  }, 60_000);

  it('arrive many at once, with few blocks on their way', async () => {
    const clock = fakeClock();
    const slow = { bytesPerMs: 20_000, latencyMs: 10, diskMs: 20, lost: 0 };
    const chance = chances(7);
    const ana = new FakeMember(deviceOf(1), roomId, clock, chance, slow);
    const ben = new FakeMember(deviceOf(2), roomId, clock, chance, slow);
    const ids = Array.from({ length: 40 }, (_, index) => fileOf(index + 1));
    for (const id of ids) ana.offer(id, 2 * LIMITS.fileBlockBytes);
    new FakeWire(ana, ben, clock, chance, slow);
    expect(await within(clock, 5_000, () => ids.every((id) => ben.stateOf(id) === 'offered'))).not.toBeNull();
    for (const id of ids) ben.accept(id);
    let most = 0;
    const arrived = () => {
      most = Math.max(most, ben.writing);
      return ben.files.filter(({ state }) => state === 'received').length === ids.length;
    };
    // 80 MB at 20 MB/s, and no wait for a far end that does not answer.
    expect(await within(clock, 8_000, arrived)).not.toBeNull();
    expect(most).toBeLessThanOrEqual(24);
  });
});

describe('voice messages over connections (H10)', () => {
  const slow = { bytesPerMs: 20_000, latencyMs: 10, diskMs: 20, lost: 0 };

  it('go to everybody who was told of them, also from somebody else than their author', async () => {
    const clock = fakeClock();
    const chance = chances(5);
    const [ana, ben, cem] = [1, 2, 3].map((n) => new FakeMember(deviceOf(n), roomId, clock, chance, slow)) as [
      FakeMember,
      FakeMember,
      FakeMember,
    ];
    ana.voice(fileId, ana.deviceId, 'shared');
    ben.voice(fileId, ana.deviceId, 'receiving');
    // A page that is loaded anew reads it from the core.
    ana.load();
    new FakeWire(ana, ben, clock, chance, slow);
    expect(await within(clock, 5_000, () => ben.stateOf(fileId) === 'received')).not.toBeNull();
    cem.voice(fileId, ana.deviceId, 'receiving');
    new FakeWire(ben, cem, clock, chance, slow);
    expect(await within(clock, 5_000, () => cem.stateOf(fileId) === 'received')).not.toBeNull();
  });

  it('are offered by their messages alone, and not before they are sent', async () => {
    const clock = fakeClock();
    const chance = chances(6);
    const [ana, ben] = [1, 2].map((n) => new FakeMember(deviceOf(n), roomId, clock, chance, slow)) as [
      FakeMember,
      FakeMember,
    ];
    ana.voice(fileId, ana.deviceId, 'shared');
    ana.voice(fileOf(9), ana.deviceId, 'recorded');
    ana.offer(fileOf(3), 9);
    // Somebody else was told of both by a faulty program.
    ben.voice(fileOf(9), ana.deviceId, 'receiving');
    new FakeWire(ana, ben, clock, chance, slow);
    expect(await within(clock, 5_000, () => ben.stateOf(fileOf(3)) === 'offered')).not.toBeNull();
    await within(clock, 2_000, () => false);
    expect(ben.stateOf(fileId)).toBeUndefined();
    expect(ben.stateOf(fileOf(9))).toBe('receiving');
    expect(ana.files.find((file) => file.fileId === fileOf(9))?.atHand).toBe(false);
  });

  it('are loaded a few at once, the newest first, and never wait for those that nobody has', async () => {
    const clock = fakeClock();
    const chance = chances(7);
    const [ana, ben] = [1, 2].map((n) => new FakeMember(deviceOf(n), roomId, clock, chance, slow)) as [
      FakeMember,
      FakeMember,
    ];
    const ids = Array.from({ length: 60 }, (_, index) => fileOf(index + 1));
    for (const [at, id] of ids.entries()) ben.voice(id, ana.deviceId, 'receiving', at);
    for (const id of ids.slice(30)) ana.voice(id, ana.deviceId, 'shared');
    new FakeWire(ana, ben, clock, chance, slow);
    let most = 0;
    const arrived = () => {
      const received = ids.filter((id) => ben.stateOf(id) === 'received').length;
      most = Math.max(most, ben.begun.size - received);
      return received === 30;
    };
    expect(await within(clock, 20_000, arrived)).not.toBeNull();
    expect(most).toBeLessThanOrEqual(6);
    // The core answers in any order.
    expect(new Set([...ben.begun].slice(0, 6))).toEqual(new Set(ids.slice(-6)));
    expect(ids.slice(0, 30).map((id) => ben.stateOf(id))).toEqual(Array.from({ length: 30 }, () => 'receiving'));
  });
});
