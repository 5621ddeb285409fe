import { createHash } from 'node:crypto';
import { roomNameKey } from '@parley/shared/model';
import {
  accept,
  type ListedRoom,
  ListedRoom as ListedRoomSchema,
  type ListedRooms,
  type Outcome,
  type RoomId,
  type RoomList,
  refuse,
} from '@parley/shared/protocol';
import { z } from 'zod';
import { type Clock, repeat } from '../clock.ts';
import type { Backplane, Stored } from '../cluster/backplane.ts';
import type { Neighbours } from '../cluster/neighbours.ts';
import { type SharedList, shareList } from '../cluster/shared-list.ts';

const Listing = ListedRoomSchema.omit({ participants: true });
/** A room on the server's list: what its owner gave, and nothing more. */
export type Listing = Omit<ListedRoom, 'participants'>;

const Listed = z.object({ listing: Listing, by: z.string().max(100).optional() });
const Unlisted = z.object({ roomId: Listing.shape.roomId });

const KEEP_EVERY_MS = 20_000;
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
  store: Pick<Backplane, 'read' | 'write' | 'touch'>;
  neighbours: Neighbours;
  /** Whether somebody of this node has a seat there. */
  isOccupied: (roomId: RoomId) => boolean;
  participantsOf: (roomIds: readonly RoomId[]) => Promise<number[]> | number[];
};

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const nameKeyOf = (name: string): string => `name:${hash(roomNameKey(name))}`;
const roomKeyOf = (roomId: RoomId): string => `listed:${hash(roomId)}`;

/** `by`: the address, as limits know it, that listed the room first; never stored, only told to other nodes. */
type Entry = { listing: Listing; by: string | undefined };
/** `endsAt`: until when the count is good enough; open while it is being asked for. */
type Count = { endsAt: number; count: Promise<number> };

