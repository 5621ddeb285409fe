import { startChild } from '../child.ts';
import {
  alternate,
  cpuDuring,
  type Effort,
  expectAll,
  percentile,
  row,
  type SignalingRow,
  withServer,
} from '../measure.ts';
import { SERVER_NAMES, type ServerKind } from '../servers/servers.ts';

const KINDS = ['parley', 'parley unchecked', 'socket.io', 'ws', 'peerjs', 'check alone'] as const;
type Kind = (typeof KINDS)[number];
const ROOM_SIZE = 4;

type Round = { cpuMsPerJoin: number; stormP95Ms: number; stormAllMs: number; driverShare: number };

async function checkAlone(): Promise<number> {
  const child = startChild(['bench/signaling/servers/check-alone.ts']);
  try {
    return await child.next('signature checks', (message) =>
      typeof message === 'object' && message !== null && 'cpuMs' in message ? Number(message.cpuMs) : undefined,
    );
  } finally {
    await child.close();
  }
}

/**
 * What coming in costs: connecting and taking a seat. First at a steady pace, 20 on their way at a time; then a storm,
 * all of them at once.
 */
export async function join(effort: Effort): Promise<SignalingRow[]> {
  const clients = effort.quick ? 200 : 1_000;
  const results = await alternate('join', KINDS, effort.rounds, async (kind: Kind): Promise<Round> => {
    if (kind === 'check alone')
      return { cpuMsPerJoin: await checkAlone(), stormP95Ms: 0, stormAllMs: 0, driverShare: 0 };
    const unchecked = kind === 'parley unchecked';
    const server: ServerKind = unchecked ? 'parley' : kind;
    return withServer(server, { unchecked }, async (measured, driver) => {
      const wanted = { do: 'join', server, port: measured.port, clients, roomSize: ROOM_SIZE, atOnce: 20 } as const;
      await driver.ask({ ...wanted, clients: clients / 2 });
      await driver.ask({ do: 'part' });
      const steady = await cpuDuring(measured, () => driver.ask(wanted));
      expectAll('joins', clients, steady.value.joined, steady.value.failures);
      await driver.ask({ do: 'part' });
      const storm = await driver.ask({ ...wanted, atOnce: clients });
      expectAll('joins of the storm', clients, storm.joined, storm.failures);
      return {
        cpuMsPerJoin: steady.cpuMs / clients,
        stormP95Ms: percentile(storm.eachMs, 0.95),
        stormAllMs: storm.tookMs,
        driverShare: storm.cpuMs / storm.tookMs,
      };
    });
  });
  const figures = (kind: Kind, which: keyof Round) => results[kind].map((round) => round[which]);
  const bare = SERVER_NAMES['socket.io'];
  const cpu = (kind: Kind, name: string, goal?: { most: number }) =>
    row(
      { part: 'join', name, unit: 'ms CPU', values: figures(kind, 'cpuMsPerJoin'), server: name },
      kind === 'socket.io'
        ? undefined
        : { with: bare, values: figures('socket.io', 'cpuMsPerJoin'), ...(goal ? { goal } : {}) },
    );
  const storm = (kind: Kind, server: string, goal?: { most: number }) => [
    row(
      {
        part: 'join',
        name: `storm of ${clients} into ${clients / ROOM_SIZE} rooms, p95, ${server}`,
        unit: 'ms',
        values: figures(kind, 'stormP95Ms'),
        server,
      },
      kind === 'socket.io'
        ? undefined
        : { with: bare, values: figures('socket.io', 'stormP95Ms'), ...(goal ? { goal } : {}) },
    ),
    row({ part: 'join', name: '  until all are in', unit: 'ms', values: figures(kind, 'stormAllMs') }),
  ];
  return [
    cpu('parley', 'join, Parley'),
    cpu('parley unchecked', 'join, Parley without the signature check', { most: 1 }),
    row({ part: 'join', name: '  the check alone', unit: 'ms CPU', values: figures('check alone', 'cpuMsPerJoin') }),
    cpu('socket.io', `join, ${bare}`),
    cpu('ws', `join, ${SERVER_NAMES.ws}`),
    cpu('peerjs', `join, ${SERVER_NAMES.peerjs}`),
    ...storm('parley', SERVER_NAMES.parley, { most: 1.2 }),
    ...storm('socket.io', bare),
    ...storm('peerjs', SERVER_NAMES.peerjs),
    row({
      part: 'join',
      name: '  driver busy in the storms',
      unit: '% of a core',
      values: (['parley', 'socket.io', 'peerjs'] as const).flatMap((kind) =>
        figures(kind, 'driverShare').map((share) => share * 100),
      ),
    }),
  ];
}
