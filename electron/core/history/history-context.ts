import type { MessageRef } from '@parley/shared/model';
import { type DeviceId, type MessageId, ParleyError, type RoomId } from '@parley/shared/protocol';
import type { SigningKey } from '../identity/ed25519.ts';
import type { Queries, WritableDb } from './database.ts';
import type { ItemRow } from './message-rows.ts';
import type { RoomRow } from './room-rows.ts';
import { sql } from './statements.ts';

/** The things that the parts of the history share: the connection, this device's key, the clock and the most frequent questions. */
export type HistoryContext = Queries & {
  db: WritableDb;
  key: SigningKey;
  now: () => number;
  /** This device. */
  own: DeviceId;
  /** Throws `room-unknown`. */
  needRoom(roomId: RoomId): RoomRow;
  rowOf(ref: MessageRef): ItemRow | undefined;
  ownRow(id: MessageId): ItemRow | undefined;
};

export function createHistoryContext(
  queries: Queries,
  { db, key, now, own }: Pick<HistoryContext, 'db' | 'key' | 'now' | 'own'>,
): HistoryContext {
  const rowOf = ({ author, id }: MessageRef) => queries.one<ItemRow>(sql.message, author, id);
  return {
    ...queries,
    db,
    key,
    now,
    own,
    needRoom(roomId) {
      const room = queries.one<RoomRow>(sql.room, roomId);
      if (!room) throw new ParleyError('room-unknown');
      return room;
    },
    rowOf,
    ownRow: (id) => rowOf({ author: own, id }),
  };
}
