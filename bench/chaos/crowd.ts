import { RoomKey } from '../signaling/driver/room-key.ts';
import { Member } from './member.ts';

/**
 * A process full of members. Arguments: port, rooms, members of each room. It is told over IPC: { ask: 'report' },
 * { send: everyMs | null }, { stop: true }.
 */
const [port = 0, rooms = 0, size = 0] = process.argv.slice(2).map(Number);

const groups = Array.from({ length: rooms }, () => {
  const key = new RoomKey();
  return Array.from({ length: size }, () => new Member(port, key));
});
const members = groups.flat();
// Not all in the same instant: that is another measurement.
for (const [at, member] of members.entries()) setTimeout(() => member.start(), at * 4);

process.on('message', (message: { ask?: string; send?: number | null; stop?: boolean }) => {
  if (message.ask === 'report') {
    process.send?.({ type: 'report', groups: groups.map((group) => group.map((member) => member.report())) });
  }
  if (message.send !== undefined) for (const member of members) member.send(message.send ?? undefined);
  if (message.stop) {
    for (const member of members) member.stop();
    process.disconnect();
  }
});
