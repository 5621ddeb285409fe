import { ListedRooms, RoomId, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import type { Backplane } from '../cluster/backplane.ts';
import type { Notices } from '../cluster/cluster-node.ts';
import { FakeNodes } from '../cluster/testing/fake-nodes.ts';
import { MemoryHub } from '../cluster/testing/memory-hub.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Listing } from './listing-store.ts';
import { Listings } from './listings.ts';

const bytes = (fill: number, size: number) => toBase64Url(new Uint8Array(size).fill(fill));
const listing = (n: number, name: string, issuedAt = 1): Listing => ({
  roomId: RoomId.parse(bytes(n, 16)),
  name,
  secret: bytes(n, 32),
  authPub: bytes(n + 50, 32),
  ownerPub: bytes(n + 100, 32),
  needsPassphrase: false,
  hosts: [bytes(n, 32)],
  issuedAt,
  sig: bytes(n, 64),
});
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const LINGER_MS = 600_000;

type Given = {
  clock?: FakeClock;
  hub?: MemoryHub;
  max?: number;
  perAddress?: number;
  participantsOf?: (roomIds: readonly RoomId[]) => Promise<number[]>;
  /** Stands between the list and its store. */
  through?: (store: Backplane) => Backplane;
  nodes?: Notices;
};

function setUp({
  clock = new FakeClock(),
  hub = new MemoryHub(clock),
  max = 10,
  perAddress = 0,
  participantsOf,
  through = (store) => store,
  nodes,
}: Given = {}) {
  const store = through(hub.attach('alone', { onMessage: () => {}, onUp: () => {}, onDown: () => {} }));
  const occupied = new Set<RoomId>();
  const listings = new Listings(
    { listedLingerMs: LINGER_MS, listedMax: max, listedPerAddress: perAddress },
    {
      clock,
      store,
      nodes,
      isOccupied: (roomId) => occupied.has(roomId),
      participantsOf: participantsOf ?? ((roomIds) => roomIds.map((roomId) => (occupied.has(roomId) ? 1 : 0))),
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

  it('keeps the newest entry that the owner signed, and takes the same one twice (S1)', async () => {
    const { listings, names } = setUp();
    const older = listing(1, 'Older', 10);
    const newer = { ...listing(1, 'Newer', 11), sig: bytes(2, 64) };
    expect((await listings.publish(older)).ok).toBe(true);
    expect((await listings.rename(newer)).ok).toBe(true);
    expect(await listings.publish(older)).toMatchObject({ ok: false, code: 'listing-outdated' });
    expect(await listings.rename({ ...newer, name: 'As new', sig: bytes(3, 64) })).toMatchObject({
      code: 'listing-outdated',
    });
    expect((await listings.publish(newer)).ok).toBe(true);
    expect(await names()).toEqual(['Newer']);
  });

  it('asks the store for participants once for all who ask within two seconds (R7)', async () => {
    const asked: { roomIds: readonly RoomId[]; answer: (counts: number[]) => void }[] = [];
    const participantsOf = (roomIds: readonly RoomId[]) =>
      new Promise<number[]>((answer) => {
        asked.push({ roomIds, answer });
      });
    const { clock, listings } = setUp({ participantsOf });
    const [garden, kitchen] = [listing(1, 'Garden'), listing(2, 'Kitchen')];
    await listings.publish(garden);
    await listings.publish(kitchen);
    const counts = async (limit = 50) => (await listings.page({ limit })).items.map(({ participants }) => participants);
    const waiting = [counts(1), counts(), counts(), counts()];
    clock.advance(10_000);
    waiting.push(counts());
    expect(asked.map(({ roomIds }) => roomIds)).toEqual([[garden.roomId], [kitchen.roomId]]);
    asked[1]?.answer([5]);
    asked[0]?.answer([3]);
    expect(await Promise.all(waiting)).toEqual([[3], [3, 5], [3, 5], [3, 5], [3, 5]]);
    await settle();
    clock.advance(1_999);
    expect(await counts()).toEqual([3, 5]);
    clock.advance(1);
    const later = counts();
    expect(asked.slice(2).map(({ roomIds }) => roomIds)).toEqual([[garden.roomId, kitchen.roomId]]);
    asked[2]?.answer([4, 0]);
    expect(await later).toEqual([4, 0]);
  });

  it('comes in pages that fit the protocol, whatever names grow to when they are folded (S1, V3)', async () => {
    const { listings } = setUp();
    const long = '\ufdfa'.repeat(100);
    const all = [long, `${long.slice(0, 99)}a`, `${long.slice(0, 98)}bc`, 'Garden', 'garden two'];
    for (const [n, name] of all.entries()) expect((await listings.publish(listing(n + 1, name))).ok).toBe(true);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = ListedRooms.parse(await listings.page({ limit: 1, ...(after === undefined ? {} : { after }) }));
      seen.push(...page.items.map(({ name }) => name));
      after = page.cursor;
    } while (after !== undefined && seen.length < 10);
    expect(seen.slice(0, 2)).toEqual(['Garden', 'garden two']);
    expect(seen.toSorted()).toEqual(all.toSorted());
  });

  it('goes on after a room that was taken off between two pages', async () => {
    const { listings } = setUp();
    for (const [n, name] of ['Attic', 'Barn', 'Cellar'].entries()) await listings.publish(listing(n + 1, name));
    const { cursor = '' } = await listings.page({ limit: 2 });
    await listings.withdraw(listing(2, 'Barn').roomId);
    expect((await listings.page({ limit: 2, after: cursor })).items.map(({ name }) => name)).toEqual(['Cellar']);
  });

  it('leaves nothing behind in the memory of a server that is alone', async () => {
    const { hub, listings, pass } = setUp();
    const stop = hub.keepSwept();
    for (let n = 1; n <= 5; n++) await listings.publish(listing(n, `Room ${n}`));
    expect(hub.size).toBe(10);
    await pass(2 * LINGER_MS);
    expect(hub.size).toBe(0);
    stop();
  });

  it('does not write again what was taken off while it was being kept', async () => {
    let onTouch: (() => Promise<unknown>) | undefined;
    const { hub, occupied, listings, pass, names } = setUp({
      through: (store) => ({
        ...store,
        touch: async (keys, ttlMs) => {
          const removing = onTouch?.();
          onTouch = undefined;
          await removing;
          return store.touch(keys, ttlMs);
        },
      }),
    });
    const garden = listing(1, 'Garden');
    occupied.add(garden.roomId);
    await listings.publish(garden);
    onTouch = () => listings.withdraw(garden.roomId);
    await pass(20_000);
    expect(onTouch).toBe(undefined);
    expect(await names()).toEqual([]);
    // The mark says that it was taken off, and has not its name.
    expect(hub.size).toBe(1);
  });

  it('keeps what another node listed again while this one looked (S13)', async () => {
    const nodes = new FakeNodes();
    const clock = new FakeClock();
    const hub = new MemoryHub(clock);
    const other = setUp({ clock, hub, nodes: nodes.join('other') });
    let onRead: (() => Promise<void>) | undefined;
    const { listings, pass, names } = setUp({
      clock,
      hub,
      nodes: nodes.join('this'),
      through: (store) => ({
        ...store,
        read: async (keys) => {
          const found = await store.read(keys);
          const happening = onRead?.();
          onRead = undefined;
          await happening;
          return found;
        },
      }),
    });
    const garden = listing(1, 'Garden');
    await listings.publish(garden);
    await settle();
    hub.forgetRecords();
    onRead = async () => {
      await other.listings.publish({ ...garden, name: 'New garden', issuedAt: 2 });
      await settle();
    };
    await pass(20_000);
    await settle();
    expect(await names()).toEqual(['New garden']);
  });

  it('does not say that a room is off while somebody else keeps its entry changing', async () => {
    let isLost = false;
    const { listings, names } = setUp({
      through: (store) => ({
        ...store,
        write: (key, expected, value, ttlMs) =>
          isLost && key.startsWith('listed:') ? Promise.resolve(undefined) : store.write(key, expected, value, ttlMs),
      }),
    });
    const garden = listing(1, 'Garden');
    await listings.publish(garden);
    isLost = true;
    expect(await listings.withdraw(garden.roomId)).toMatchObject({ ok: false, code: 'server-busy' });
    expect(await names()).toEqual(['Garden']);
    isLost = false;
    expect((await listings.withdraw(garden.roomId)).ok).toBe(true);
    expect(await names()).toEqual([]);
  });

  it('has only so many rooms of one address, also of those listed at other nodes (S1, R3)', async () => {
    const nodes = new FakeNodes();
    const clock = new FakeClock();
    const hub = new MemoryHub(clock);
    const other = setUp({ clock, hub, nodes: nodes.join('other') });
    const { listings } = setUp({ clock, hub, perAddress: 2, nodes: nodes.join('this') });
    const tooMany = { ok: false, code: 'too-many-listed' };
    expect((await listings.publish(listing(1, 'One'), 'a')).ok).toBe(true);
    expect((await other.listings.publish(listing(2, 'Two'), 'a')).ok).toBe(true);
    await settle();
    expect(await listings.publish(listing(3, 'Three'), 'a')).toMatchObject(tooMany);
    expect((await listings.publish(listing(3, 'Three'), 'b')).ok).toBe(true);
    // A listed room can be changed with its key, and counts where it was listed.
    expect((await listings.publish(listing(1, 'One again'), 'a')).ok).toBe(true);
    expect((await listings.publish(listing(1, 'Once more'), 'b')).ok).toBe(true);
    expect(await listings.publish(listing(4, 'Four'), 'a')).toMatchObject(tooMany);
    await listings.withdraw(listing(1, '').roomId);
    const atOnce = await Promise.all([5, 6, 7].map((n) => listings.publish(listing(n, `Room ${n}`), 'a')));
    expect(atOnce.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(await listings.publish(listing(9, 'Nine'), 'a')).toMatchObject(tooMany);
  });

  it('stops when it is closed', () => {
    const { clock, listings } = setUp();
    listings.close();
    expect(clock.pending).toBe(0);
  });
});

describe('the list of rooms on two nodes (S13)', () => {
  const garden = listing(1, 'Garden');
  /** Both have somebody in the garden, which is on the list. Where `isCut` is set, the second one does not reach the store. */
  const pair = async () => {
    const clock = new FakeClock();
    const hub = new MemoryHub(clock);
    const nodes = new FakeNodes();
    const cut = { isCut: false };
    const one = setUp({ clock, hub, nodes: nodes.join('one') });
    const two = setUp({
      clock,
      hub,
      nodes: nodes.join('two'),
      through: (store) => ({
        ...store,
        read: async (keys) => {
          if (cut.isCut) throw new Error('away');
          return store.read(keys);
        },
      }),
    });
    for (const { occupied } of [one, two]) occupied.add(garden.roomId);
    await one.listings.publish(garden);
    await settle();
    expect(await two.names()).toEqual(['Garden']);
    return { hub, nodes, cut, one, two };
  };
  const both = async (one: { names(): Promise<string[]> }, two: { names(): Promise<string[]> }) => [
    await one.names(),
    await two.names(),
  ];

  it('has what the admin took off no more, though a node with people in the room did not hear of it (S8)', async () => {
    const { nodes, one, two } = await pair();
    nodes.deaf.add('two');
    await one.listings.withdraw(garden.roomId);
    await settle();
    nodes.deaf.clear();
    expect(await both(one, two)).toEqual([[], ['Garden']]);
    expect(await two.listings.find(garden.roomId)).toBe(undefined);
    await one.pass(180_000);
    expect(await both(one, two)).toEqual([[], []]);
    // And anyone may have the name, or the room itself be listed again.
    expect((await two.listings.publish(listing(2, 'Garden'))).ok).toBe(true);
    expect((await two.listings.publish({ ...garden, name: 'Orchard' })).ok).toBe(true);
    await settle();
    expect(await one.names()).toEqual(['Garden', 'Orchard']);
  });

  it('is looked through as soon as a node knows that it missed something', async () => {
    const { nodes, one, two } = await pair();
    nodes.deaf.add('two');
    await one.listings.withdraw(garden.roomId);
    await one.listings.publish(listing(2, 'Kitchen'));
    await settle();
    nodes.deaf.clear();
    nodes.miss('two');
    await settle();
    expect(await both(one, two)).toEqual([['Kitchen'], ['Kitchen']]);
  });

  it('has the name that a room got while a node did not hear of it', async () => {
    const { nodes, one, two } = await pair();
    nodes.deaf.add('two');
    await one.listings.rename({ ...garden, name: 'Orchard' });
    await settle();
    nodes.deaf.clear();
    expect((await two.listings.find(garden.roomId))?.name).toBe('Orchard');
    expect(await two.names()).toEqual(['Orchard']);
    nodes.deaf.add('two');
    await one.listings.rename({ ...garden, name: 'Meadow' });
    await settle();
    expect(await two.names()).toEqual(['Orchard']);
    await one.pass(20_000);
    expect(await two.names()).toEqual(['Meadow']);
  });

  it('lets the admin and the owner take off what the store lost or this node was never told of', async () => {
    const { hub, nodes, one, two } = await pair();
    nodes.deaf.add('one');
    await two.listings.publish(listing(2, 'Kitchen'));
    await settle();
    nodes.deaf.clear();
    expect((await one.listings.find(listing(2, '').roomId))?.name).toBe('Kitchen');
    expect((await one.listings.withdraw(listing(2, '').roomId)).ok).toBe(true);
    hub.forgetRecords();
    expect((await one.listings.withdraw(garden.roomId)).ok).toBe(true);
    await one.pass(180_000);
    expect(await both(one, two)).toEqual([[], []]);
  });

  it('is known to a node that starts later, with the addresses that it counts for (S1)', async () => {
    const clock = new FakeClock();
    const hub = new MemoryHub(clock);
    const first = setUp({ clock, hub });
    await first.listings.publish(listing(1, 'One'), 'a');
    first.listings.close();
    const late = setUp({ clock, hub, perAddress: 1 });
    await settle();
    expect(await late.names()).toEqual(['One']);
    expect(await late.listings.publish(listing(2, 'Two'), 'a')).toMatchObject({ ok: false, code: 'too-many-listed' });
  });

  it('does not list a room again by renaming it after it was taken off', async () => {
    const { nodes, one, two } = await pair();
    nodes.deaf.add('two');
    await one.listings.withdraw(garden.roomId);
    expect(await two.listings.rename({ ...garden, name: 'Orchard' })).toMatchObject({ code: 'room-not-listed' });
  });

  it('is written again where the store lost it, and told to a node that had dropped it', async () => {
    const { hub, one, two } = await pair();
    one.occupied.clear();
    hub.forgetRecords();
    await one.pass(40_000);
    expect(await both(one, two)).toEqual([['Garden'], ['Garden']]);
  });

  it('gives up what a node finds gone that has not looked for so long that nothing tells lost from taken off', async () => {
    const { cut, nodes, one, two } = await pair();
    cut.isCut = true;
    nodes.deaf.add('two');
    await one.listings.withdraw(garden.roomId);
    await one.pass(4 * 3_600_000);
    cut.isCut = false;
    nodes.deaf.clear();
    await one.pass(180_000);
    expect(await both(one, two)).toEqual([[], []]);
  });

  it('has what the store has, whatever it is told', async () => {
    const { nodes, one, two } = await pair();
    await one.listings.rename({ ...garden, name: 'Orchard' });
    await settle();
    const late = nodes.join('late');
    for (const body of [garden.roomId, listing(2, '').roomId, 'no room', { roomId: garden.roomId }, null])
      void late.notify('listing', body);
    await settle();
    expect(await both(one, two)).toEqual([['Orchard'], ['Orchard']]);
  });
});
