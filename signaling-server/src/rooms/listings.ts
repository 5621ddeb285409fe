import { accept, type ListedRooms, type Outcome, RoomId, type RoomList, refuse } from '@parley/shared/protocol';
import { type Clock, type RepeatedTask, repeatTask } from '../clock.ts';
import type { Store } from '../cluster/backplane.ts';
import type { Notices } from '../cluster/cluster-node.ts';
import { ListingPages } from './listing-pages.ts';
import { type ListedEntry, type Listing, ListingStore, WITHDRAWN_MS } from './listing-store.ts';

const COMPARE_EVERY_MS = 20_000;
const COMPARED_AT_ONCE = 100;

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
  /** Undefined for a server that is alone. */
  nodes: Notices | undefined;
  /** The name that an address has in the store. */
  nameOf?: (address: string) => string;
  /** Whether somebody of this node has a seat there. */
  isOccupied: (roomId: RoomId) => boolean;
  participantsOf: (roomIds: readonly RoomId[]) => Promise<number[]> | number[];
};

/**
 * The list of rooms that anyone on the server can find (S1, V3). Names are unique over all nodes: an entry exists when
 * its name was taken in the store. Every node keeps a copy of the list to answer from, and the nodes that have
 * participants in a listed room keep its entry alive. A node that changes an entry tells the others, which
 * then read it. At the start, every 20 s, and when it may have missed something, a node compares its copy with the store.
 */
export class Listings {
  readonly #policy: ListingPolicy;
  readonly #ports: ListingPorts;
  readonly #store: ListingStore;
  readonly #entries = new Map<RoomId, ListedEntry>();
  readonly #pages: ListingPages;
  /** Entries are written one after the other: requests of the same moment count each other. */
  #entering: Promise<unknown> = Promise.resolve();
  readonly #comparing: RepeatedTask;
  /** When all entries were compared with the store for the last time. */
  #comparedAt: number;

