import { accept } from '@parley/shared/protocol';
import { aboutSocket } from '../observe/operations.ts';
import type { Handler } from './context.ts';

export const roomLeave: Handler<'room:leave'> = ({ rooms, log, clock }, client, { roomId }) => {
  const seat = client.seats.get(roomId);
  rooms.seats.leave(client, roomId);
  if (seat) log.info({ ...aboutSocket(client), room: seat.room.pseudonym }, 'seat given up');
  if (client.seats.size === 0) client.idleSince = clock.now();
  return accept({});
};
