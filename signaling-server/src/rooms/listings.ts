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

const Listing = ListedRoomSchema.omit({ participants: true });
/** A room on the server's list: what its owner gave, and nothing more. */
export type Listing = Omit<ListedRoom, 'participants'>;

const Listed = z.object({ listing: Listing });
const Unlisted = z.object({ roomId: Listing.shape.roomId });

const KEEP_EVERY_MS = 20_000;
const ATTEMPTS = 5;

export type ListingPolicy = {
  /** How long an entry stays after the last participant has left. */
  listedLingerMs: number;
  /** Most rooms on the list. */
  listedMax: number;
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

/**
 * The list of rooms that anyone on the server can find (S1, V3). Names are unique over all nodes: an entry exists when
 * its name was taken in the store. Every node keeps a copy of the list to answer from, and the nodes that have
 * participants in a listed room keep its entry alive.
 */
export class Listings {
  readonly #policy: ListingPolicy;
  readonly #ports: ListingPorts;
  readonly #known = new Map<RoomId, Listing>();
  readonly #stop: () => void;
  #sorted: { key: string; listing: Listing }[] | undefined;

  constructor(policy: ListingPolicy, ports: ListingPorts) {
    this.#policy = policy;
    this.#ports = ports;
    ports.neighbours.onNotice('room-listed', (body) => {
      const parsed = Listed.safeParse(body);
      if (parsed.success) this.#learn(parsed.data.listing);
    });
    ports.neighbours.onNotice('room-unlisted', (body) => {
      const parsed = Unlisted.safeParse(body);
      if (parsed.success) this.#forget(parsed.data.roomId);
    });
    ports.neighbours.onNotice('listings-wanted', () => {
      for (const listing of this.#known.values()) void ports.neighbours.notify('room-listed', { listing });
    });
    void ports.neighbours.notify('listings-wanted', null);
    this.#stop = repeat(ports.clock, KEEP_EVERY_MS, () => {
      this.#keep().catch(() => {});
    });
  }

  get size(): number {
    return this.#known.size;
  }

  /** The entry of a room. */
  find(roomId: RoomId): Listing | undefined {
    return this.#known.get(roomId);
  }

  /**
   * Lists a room, or replaces its entry. Refuses with `room-name-taken`, `list-full`, and with `owner-proof-invalid` when
   * it is listed by another owner. That this owner asks was checked before.
   */
  async publish(listing: Listing): Promise<Outcome<null>> {
    const { store, neighbours } = this.#ports;
    const byRoom = roomKeyOf(listing.roomId);
    const byName = nameKeyOf(listing.name);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [current, taken] = await store.read([byRoom, byName]);
      const before = readListing(current);
      if (before && before.ownerPub !== listing.ownerPub) return refuse('owner-proof-invalid');
      const holder = readListing(taken);
      if (holder && holder.roomId !== listing.roomId) return refuse('room-name-taken', { path: 'name' });
      if (!before && this.#known.size >= this.#policy.listedMax) return refuse('list-full');
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
      this.#learn(listing);
      void neighbours.notify('room-listed', { listing });
      return accept(null);
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  /** Takes a room off the list. Refuses with `room-not-listed`. */
  async withdraw(roomId: RoomId): Promise<Outcome<null>> {
    const { store, neighbours } = this.#ports;
    const byRoom = roomKeyOf(roomId);
    const [current] = await store.read([byRoom]);
    const before = readListing(current);
    if (!current || !before) {
      this.#forget(roomId);
      return refuse('room-not-listed');
    }
    await store.write(byRoom, current.version, undefined, 0);
    await this.#release(before);
    this.#forget(roomId);
    void neighbours.notify('room-unlisted', { roomId });
    return accept(null);
  }

  /** One page of the list, in the order of the names. */
  async page({ after, limit, search }: RoomList): Promise<ListedRooms> {
    this.#sorted ??= [...this.#known.values()]
      .map((listing) => ({ key: roomNameKey(listing.name), listing }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const wanted = search ? roomNameKey(search) : '';
    const matching = wanted === '' ? this.#sorted : this.#sorted.filter(({ key }) => key.includes(wanted));
    const rest = after === undefined ? matching : matching.filter(({ key }) => key > after);
    const shown = rest.slice(0, limit);
    const counts = await this.#ports.participantsOf(shown.map(({ listing }) => listing.roomId));
    const items = shown.map(({ listing }, at) => ({ ...listing, participants: counts[at] ?? 0 }));
    const last = shown.at(-1);
    const hasMore = rest.length > shown.length;
    return {
      items,
      total_count: matching.length,
      returned_count: items.length,
      has_more: hasMore,
      ...(hasMore && last ? { cursor: last.key } : {}),
    };
  }

  close(): void {
    this.#stop();
  }

  /** Entries of rooms with participants here live on; entries that are gone from the store are gone here. */
  async #keep(): Promise<void> {
    const { store, isOccupied } = this.#ports;
    for (const listing of this.#known.values()) {
      const keys = [roomKeyOf(listing.roomId), nameKeyOf(listing.name)];
      if (!isOccupied(listing.roomId)) {
        const [current] = await store.read(keys.slice(0, 1));
        if (!current) this.#forget(listing.roomId);
        continue;
      }
      const there = await store.touch(keys, this.#ttlMs());
      // A store that lost everything gets it back from whoever is in the room.
      for (const [at, key] of keys.entries())
        if (!there[at]) await store.write(key, 0, JSON.stringify(listing), this.#ttlMs());
    }
  }

  async #release(listing: Listing): Promise<void> {
    const key = nameKeyOf(listing.name);
    const [stored] = await this.#ports.store.read([key]);
    if (stored && readListing(stored)?.roomId === listing.roomId)
      await this.#ports.store.write(key, stored.version, undefined, 0);
  }

  #learn(listing: Listing): void {
    this.#known.set(listing.roomId, listing);
    this.#sorted = undefined;
  }

  #forget(roomId: RoomId): void {
    this.#known.delete(roomId);
    this.#sorted = undefined;
  }

  #ttlMs(): number {
    return this.#policy.listedLingerMs + 2 * KEEP_EVERY_MS;
  }
}

function readListing(stored: Stored | undefined): Listing | undefined {
  if (!stored) return undefined;
  try {
    const parsed = Listing.safeParse(JSON.parse(stored.value));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
