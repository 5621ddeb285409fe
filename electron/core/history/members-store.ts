import { type Author, type MessageRef, personIn, type Receiver } from '@parley/shared/model';
import { DeviceId, ParleyError, type RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { asAuthor, type ItemRow, STATE_NUMBERS } from './message-rows.ts';
import { LAST_AUTHOR } from './spans.ts';
import { sql } from './statements.ts';

type NamedRow = Pick<ItemRow, 'author' | 'author_name' | 'mine' | 'pinned_name' | 'pinned_changed'>;
type DeliveryRow = {
  device: string;
  state: number;
  delivered_at: number | null;
  read_at: number | null;
  pinned_name: string | null;
  pinned_changed: number | null;
};

/** The people of a room, as far as its history knows them. */
export function createMembersStore({ one, all, people, own, needRoom, rowOf }: HistoryContext) {
  const authorsOf = (roomId: string): Author[] =>
    all<{ author: string }>(sql.authors, roomId, '', LAST_AUTHOR).flatMap(({ author }) => {
      const newest = one<NamedRow>(sql.newestBy, roomId, author);
      return newest ? [asAuthor(people.named(newest), people.personOf(author))] : [];
    });

  return {
    /** The authors of a room, or of all rooms where it is null, each person once: oneself first, then by name. Throws `room-unknown`. */
    authors: (roomId: RoomId | null): Author[] => {
      if (roomId !== null) needRoom(roomId);
      const rooms = roomId === null ? all<{ room_id: string }>(sql.rooms).map(({ room_id }) => room_id) : [roomId];
      const known = new Map<DeviceId, Author>();
      for (const author of rooms.flatMap(authorsOf)) {
        const before = known.get(personIn(author));
        // The computer whose key names the person speaks for the others.
        if (!before || author.author === personIn(author)) known.set(personIn(author), author);
      }
      return [...known.values()].sort(
        (left, right) => Number(right.mine) - Number(left.mine) || left.name.localeCompare(right.name),
      );
    },

    /**
     * How far an own message came with each other person who wrote in its room or was reached with it, by the computer on which it came
     * furthest: read first, then delivered, then those of which nothing was heard. Throws `message-unknown` for any other message.
     */
    receivers: (roomId: RoomId, message: MessageRef): Receiver[] => {
      needRoom(roomId);
      const row = rowOf(message);
      if (row?.room_id !== roomId || row.mine === 0) throw new ParleyError('message-unknown', { path: 'message' });
      const others = new Map(
        authorsOf(roomId).flatMap((author) => (author.author === own || author.mine ? [] : [[author.author, author]])),
      );
      const told = all<DeliveryRow>(sql.deliveriesOf, row.number).filter(
        ({ device, state }) => state >= STATE_NUMBERS.delivered || others.has(DeviceId.parse(device)),
      );
      const reached = told.map((each): Receiver => {
        const author = DeviceId.parse(each.device);
        const pin = people.named({ ...each, author, mine: 0 });
        const isMet = pin.pinned_name !== null && pin.pinned_changed === 0;
        const known = others.get(author) ?? {
          author,
          authorName: pin.pinned_name ?? '',
          name: pin.pinned_name ?? '',
          confirmed: isMet,
          mine: false,
          ...(people.personOf(author) === author ? {} : { person: people.personOf(author) }),
        };
        const state =
          each.state === STATE_NUMBERS.read ? 'read' : each.state === STATE_NUMBERS.delivered ? 'delivered' : 'waiting';
        return { ...known, state, deliveredAt: each.delivered_at, readAt: each.read_at };
      });
      const isTold = new Set(reached.map(({ author }) => author));
      const waiting = [...others.values()].flatMap((author): Receiver[] =>
        isTold.has(author.author) ? [] : [{ ...author, state: 'waiting', deliveredAt: null, readAt: null }],
      );
      const rank = { read: 0, delivered: 1, waiting: 2 };
      const persons = new Set<DeviceId>();
      return [...reached, ...waiting]
        .sort((left, right) => rank[left.state] - rank[right.state] || left.name.localeCompare(right.name))
        .filter((receiver) => {
          const person = personIn(receiver);
          const isFirst = !persons.has(person);
          persons.add(person);
          return isFirst;
        });
    },
  };
}
