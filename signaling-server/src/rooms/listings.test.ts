import { RoomId, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryHub } from '../cluster/memory-hub.ts';
import { noNeighbours } from '../cluster/neighbours.ts';
import { FakeClock } from '../fake-clock.ts';
import { type Listing, Listings } from './listings.ts';

const bytes = (fill: number, size: number) => toBase64Url(new Uint8Array(size).fill(fill));
const listing = (n: number, name: string): Listing => ({
  roomId: RoomId.parse(bytes(n, 16)),
  name,
  secret: bytes(n, 32),
  ownerPub: bytes(n + 100, 32),
  needsPassphrase: false,
});
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const LINGER_MS = 600_000;

function setUp() {
  const clock = new FakeClock();
  const hub = new MemoryHub(clock);
  const store = hub.attach('alone', { onMessage: () => {}, onUp: () => {}, onDown: () => {} });
  const occupied = new Set<RoomId>();
  const listings = new Listings(
    { listedLingerMs: LINGER_MS, listedMax: 10 },
    {
      clock,
      store,
      neighbours: noNeighbours,
      isOccupied: (roomId) => occupied.has(roomId),
      participantsOf: (roomIds) => roomIds.map((roomId) => (occupied.has(roomId) ? 1 : 0)),
    },
  );
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 20_000) {
      clock.advance(20_000);
      await settle();
    }
  };
  const names = async () => (await listings.page({ limit: 50 })).items.map(({ name }) => name);
  return { clock, hub, occupied, listings, pass, names };
}

describe('the list of rooms', () => {
  it('keeps an entry while somebody is in the room, and for the time it lingers after that (S1)', async () => {
    const { occupied, listings, pass, names } = setUp();
    const garden = listing(1, 'Garden');
    occupied.add(garden.roomId);
    await listings.publish(garden);
    await pass(3 * LINGER_MS);
    expect(await names()).toEqual(['Garden']);
    occupied.delete(garden.roomId);
    await pass(LINGER_MS - 60_000);
    expect(await names()).toEqual(['Garden']);
    await pass(180_000);
    expect(await names()).toEqual([]);
    // The name is free again, also for another room.
    expect(await listings.publish(listing(2, 'GARDEN'))).toEqual({ ok: true, value: null });
  });

  it('is written again by those in the rooms when the store lost it', async () => {
    const { hub, occupied, listings, pass, names } = setUp();
    const garden = listing(1, 'Garden');
    occupied.add(garden.roomId);
    await listings.publish(garden);
    hub.forgetRecords();
    await pass(20_000);
    expect(await names()).toEqual(['Garden']);
    expect(await listings.publish(listing(2, 'garden'))).toMatchObject({ ok: false, code: 'room-name-taken' });
  });

  it('gives one name to one room, however many ask at the same time', async () => {
    const { listings, names } = setUp();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => listings.publish(listing(n, 'Same'))));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await names()).toEqual(['Same']);
  });

  it('has one entry for each room, however often it is renamed at the same time', async () => {
    const { listings, names } = setUp();
    const garden = listing(1, 'First');
    await listings.publish(garden);
    await Promise.all(['Second', 'Third', 'Fourth'].map((name) => listings.publish({ ...garden, name })));
    expect(await names()).toHaveLength(1);
    const [kept] = await names();
    for (const [n, name] of ['First', 'Second', 'Third', 'Fourth'].entries()) {
      const outcome = await listings.publish(listing(n + 10, name));
      expect(outcome.ok, name).toBe(name !== kept);
    }
  });

  it('stops when it is closed', () => {
    const { clock, listings } = setUp();
    listings.close();
    expect(clock.pending).toBe(0);
  });
});
