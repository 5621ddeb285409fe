import { roomNameKey } from '@parley/shared/model';
import type { ListedRooms, RoomId, RoomList } from '@parley/shared/protocol';
import type { Clock } from '../clock.ts';
import type { Listing } from './listing-store.ts';

/** Code points of a folded name that its place in the list goes by: folding can make eighteen times as many. */
const PLACE_NAME_MAX = 100;
/** Pages are asked for far more often than people come and go. */
const COUNTED_FOR_MS = 2_000;

type CountParticipants = (roomIds: readonly RoomId[]) => Promise<number[]> | number[];

/** Where an entry stands in the list: by name, and by room where names begin alike. Short enough for a cursor. */
const placeOf = (key: string, roomId: RoomId): string => `${[...key].slice(0, PLACE_NAME_MAX).join('')}\n${roomId}`;

/** Cuts the list of rooms into pages, in the order of the names. */
export class ListingPages {
  readonly #listings: () => Iterable<Listing>;
  readonly #participantsOf: CountParticipants;
  #sorted: { key: string; place: string; listing: Listing }[] | undefined;

  constructor(listings: () => Iterable<Listing>, clock: Clock, participantsOf: CountParticipants) {
    this.#listings = listings;
    this.#participantsOf = countOnce(clock, participantsOf);
  }

  /** The list has changed: it is sorted again for the next page. */
  changed(): void {
    this.#sorted = undefined;
  }

  /** One page, with how many sit in each room of it. Rejects when that cannot be counted. */
  async page({ after, limit, search }: RoomList): Promise<ListedRooms> {
    this.#sorted ??= Array.from(this.#listings(), (listing) => {
      const key = roomNameKey(listing.name);
      return { key, place: placeOf(key, listing.roomId), listing };
    }).sort((a, b) => (a.place < b.place ? -1 : 1));
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
}

/** Counts a room once for all who ask within two seconds, so that asking often does not cost the store more. */
function countOnce(clock: Clock, participantsOf: CountParticipants): (roomIds: readonly RoomId[]) => Promise<number[]> {
  /** `endsAt`: until when the count is good enough; infinite while it is being asked for. */
  const counts = new Map<RoomId, { endsAt: number; count: Promise<number> }>();
  return (roomIds) => {
    const now = clock.now();
    for (const [roomId, { endsAt }] of counts) if (endsAt <= now) counts.delete(roomId);
    const wanted = roomIds.filter((roomId) => !counts.has(roomId));
    const counting = wanted.length > 0 ? Promise.resolve(participantsOf(wanted)) : undefined;
    for (const [at, roomId] of wanted.entries()) {
      const count = (counting ?? Promise.resolve([])).then((counted: number[]) => counted[at] ?? 0);
      const entry = { endsAt: Number.POSITIVE_INFINITY, count };
      counts.set(roomId, entry);
      const settle = (): void => {
        entry.endsAt = clock.now() + COUNTED_FOR_MS;
      };
      count.then(settle, settle);
    }
    return Promise.all(roomIds.map(async (roomId) => counts.get(roomId)?.count ?? 0));
  };
}