/**
 * The list of rooms that anyone on the server can find (S1, V3). Names are unique over all nodes: an entry exists when
 * its name was taken in the store. Every node keeps a copy of the list to answer from, and the nodes that have
 * participants in a listed room keep its entry alive.
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
  #sorted: { key: string; place: string; listing: Listing }[] | undefined;

  constructor(policy: ListingPolicy, ports: ListingPorts) {
    this.#policy = policy;
    this.#ports = ports;
    this.#shared = shareList({
      clock: ports.clock,
      neighbours: ports.neighbours,
      topic: 'listings',
      all: () => Array.from(this.#known.values(), (entry) => ({ mark: JSON.stringify(entry), item: entry })),
      take: (item) => {
        const parsed = Listed.safeParse(item);
        if (parsed.success) this.#learn(parsed.data.listing, parsed.data.by);
      },
    });
    ports.neighbours.onNotice('room-unlisted', (body) => {
      const parsed = Unlisted.safeParse(body);
      if (parsed.success) this.#forget(parsed.data.roomId);
    });
    this.#stop = repeat(ports.clock, KEEP_EVERY_MS, () => {
      this.#keep().catch(() => {});
    });
  }

  get size(): number {
    return this.#known.size;
  }

  /** The entry of a room. */
  find(roomId: RoomId): Listing | undefined {
    return this.#known.get(roomId)?.listing;
  }

  /**
   * Lists a room, or replaces its entry. Refuses with `room-name-taken`, `list-full`, `too-many-listed` when the address
   * `by` has listed as many as one may, and with `owner-proof-invalid` when somebody else listed the room first: the
   * first owner's key is the owner, because nothing in a room's id says whose it is. That this owner asks was checked before.
   */
  async publish(listing: Listing, by?: string): Promise<Outcome<null>> {
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

  async #enter(listing: Listing, by: string | undefined): Promise<Outcome<null>> {
    const { store } = this.#ports;
    const byRoom = roomKeyOf(listing.roomId);
    const byName = nameKeyOf(listing.name);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [current, taken] = await store.read([byRoom, byName]);
      const before = readListing(current);
      if (before && before.ownerPub !== listing.ownerPub) return refuse('owner-proof-invalid');
      const holder = readListing(taken);
      if (holder && holder.roomId !== listing.roomId) return refuse('room-name-taken', { path: 'name' });
      if (!before && this.#known.size >= this.#policy.listedMax) return refuse('list-full');
      if (!before && by !== undefined && this.#isOverShare(by)) return refuse('too-many-listed');
      const text = JSON.stringify(listing);
      const named = await store.write(byName, taken?.version ?? 0, text, this.#ttlMs());
      if (named === undefined) continue;
      const entered = await store.write(byRoom, current?.version ?? 0, text, this.#ttlMs());
      if (entered === undefined) {
        // Somebody else changed this room's entry meanwhile: give the name back and look again.
        if (!holder) await store.write(byName, named, undefined, 0);
        continue;
      }
      if (before && nameKeyOf(before.name) !== byName) await this.#release(before);
      // An entry stays with the address that made it, whoever replaces it.
      this.#learn(listing, before ? (this.#known.get(listing.roomId)?.by ?? by) : by);
      this.#shared.tell(this.#known.get(listing.roomId));
      return accept(null);
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  /**
   * Takes a room off the list; `ownerPub` is whoever asks for it, or undefined for the admin. Refuses with
   * `room-not-listed`, and with `owner-proof-invalid` when another owner has listed it meanwhile.
   */
  async withdraw(roomId: RoomId, ownerPub?: string): Promise<Outcome<null>> {
    const { store, neighbours } = this.#ports;
    const byRoom = roomKeyOf(roomId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [current] = await store.read([byRoom]);
      const before = readListing(current);
      if (!current || !before) {
        this.#forget(roomId);
        return refuse('room-not-listed');
      }
      if (ownerPub !== undefined && before.ownerPub !== ownerPub) return refuse('owner-proof-invalid');
      const removed = await store.write(byRoom, current.version, undefined, 0);
      if (removed === undefined) continue;
      await this.#release(before);
      this.#forget(roomId);
      void neighbours.notify('room-unlisted', { roomId });
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

  /** Entries of rooms with participants here live on; entries that are gone from the store are gone here. */
  async #keep(): Promise<void> {
    const { store, isOccupied } = this.#ports;
    for (const entry of this.#known.values()) {
      const { listing } = entry;
      const keys = [roomKeyOf(listing.roomId), nameKeyOf(listing.name)];
      if (!isOccupied(listing.roomId)) {
        const [current] = await store.read(keys.slice(0, 1));
        // Another node may have listed it again meanwhile.
        if (!current && this.#known.get(listing.roomId) === entry) this.#forget(listing.roomId);
        continue;
      }
      const there = await store.touch(keys, this.#ttlMs());
      // A store that lost everything gets it back from whoever is in the room; what was withdrawn or renamed meanwhile is
      // not lost.
      for (const [at, key] of keys.entries()) {
        if (there[at] === undefined && this.#known.get(listing.roomId) === entry)
          await store.write(key, 0, JSON.stringify(listing), this.#ttlMs());
      }
    }
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

  #isOverShare(by: string): boolean {
    const { listedPerAddress } = this.#policy;
    if (listedPerAddress === 0) return false;
    // A room that is being entered is known already once that is done.
    const rooms = new Set([...this.#entering].flatMap(([roomId, other]) => (other === by ? [roomId] : [])));
    for (const [roomId, entry] of this.#known) if (entry.by === by) rooms.add(roomId);
    return rooms.size > listedPerAddress;
  }

  async #release(listing: Listing): Promise<void> {
    const key = nameKeyOf(listing.name);
    const [stored] = await this.#ports.store.read([key]);
    if (stored && readListing(stored)?.roomId === listing.roomId)
      await this.#ports.store.write(key, stored.version, undefined, 0);
  }

  #learn(listing: Listing, by: string | undefined): void {
    this.#known.set(listing.roomId, { listing, by: by ?? this.#known.get(listing.roomId)?.by });
    this.#sorted = undefined;
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

/** Where an entry stands in the list: by name, and by room where names begin alike. Short enough for a cursor. */
const placeOf = (key: string, roomId: RoomId): string => `${[...key].slice(0, PLACE_NAME_MAX).join('')}\n${roomId}`;

function readListing(stored: Stored | undefined): Listing | undefined {
  if (!stored) return undefined;
  try {
    const parsed = Listing.safeParse(JSON.parse(stored.value));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
