import type { RoomId } from '@parley/shared/protocol';

/** The same record with this value for a room, or with none where it is undefined. */
export function withRoom<T>(
  record: Readonly<Record<RoomId, T>>,
  roomId: RoomId,
  value: T | undefined,
): Readonly<Record<RoomId, T>> {
  const { [roomId]: _before, ...others } = record;
  return value === undefined ? others : { ...others, [roomId]: value };
}