  constructor(policy: ListingPolicy, ports: ListingPorts) {
    this.#policy = policy;
    this.#ports = ports;
    const { clock, nodes } = ports;
    this.#store = new ListingStore(ports.store, policy.listedLingerMs + 2 * COMPARE_EVERY_MS);
    const listings = () => Array.from(this.#entries.values(), ({ listing }) => listing);
    this.#pages = new ListingPages(listings, clock, ports.participantsOf);
    // While the store is away, the next look reads it.
    nodes?.onNotice('listing', RoomId, (roomId) => void this.find(roomId).catch(() => {}));
    this.#comparedAt = clock.now();
    this.#comparing = repeatTask(clock, COMPARE_EVERY_MS, () => this.#compare());
    nodes?.onMissed(this.#comparing.run);
    this.#comparing.run();
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * The entry of a room as it is in the store: this node may know an older one, or none. Rejects while the store is away.
   */
  async find(roomId: RoomId): Promise<Listing | undefined> {
    const known = this.#entries.get(roomId);
    const entry = await this.#store.read(roomId);
    // The store lost it, and a node with people in the room writes it again.
    if (entry.at === 'absent') return known?.listing;
    if (entry.at === 'listed') {
      this.#update(entry);
      return entry.listing;
    }
    this.#forget(roomId, known);
    return undefined;
  }

  /**
   * Lists a room, or replaces its entry. Refuses with `room-name-taken`, `list-full`, `too-many-listed` when the address
   * has listed as many as one may, and `listing-outdated` when the owner has signed a newer entry. Rejects while the store is away.
   * The caller has checked the owner's signatures.
   */
  publish(listing: Listing, address?: string): Promise<Outcome<null>> {
    const { nameOf } = this.#ports;
    return this.#enter(listing, address !== undefined && nameOf ? nameOf(address) : address);
  }

  /** Gives an entry another name; refuses as `publish` does, and with `room-not-listed` when it was taken off meanwhile. */
  rename(listing: Listing): Promise<Outcome<null>> {
    return this.#enter(listing, undefined, true);
  }

  /** Takes a room off the list, for its owner or the admin. Refuses with `room-not-listed`; rejects while the store is away. */
  async withdraw(roomId: RoomId): Promise<Outcome<null>> {
    const known = this.#entries.get(roomId);
    const withdrawn = await this.#store.withdraw(roomId, known?.listing);
    if (!withdrawn.ok) {
      if (withdrawn.code === 'room-not-listed') this.#forget(roomId, known);
      return withdrawn;
    }
    this.#remove(roomId, withdrawn.value);
    void this.#ports.nodes?.notify('listing', roomId);
    return accept(null);
  }

  /** One page of the list, in the order of the names. Rejects when it cannot be counted who is in the rooms. */
  page(query: RoomList): Promise<ListedRooms> {
    return this.#pages.page(query);
  }

  close(): void {
    this.#comparing.stop();
  }

  #enter(listing: Listing, by: string | undefined, mustBeListed = false): Promise<Outcome<null>> {
    const entered = this.#entering.then(() => this.#enterNow(listing, by, mustBeListed));
    // The next one waits for this one, however it ends.
    this.#entering = entered.catch(() => {});
    return entered;
  }

  async #enterNow(listing: Listing, by: string | undefined, mustBeListed: boolean): Promise<Outcome<null>> {
    const { roomId } = listing;
    const known = this.#entries.get(roomId);
    const entered = await this.#store.enter(listing, (before) => {
      // An entry stays with the address that made it, whichever address replaces it.
      if (before.at === 'listed')
        return isOutdated(listing, before.listing) ? refuse('listing-outdated') : accept(before.by);
      if (mustBeListed && before.at === 'withdrawn') return refuse('room-not-listed');
      if (!known && this.#entries.size >= this.#policy.listedMax) return refuse('list-full');
      if (by !== undefined && this.#isOverShare(by, roomId)) return refuse('too-many-listed');
      return accept(before.at === 'absent' ? (known?.by ?? by) : by);
    });
    if (!entered.ok) return entered;
    this.#update(entered.value);
    void this.#ports.nodes?.notify('listing', roomId);
    return accept(null);
  }

  /** Keeps the entries of rooms with participants here alive, and drops entries that are gone from the store. */
  async #compare(): Promise<void> {
    const now = this.#ports.clock.now();
    // After a longer time than withdrawals are marked for, nothing tells a lost entry from one that was taken off.
    const canTell = now - this.#comparedAt < WITHDRAWN_MS;
    const entries = [...this.#entries.values()];
    for (let from = 0; from < entries.length; from += COMPARED_AT_ONCE)
      await this.#compareSome(entries.slice(from, from + COMPARED_AT_ONCE), canTell);
    for (const entry of await this.#store.readOthers(this.#entries.keys())) this.#update(entry);
    this.#comparedAt = now;
  }

  async #compareSome(entries: readonly ListedEntry[], canTell: boolean): Promise<void> {
    const stored = await this.#store.readAll(entries.map(({ listing }) => listing.roomId));
    const living: Listing[] = [];
    const lost: Listing[] = [];
    for (const [at, entry] of entries.entries()) {
      const { roomId } = entry.listing;
      const found = stored[at];
      // Another node may have told something newer of it meanwhile.
      if (!found || this.#entries.get(roomId) !== entry) continue;
      const isOccupied = this.#ports.isOccupied(roomId);
      if (found.at === 'listed') {
        if (found.version !== entry.version) this.#set(found);
        if (isOccupied) living.push(found.listing);
      } else if (found.at === 'absent' && isOccupied && canTell) lost.push(entry.listing);
      else this.#forget(roomId, entry);
    }
    const isWhole = await this.#store.touch(living);
    for (const listing of [...lost, ...living.filter((_, at) => !isWhole[at])]) await this.#restore(listing);
  }

  /** A store that lost an entry, or its name, gets it back from a node with people in the room. */
  async #restore({ roomId }: Listing): Promise<void> {
    const known = this.#entries.get(roomId);
    if (!known) return;
    const outcome = await this.rename(known.listing);
    if (!outcome.ok && (outcome.code === 'room-name-taken' || outcome.code === 'room-not-listed'))
      this.#forget(roomId, known);
  }

  /** Whether the address has listed as many other rooms as one may. */
  #isOverShare(by: string, roomId: RoomId): boolean {
    const { listedPerAddress } = this.#policy;
    if (listedPerAddress === 0) return false;
    let count = 0;
    for (const [other, entry] of this.#entries) if (entry.by === by && other !== roomId) count += 1;
    return count >= listedPerAddress;
  }

  /** Takes over an entry unless this node knows the same or a newer one. */
  #update(entry: ListedEntry): void {
    const known = this.#entries.get(entry.listing.roomId);
    if (!known || known.version < entry.version) this.#set(entry);
  }

  #set(entry: ListedEntry): void {
    this.#entries.set(entry.listing.roomId, entry);
    this.#pages.changed();
  }

  /** Drops an entry that was taken off by the write of that version. */
  #remove(roomId: RoomId, version: number): void {
    const known = this.#entries.get(roomId);
    if (known && known.version < version) this.#forget(roomId, known);
  }

  /** Drops an entry, unless another one has taken its place. */
  #forget(roomId: RoomId, known: ListedEntry | undefined): void {
    if (this.#entries.get(roomId) !== known) return;
    this.#entries.delete(roomId);
    this.#pages.changed();
  }
}

/** The same entry may come twice; of two that differ the later one stands. */
const isOutdated = (listing: Listing, before: Listing): boolean =>
  listing.issuedAt < before.issuedAt || (listing.issuedAt === before.issuedAt && listing.sig !== before.sig);
