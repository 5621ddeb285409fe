import { alternate, type Effort, expectAll, row, type SignalingRow, withServer } from '../measure.ts';
import { SERVER_NAMES, type ServerKind } from '../servers/servers.ts';

const KINDS = ['parley', 'socket.io', 'ws', 'peerjs'] as const satisfies readonly ServerKind[];
const ROOM_SIZE = 4;
const MIB = 1_048_576;

/** What a connection that sits in a room and says nothing takes, and what a server takes that nobody uses. */
export async function idle(effort: Effort): Promise<SignalingRow[]> {
  const clients = effort.quick ? 400 : 5_000;
  const results = await alternate('idle', KINDS, effort.rounds, (kind) =>
    withServer(kind, {}, async ({ server, driver }) => {
      const asStarted = await server.usage();
      const before = await server.settledUsage();
      const join = { do: 'join', server: kind, port: server.port, clients, roomSize: ROOM_SIZE, atOnce: 50 } as const;
      const { joined, failures } = await driver.ask(join);
      expectAll('joins', clients, joined, failures);
      const after = await server.settledUsage();
      return {
        emptyMib: asStarted.rssBytes / MIB,
        perConnectionKib: (after.rssBytes - before.rssBytes) / joined / 1_024,
        heapPerConnectionKib: (after.heapBytes - before.heapBytes) / joined / 1_024,
      };
    }),
  );
  const figures = (kind: (typeof KINDS)[number], which: 'emptyMib' | 'perConnectionKib' | 'heapPerConnectionKib') =>
    results[kind].map((round) => round[which]);
  const bare = SERVER_NAMES['socket.io'];
  const count = clients.toLocaleString('en');
  return [
    ...KINDS.flatMap((kind) => [
      row(
        {
          part: 'idle',
          name: `memory per connection at ${count}, ${SERVER_NAMES[kind]}`,
          unit: 'KiB',
          server: SERVER_NAMES[kind],
          values: figures(kind, 'perConnectionKib'),
        },
        kind === 'socket.io'
          ? undefined
          : {
              with: bare,
              values: figures('socket.io', 'perConnectionKib'),
              ...(kind === 'parley' ? { goal: { most: 0.75 } } : {}),
            },
      ),
      row(
        {
          part: 'idle',
          name: '  of it on the JavaScript heap',
          unit: 'KiB',
          values: figures(kind, 'heapPerConnectionKib'),
        },
        kind === 'socket.io' ? undefined : { with: bare, values: figures('socket.io', 'heapPerConnectionKib') },
      ),
    ]),
    row({ part: 'idle', name: 'empty server, Parley', unit: 'MiB', values: figures('parley', 'emptyMib') }, undefined, {
      most: 90,
    }),
    row({ part: 'idle', name: `empty server, ${bare}`, unit: 'MiB', values: figures('socket.io', 'emptyMib') }),
  ];
}
