import type { ServerHost } from '@parley/shared/model';
import { type ClientAck, type ClientInput, LIMITS, type ListedRooms, type Outcome } from '@parley/shared/protocol';
import { verifyListing } from '@parley/shared/sealing';
import type { Clock } from '@parley/shared/timing';
import type { SignalingClient } from './signaling-client.ts';

export type RoomListPage = { search?: string; after?: string };

/** The requests of a room's owner to its server's list. */
export type ListingEvent = 'room:publish' | 'room:rename' | 'room:withdraw';
export type SignListing<E extends ListingEvent> = (
  challenge: Uint8Array<ArrayBuffer>,
) => Promise<Outcome<ClientInput<E>>>;

/** The lists of rooms that servers keep. */
export interface RoomLists {
  /**
   * One page, by name; needs no room on the server. Entries that their owner's key did not sign, or not for this server,
   * are left out: `names` are those by which the server is known, `host` where none are given.
   */
  page(host: ServerHost, page: RoomListPage, names?: readonly ServerHost[]): Promise<Outcome<ListedRooms>>;
  /** Changes the entry of a room in which this app has a seat. `sign` makes the input over the server's challenge. */
  change<E extends ListingEvent>(host: ServerHost, event: E, sign: SignListing<E>): Promise<Outcome<ClientAck<E>>>;
}

export function createRoomLists(
  clientOf: (host: ServerHost) => Pick<SignalingClient, 'ask' | 'withSession'>,
  clock: Clock,
): RoomLists {
  return {
    async page(host, page, names = [host]) {
      const answer = await clientOf(host).ask('room:list', { limit: LIMITS.listedPageMax, ...page });
      if (!answer.ok) return answer;
      const { items, ...rest } = answer.value;
      const signed = await Promise.all(items.map((item) => verifyListing(item, names)));
      return { ok: true, value: { ...rest, items: items.filter((_, index) => signed[index]) } };
    },
    change: (host, event, sign) =>
      clientOf(host).withSession((session) =>
        session.withChallenge(clock, async (challenge) => {
          const input = await sign(challenge);
          return input.ok ? session.ask(event, input.value) : input;
        }),
      ),
  };
}
