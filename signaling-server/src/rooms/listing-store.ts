import { createHash } from 'node:crypto';
import { roomNameKey } from '@parley/shared/model';
import { accept, type Outcome, type RoomId, readJson, refuse, SignedListing } from '@parley/shared/protocol';
import { z } from 'zod';
import type { Store, Stored } from '../cluster/backplane.ts';

/** A room on the server's list: what its owner signed, and nothing more. */
export type Listing = SignedListing;

/** A mark that stays in the place of an entry that was taken off, and for how long: an entry of which nothing is left was lost. */
const WITHDRAWN = JSON.stringify({ withdrawn: true });
export const WITHDRAWN_MS = 3 * 3_600_000;
const ATTEMPTS = 5;

/** `by`: the address that listed the room first, in the form in which nodes share it. */
const StoredListing = SignedListing.extend({ by: z.string().max(100).optional() });

export type ListedEntry = { at: 'listed'; listing: Listing; by: string | undefined; version: number };
/** The state of a room's entry in the store. Text that cannot be read counts as withdrawn. */
export type StoredEntry = ListedEntry | { at: 'withdrawn'; version: number } | { at: 'absent'; version: 0 };

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const nameKeyOf = ({ name }: Listing): string => `name:${hash(roomNameKey(name))}`;
const ROOM_PREFIX = 'listed:';
const roomKeyOf = (roomId: RoomId): string => `${ROOM_PREFIX}${hash(roomId)}`;

/**
 * The list of rooms as the store has it: each entry by its room and, so that names are unique, by its name. Every call rejects
 * while the store is away.
 */
export class ListingStore {
  readonly #store: Store;
  readonly #ttlMs: number;

  /** `ttlMs`: how long an entry lives that nobody touches. */
  constructor(store: Store, ttlMs: number) {
    this.#store = store;
    this.#ttlMs = ttlMs;
  }

  async read(roomId: RoomId): Promise<StoredEntry> {
    return entryOf((await this.#store.read([roomKeyOf(roomId)]))[0]);
  }

  async readAll(roomIds: readonly RoomId[]): Promise<StoredEntry[]> {
    return (await this.#store.read(roomIds.map(roomKeyOf))).map(entryOf);
  }

  /** The entries of all listed rooms but those that are known. */
  async readOthers(known: Iterable<RoomId>): Promise<ListedEntry[]> {
    const keys = new Set(await this.#store.list(ROOM_PREFIX));
    for (const roomId of known) keys.delete(roomKeyOf(roomId));
    const entries = (await this.#store.read([...keys])).map(entryOf);
    return entries.filter((entry) => entry.at === 'listed');
  }

  /**
   * Writes the entry of a room, unless `decide` refuses that for what is there; it answers the address that the entry counts for.
   * Refuses with `room-name-taken` and, when others were always first, with `server-busy`.
   */
  async enter(
    listing: Listing,
    decide: (before: StoredEntry) => Outcome<string | undefined>,
  ): Promise<Outcome<ListedEntry>> {
    const [byRoom, byName] = [roomKeyOf(listing.roomId), nameKeyOf(listing)];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [current, named] = await this.#store.read([byRoom, byName]);
      const before = entryOf(current);
      const decided = decide(before);
      if (!decided.ok) return decided;
      const by = decided.value;
      const namesake = entryOf(named);
      if (namesake.at === 'listed' && namesake.listing.roomId !== listing.roomId)
        return refuse('room-name-taken', { path: 'name' });
      const text = JSON.stringify({ ...listing, by });
      const nameVersion = await this.#store.write(byName, namesake.version, text, this.#ttlMs);
      if (nameVersion === undefined) continue;
      const version = await this.#store.write(byRoom, before.version, text, this.#ttlMs);
      if (version !== undefined) {
        if (before.at === 'listed' && nameKeyOf(before.listing) !== byName) await this.#releaseName(before.listing);
        return accept({ at: 'listed', listing, by, version });
      }
      // Somebody else changed this room's entry meanwhile: give the name back and look again.
      if (namesake.at !== 'listed') await this.#store.write(byName, nameVersion, undefined, 0);
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  /**
   * Takes the entry of a room off. `known` is the entry as this node knows it: one that the store lost would be written again
   * otherwise. Refuses with `room-not-listed` and `server-busy`; answers the version of the mark that is left.
   */
  async withdraw(roomId: RoomId, known: Listing | undefined): Promise<Outcome<number>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const entry = await this.read(roomId);
      const before = entry.at === 'listed' ? entry.listing : entry.at === 'absent' ? known : undefined;
      if (!before) return refuse('room-not-listed');
      const version = await this.#store.write(roomKeyOf(roomId), entry.version, WITHDRAWN, WITHDRAWN_MS);
      if (version === undefined) continue;
      await this.#releaseName(before);
      return accept(version);
    }
    return refuse('server-busy', { retryAfterMs: 500 });
  }

  /** Lets entries live on; answers for each whether the store still has it, and its name. */
  async touch(listings: readonly Listing[]): Promise<boolean[]> {
    const keys = listings.flatMap((listing) => [roomKeyOf(listing.roomId), nameKeyOf(listing)]);
    const versions = await this.#store.touch(keys, this.#ttlMs);
    return listings.map((_, at) => versions[2 * at] !== undefined && versions[2 * at + 1] !== undefined);
  }

  /** Frees the name of an entry that no longer has it. Where that fails, the name is free when its time to live is over. */
  async #releaseName(listing: Listing): Promise<void> {
    const key = nameKeyOf(listing);
    try {
      const [stored] = await this.#store.read([key]);
      const entry = entryOf(stored);
      if (entry.at === 'listed' && entry.listing.roomId === listing.roomId)
        await this.#store.write(key, entry.version, undefined, 0);
    } catch {
      // The store is away. The entry itself is changed, and that is what was asked for.
    }
  }
}

function entryOf(stored: Stored | undefined): StoredEntry {
  if (!stored) return { at: 'absent', version: 0 };
  const { version } = stored;
  const found = readJson(StoredListing, stored.value);
  if (!found) return { at: 'withdrawn', version };
  const { by, ...listing } = found;
  return { at: 'listed', listing, by, version };
}
