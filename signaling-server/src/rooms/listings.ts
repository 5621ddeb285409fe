import { createHash } from 'node:crypto';
import { roomNameKey } from '@parley/shared/model';
import {
  accept,
  type ListedRooms,
  type Outcome,
  type RoomId,
  type RoomList,
  refuse,
  SignedListing,
} from '@parley/shared/protocol';
import { z } from 'zod';
import { type Clock, repeat } from '../clock.ts';
import type { Store, Stored } from '../cluster/backplane.ts';
import type { OtherNodes } from '../cluster/other-nodes.ts';
import { type SharedList, shareList } from '../cluster/shared-list.ts';

/** A room on the server's list: what its owner signed, and nothing more. */
export type Listing = SignedListing;

const Listed = z.object({ listing: SignedListing, version: z.number(), by: z.string().max(100).optional() });
const Unlisted = z.object({ roomId: SignedListing.shape.roomId, version: z.number() });

const KEEP_EVERY_MS = 20_000;
const KEPT_AT_ONCE = 100;
/** What stands in the place of an entry that was taken off, and for how long: who finds nothing at all there finds it lost. */
const WITHDRAWN = JSON.stringify({ withdrawn: true });
const WITHDRAWN_MS = 3 * 3_600_000;
/** Pages are asked for far more often than people come and go. */
const COUNTED_FOR_MS = 2_000;
/** Code points of a folded name that its place in the list goes by: folding can make eighteen times as many. */
const PLACE_NAME_MAX = 100;
const ATTEMPTS = 5;

export type ListingPolicy = {
  /** How long an entry stays after the last participant has left. */
  listedLingerMs: number;
  /** Most rooms on the list. */
  listedMax: number;
  /** Most rooms on the list that one address listed; 0 lifts the limit. */
  listedPerAddress: number;
};

export type ListingPorts = {
  clock: Clock;
  store: Store;
  nodes: OtherNodes;
  /** What stands for an address in what nodes tell each other. */
  nameOf?: (address: string) => string;
  /** Whether somebody of this node has a seat there. */
  isOccupied: (roomId: RoomId) => boolean;
  participantsOf: (roomIds: readonly RoomId[]) => Promise<number[]> | number[];
};

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const nameKeyOf = (name: string): string => `name:${hash(roomNameKey(name))}`;
const roomKeyOf = (roomId: RoomId): string => `listed:${hash(roomId)}`;

/**
 * `version`: that of the entry in the store, so that nothing older takes its place. `by`: what stands for the address, as limits
 * know it, that listed the room first. It is no part of the stored entry; nodes tell it each other.
 */
type Entry = { listing: Listing; version: number; by: string | undefined };
/** `endsAt`: until when the count is good enough; open while it is being asked for. */
type Count = { endsAt: number; count: Promise<number> };

/**
 * The list of rooms that anyone on the server can find (S1, V3). Names are unique over all nodes: an entry exists when
 * its name was taken in the store. Every node keeps a copy of the list to answer from, and the nodes that have
 * participants in a listed room keep its entry alive. What a node was told and what it was not told is set right by the
 * store, at which it looks every 20 s, and by other nodes, which it asks for what it may not know.
 */
export class Listings {
  readonly #policy: ListingPolicy;
  readonly #ports: ListingPorts;
  readonly #known = new Map<RoomId, Entry>();
  /** Addresses whose new rooms are being entered right now, once for each. */
  readonly #entering = new Map<RoomId, string>();
  readonly #counts = new Map<RoomId, Count>();
  readonly #shared: SharedList;
  readonly #stop: () => void;
  /** When all entries were compared with the store for the last time. */
  #keptAt: number;
  #keeping: Promise<void> | undefined;
  #sorted: { key: string; place: string; listing: Listing }[] | undefined;

  constructor(policy: ListingPolicy, ports: ListingPorts) {
    this.#policy = policy;
    this.#ports = ports;
    this.#shared = shareList({
      clock: ports.clock,
      nodes: ports.nodes,
      topic: 'listings',
      all: () => Array.from(this.#known.values(), (entry) => ({ mark: markOf(entry), item: entry })),
      take: (item) => {
        const parsed = Listed.safeParse(item);
        if (parsed.success) this.#learn(parsed.data.listing, parsed.data.version, parsed.data.by);
      },
    });
    ports.nodes.onNotice('room-unlisted', (body) => {
      const parsed = Unlisted.safeParse(body);
      if (parsed.success) this.#unlist(parsed.data.roomId, parsed.data.version);
    });
    ports.nodes.onMissed(() => void this.#keep());
    this.#keptAt = ports.clock.now();
    this.#stop = repeat(ports.clock, KEEP_EVERY_MS, () => void this.#keep());
  }

