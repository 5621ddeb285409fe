import { accept } from '@parley/shared/protocol';
import { aboutSocket } from '../observe/operations.ts';
import type { Handler } from './context.ts';

export const roomLeave: Handler<'room:leave'> = ({ rooms, log, clock }, connection, { roomId }) => {
  const seat = connection.seats.get(roomId);
  rooms.leave(connection, roomId);
  if (seat) log.info({ ...aboutSocket(connection), room: seat.room.pseudonym }, 'seat given up');
  if (connection.seats.size === 0) connection.idleSince = clock.now();
  return accept({});
};
