import { setTimeout as pause } from 'node:timers/promises';

export type Gauges = { connections: number; rooms: number; participants: number };

/** Parley's own gauges, as they are now. */
export async function readGauges(port: number): Promise<Gauges> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept: 'application/json' } });
  const { data, connections } = (await answer.json()) as {
    data: { total_rooms: number; total_participants: number };
    connections: { total_connections: number };
  };
  return {
    connections: connections.total_connections,
    rooms: data.total_rooms,
    participants: data.total_participants,
  };
}

/** How far the gauges still are from zero, after sockets had a moment to close. */
export async function leftOver(port: number): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const { connections, rooms, participants } = await readGauges(port);
    const left = connections + rooms + participants;
    if (left === 0 || waitedMs >= 3_000) return left;
    await pause(100);
  }
}