  get size(): number {
    return this.#known.size;
  }

  /** The entry of a room as it is in the store: what this node was told of it may be out of date, or nothing. */
  async find(roomId: RoomId): Promise<Listing | undefined> {
    const known = this.#known.get(roomId);
    const [stored] = await this.#ports.store.read([roomKeyOf(roomId)]);
    // Lost, and written again by whoever is in the room.
    if (!stored) return known?.listing;
    const listing = readListing(stored);
    if (listing) this.#learn(listing, stored.version, undefined);
    else if (this.#known.get(roomId) === known) this.#forget(roomId);
    return listing;
  }

  /**
   * Lists a room, or replaces its entry. Refuses with `room-name-taken`, `list-full`, `too-many-listed` when the address
   * has listed as many as one may, and `listing-outdated` when the owner has signed a newer entry. The caller has
   * checked the owner's signatures.
   */
  async publish(listing: Listing, address?: string): Promise<Outcome<null>> {
    const { nameOf } = this.#ports;
    const by = address !== undefined && nameOf ? nameOf(address) : address;
    const { roomId } = listing;
    const isNew = !this.#known.has(roomId) && !this.#entering.has(roomId);
    if (!isNew || by === undefined) return this.#enter(listing, by);
    // Counted before anything is awaited: those who ask at the same moment count each other.
    this.#entering.set(roomId, by);
    try {
      return await this.#enter(listing, by);
    } finally {
      this.#entering.delete(roomId);
    }
  }

  /** Gives an entry another name; refuses as `publish` does, and with `room-not-listed` when it was taken off meanwhile. */
  rename(listing: Listing): Promise<Outcome<null>> {
    return this.#enter(listing, undefined, true);
  }

  async #enter(listing: Listing, by: string | undefined, mustBeListed = false): Promise<Outcome<null>> {
    const { store } = this.#ports;
    const byRoom = roomKeyOf(listing.roomId);
    const byName = nameKeyOf(listing.name);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [current, taken] = await store.read([byRoom, byName]);
      const before = readListing(current);
      if (before && isOutdated(listing, before)) return refuse('listing-outdated');
      if (mustBeListed && current && !before) return refuse('room-not-listed');
      const holder = readListing(taken);
      if (holder && holder.roomId !== listing.roomId) return refuse('room-name-taken', { path: 'name' });
      if (!before && this.#known.size >= this.#policy.listedMax) return refuse('list-full');
      if (!before && by !== undefined && this.#isOverShare(by, listing.roomId)) return refuse('too-many-listed');
      const text = JSON.stringify(listing);
      const named = await store.write(byName, taken?.version ?? 0, text, this.#ttlMs());
      if (named === undefined) continue;
      const entered = await store.write(byRoom, current?.version ?? 0, text, this.#ttlMs());
      if (entered === undefined) {
        // Somebody else changed this room's entry meanwhile: give the name back and look again.
        if (!holder) await store.write(byName, named, undefined, 0);
        continue;
      }
      // An entry stays with the address that made it, whoever replaces it.
      const first = before ? (this.#known.get(listing.roomId)?.by ?? by) : by;
      this.#learn(listing, entered, first);
      this.#shared.tell({ listing, version: entered, by: first });
      if (before && nameKeyOf(before.name) !== byName) await this.#release(before);
      return accept(null);
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  /**
   * Takes a room off the list, for its owner or the admin. Refuses with `room-not-listed`.
   */
  async withdraw(roomId: RoomId): Promise<Outcome<null>> {
    const { store, nodes } = this.#ports;
    const byRoom = roomKeyOf(roomId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const known = this.#known.get(roomId);
      const [current] = await store.read([byRoom]);
      // One that was lost would be written again.
      const before = current ? readListing(current) : known?.listing;
      if (!before) {
        if (this.#known.get(roomId) === known) this.#forget(roomId);
        return refuse('room-not-listed');
      }
      const removed = await store.write(byRoom, current?.version ?? 0, WITHDRAWN, WITHDRAWN_MS);
      if (removed === undefined) continue;
      this.#unlist(roomId, removed);
      void nodes.notify('room-unlisted', { roomId, version: removed });
      await this.#release(before);
      return accept(null);
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  /** One page of the list, in the order of the names. */
  async page({ after, limit, search }: RoomList): Promise<ListedRooms> {
    this.#sorted ??= [...this.#known.values()]
      .map(({ listing }) => {
        const key = roomNameKey(listing.name);
        return { key, place: placeOf(key, listing.roomId), listing };
      })
      .sort((a, b) => (a.place < b.place ? -1 : 1));
    const wanted = search ? roomNameKey(search) : '';
    const matching = wanted === '' ? this.#sorted : this.#sorted.filter(({ key }) => key.includes(wanted));
    const rest = after === undefined ? matching : matching.filter(({ place }) => place > after);
    const shown = rest.slice(0, limit);
    const counts = await this.#participantsOf(shown.map(({ listing }) => listing.roomId));
    const items = shown.map(({ listing }, at) => ({ ...listing, participants: counts[at] ?? 0 }));
    const last = shown.at(-1);
    const hasMore = rest.length > shown.length;
    return {
      items,
      total_count: matching.length,
      returned_count: items.length,
      has_more: hasMore,
      ...(hasMore && last ? { cursor: last.place } : {}),
    };
  }

  close(): void {
    this.#stop();
    this.#shared.close();
  }

  /** Entries of rooms with participants here live on; entries that are gone from the store are gone here. One look at a time. */
  #keep(): Promise<void> {
    this.#keeping ??= this.#compare()
      // The store is away. The next look repeats it.
      .catch(() => {})
      .finally(() => {
        this.#keeping = undefined;
      });
    return this.#keeping;
  }

  async #compare(): Promise<void> {
    const { clock } = this.#ports;
    const now = clock.now();
    // Who has not looked for longer than that is noted cannot tell what was lost from what was taken off.
    const canTell = now - this.#keptAt < WITHDRAWN_MS;
    const entries = [...this.#known.values()];
    for (let from = 0; from < entries.length; from += KEPT_AT_ONCE)
      await this.#compareSome(entries.slice(from, from + KEPT_AT_ONCE), canTell);
    this.#keptAt = now;
  }

  async #compareSome(entries: readonly Entry[], canTell: boolean): Promise<void> {
    const { store, isOccupied } = this.#ports;
    const stored = await store.read(entries.map(({ listing }) => roomKeyOf(listing.roomId)));
    const living: Entry[] = [];
    const lost: Entry[] = [];
    for (const [at, entry] of entries.entries()) {
      // Another node may have said something newer of it meanwhile.
      if (!this.#isCurrent(entry)) continue;
      const { roomId } = entry.listing;
      const found = stored[at];
      const listing = readListing(found);
      if (found && listing) {
        const now = found.version === entry.version ? entry : { listing, version: found.version, by: entry.by };
        if (now !== entry) this.#set(now);
        if (isOccupied(roomId)) living.push(now);
      } else if (!found && isOccupied(roomId) && canTell) {
        lost.push(entry);
      } else {
        this.#forget(roomId);
      }
    }
    const keys = living.flatMap(({ listing }) => [roomKeyOf(listing.roomId), nameKeyOf(listing.name)]);
    const versions = await store.touch(keys, this.#ttlMs());
    for (const [at, entry] of living.entries()) {
      if (versions[2 * at + 1] === undefined && this.#isCurrent(entry)) await this.#takeName(entry.listing);
    }
    for (const entry of lost) await this.#restore(entry);
  }

  /** A store that lost everything gets it back from whoever is in the room. */
  async #restore(entry: Entry): Promise<void> {
    const { listing, by } = entry;
    if (!this.#isCurrent(entry)) return;
    const hasName = await this.#takeName(listing);
    if (!this.#isCurrent(entry)) return;
    if (!hasName) {
      this.#forget(listing.roomId);
      return;
    }
    const written = await this.#ports.store.write(roomKeyOf(listing.roomId), 0, JSON.stringify(listing), this.#ttlMs());
    // Otherwise somebody was first, and the next look shows what they wrote.
    if (written === undefined) return;
    if (this.#isCurrent(entry)) this.#set({ listing, version: written, by });
    this.#shared.tell({ listing, version: written, by });
  }

  /** Answers whether the name is not another room's. */
  async #takeName(listing: Listing): Promise<boolean> {
    const { store } = this.#ports;
    const key = nameKeyOf(listing.name);
    if ((await store.write(key, 0, JSON.stringify(listing), this.#ttlMs())) !== undefined) return true;
    const [taken] = await store.read([key]);
    const holder = readListing(taken);
    return holder === undefined || holder.roomId === listing.roomId;
  }

  #isCurrent(entry: Entry): boolean {
    return this.#known.get(entry.listing.roomId) === entry;
  }

  /** How many sit in each room, counted once for all who ask within a moment; asking must not cost the store more. */
  async #participantsOf(roomIds: readonly RoomId[]): Promise<number[]> {
    const { clock, participantsOf } = this.#ports;
    const now = clock.now();
    const wanted = roomIds.filter((roomId) => (this.#counts.get(roomId)?.endsAt ?? 0) <= now);
    if (wanted.length > 0) {
      const counting = Promise.resolve(participantsOf(wanted));
      for (const [at, roomId] of wanted.entries()) {
        const entry: Count = { endsAt: Number.POSITIVE_INFINITY, count: counting.then((counts) => counts[at] ?? 0) };
        this.#counts.set(roomId, entry);
        const settle = (): void => {
          entry.endsAt = clock.now() + COUNTED_FOR_MS;
        };
        entry.count.then(settle, settle);
      }
    }
    return Promise.all(roomIds.map((roomId) => this.#counts.get(roomId)?.count ?? Promise.resolve(0)));
  }

  /** Whether the address has listed as many others as one may, or will have with those whose entering began before this one's. */
  #isOverShare(by: string, roomId: RoomId): boolean {
    const { listedPerAddress } = this.#policy;
    if (listedPerAddress === 0) return false;
    // A room that is being entered is known already once that is done.
    const rooms = new Set<RoomId>();
    for (const [other, entry] of this.#known) if (entry.by === by && other !== roomId) rooms.add(other);
    for (const [other, address] of this.#entering) {
      if (other === roomId) break;
      if (address === by) rooms.add(other);
    }
    return rooms.size >= listedPerAddress;
  }

  async #release(listing: Listing): Promise<void> {
    const key = nameKeyOf(listing.name);
    const [stored] = await this.#ports.store.read([key]);
    if (stored && readListing(stored)?.roomId === listing.roomId)
      await this.#ports.store.write(key, stored.version, undefined, 0);
  }

  #learn(listing: Listing, version: number, by: string | undefined): void {
    const known = this.#known.get(listing.roomId);
    if (known && known.version >= version) return;
    this.#set({ listing, version, by: by ?? known?.by });
  }

  #set(entry: Entry): void {
    this.#known.set(entry.listing.roomId, entry);
    this.#sorted = undefined;
  }

  #unlist(roomId: RoomId, version: number): void {
    const known = this.#known.get(roomId);
    if (known && known.version < version) this.#forget(roomId);
  }

  #forget(roomId: RoomId): void {
    this.#known.delete(roomId);
    this.#counts.delete(roomId);
    this.#sorted = undefined;
  }

  #ttlMs(): number {
    return this.#policy.listedLingerMs + 2 * KEEP_EVERY_MS;
  }
}

/** The same entry may come twice; of two that differ the later one stands. */
const isOutdated = (listing: Listing, before: Listing): boolean =>
  listing.issuedAt < before.issuedAt || (listing.issuedAt === before.issuedAt && listing.sig !== before.sig);

const markOf = ({ listing, version }: Entry): string => `${listing.roomId} ${version}`;

/** Where an entry stands in the list: by name, and by room where names begin alike. Short enough for a cursor. */
const placeOf = (key: string, roomId: RoomId): string => `${[...key].slice(0, PLACE_NAME_MAX).join('')}\n${roomId}`;

function readListing(stored: Stored | undefined): Listing | undefined {
  if (!stored) return undefined;
  try {
    const parsed = SignedListing.safeParse(JSON.parse(stored.value));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
