import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NODE, REPOSITORY } from '../../../tests/support/repository.ts';
import { alternate, type Effort, expectAll, row, type SignalingRow, withServer } from '../measure.ts';
import { startServer } from '../servers/server.ts';
import { SERVER_NAMES, type ServerKind } from '../servers/servers.ts';

const KINDS = ['parley', 'socket.io', 'ws', 'peerjs'] as const satisfies readonly ServerKind[];
const ROOM_SIZE = 4;
const MIB = 1_048_576;
const run = promisify(execFile);

/** In production it has no page of its API in memory. */
const AS_ON_THE_INTERNET = { NODE_ENV: 'production', TRUST_PROXY: '127.0.0.1', PUBLIC_HOSTS: 'parley.test' };

/** Memory of the server as it is shipped, before anybody came. */
async function bundledMib(): Promise<number> {
  const server = await startServer('parley', { bundled: true, env: AS_ON_THE_INTERNET });
  try {
    return (await server.usage()).rssBytes / MIB;
  } finally {
    await server.close();
  }
}

/** Memory of a connection that sits in a room and says nothing, and of a server that nobody uses. */
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
  await run(NODE, ['scripts/build.ts', 'signaling-server'], { cwd: REPOSITORY });
  const { bundled } = await alternate('idle', ['bundled'], effort.rounds, bundledMib);
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
              ...(kind === 'parley' ? { goal: { most: 0.9 } } : {}),
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
    row(
      { part: 'idle', name: 'empty server, Parley as it is shipped', unit: 'MiB', values: bundled },
      { with: `${bare}, from source`, values: figures('socket.io', 'emptyMib'), goal: { most: 1.1 } },
    ),
    row({ part: 'idle', name: 'empty server, Parley from source', unit: 'MiB', values: figures('parley', 'emptyMib') }),
    row({ part: 'idle', name: `empty server, ${bare}`, unit: 'MiB', values: figures('socket.io', 'emptyMib') }),
  ];
}
