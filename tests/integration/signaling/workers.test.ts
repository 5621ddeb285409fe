import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, get as requestTo } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ResumeToken, type RoomJoined, ServerReport } from '@parley/shared/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startRedis, type TestRedis } from '#support/redis.ts';
import { Client, newSignalId, PUBLIC_HOST, RoomKey, someBox, soon, until } from './harness.ts';
import { fightForASeat } from './moved-seat.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));
const ADMIN = 'an-admin-token-that-only-tests-know-1';

let redis: TestRedis;
let groups = 0;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

/** A server of several processes that meet in Redis. `pids` are those that have said anything in the log. */
async function startWorkers(env: Record<string, string> = {}) {
  groups += 1;
  const child: ChildProcess = fork(MAIN, [], {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      WORKERS: '2',
      REDIS_URL: redis.url,
      REDIS_PREFIX: `workers-${groups}`,
      PUBLIC_HOSTS: PUBLIC_HOST,
      TRUST_PROXY: '127.0.0.0/8',
      SHUTDOWN_GRACE_MS: '0',
      ADMIN_TOKEN: ADMIN,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => {
      text += part.toString();
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const said = await soon(
    new Promise<ServerReport>((resolve) => child.once('message', (raw) => resolve(ServerReport.parse(raw)))),
    'report',
  );
  if (said.type !== 'listening') throw new Error(`${said.code}\n${text}`);
  const url = `http://127.0.0.1:${said.port}`;
  const get = async (path: string): Promise<unknown> =>
    (
      await fetch(`${url}${path}`, {
        headers: { accept: 'application/json', authorization: `Bearer ${ADMIN}`, connection: 'close' },
      })
    ).json();
  const pidOf = async (): Promise<number> => ((await get('/_debug')) as { process: { pid: number } }).process.pid;
  /** The workers' processes, as those that answer tell. */
  const pids = async (): Promise<number[]> => {
    const found = new Set<number>();
    await until(async () => found.add(await pidOf()).size === 2, 'answered by both workers');
    return [...found];
  };
  return {
    child,
    prefix: `workers-${groups}`,
    port: said.port,
    url,
    get,
    pids,
    ended: () => soon(ended, 'end'),
    output: () => text,
  };
}

/** One connection that is kept, and with it the worker at its other end. */
function openLine(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask = async (path: string): Promise<string> => {
    const request = requestTo(`${url}${path}`, { agent, headers: { authorization: `Bearer ${ADMIN}` } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return textOf(response);
  };
  const Debug = z.object({ process: z.object({ pid: z.number() }) });
  return {
    ask,
    pid: async () => Debug.parse(JSON.parse(await ask('/_debug'))).process.pid,
    /** The metrics of Prometheus that have no labels, by name. */
    scrape: async () =>
      new Map(
        [...(await ask('/metrics')).matchAll(/^([a-z_]+) (\S+)$/gm)].map(([, name = '', value]) => [
          name,
          Number(value),
        ]),
      ),
  };
}

/** A connection to each of the two workers. */
async function openLines(server: { url: string; pids(): Promise<number[]> }) {
  const pids = await server.pids();
  const lines: { pid: number; line: ReturnType<typeof openLine> }[] = [];
  await until(async () => {
    const line = openLine(server.url);
    lines.push({ pid: await line.pid(), line });
    return pids.every((pid) => lines.some((each) => each.pid === pid));
  }, 'connected to both workers');
  return pids.flatMap((pid) => lines.find((each) => each.pid === pid) ?? []);
}

/** As an app does: again, when the connection went to a worker that was about to be missed. */
async function comeBack(server: { port: number }, key: RoomKey, resumeToken: ResumeToken): Promise<RoomJoined> {
  const never = new Promise<never>(() => {});
  for (;;) {
    const client = new Client(server);
    const lost = new Promise<undefined>((resolve) => {
      client.socket.once('connect_error', () => resolve(undefined));
      client.socket.once('disconnect', () => resolve(undefined));
    });
    const joined = await Promise.race([client.join(key, { resumeToken }).catch(() => never), lost]);
    if (joined) return joined;
  }
}

/** Workers whose end waits for a thread that waits for the main thread: they hear nothing any more. */
const hangAtExit = `--import=data:text/javascript,${encodeURIComponent(
  'if (process.env.PARLEY_WORKER) process.on("exit", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))',
)}`;

/** False also for a process that has ended and that nobody has asked about yet. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a server of several processes (S13)', () => {
  it('is one server: rooms, limits and figures are of all of them', async () => {
    const server = await startWorkers({ JOINS_PER_MINUTE: '6', HTTP_PER_MINUTE: '0' });
    await server.pids();
    const key = new RoomKey();
    const members: { client: Client; id: string }[] = [];
    for (let i = 0; i < 6; i++) {
      const client = new Client(server);
      const { participantId, participants } = await client.join(key);
      expect(participants).toHaveLength(i);
      members.push({ client, id: participantId });
    }
    for (const from of members) {
      const box = someBox();
      const all = { roomId: key.roomId, to: '*' as const, id: newSignalId(), box };
      expect(await from.client.call('signal:send', all)).toEqual({ ok: true, value: { handedTo: 5 } });
      for (const to of members.filter((member) => member !== from))
        expect((await to.client.hear('signal:received')).box).toBe(box);
    }
    // The seventh from this address is one too many, whichever worker takes it.
    expect(await new Client(server).tryJoin(new RoomKey())).toMatchObject({ ok: false, code: 'rate-limited' });

    // Figures of the others are a moment old.
    const health = async () => (await server.get('/health')) as Record<string, number>;
    for (const _ of [1, 2]) await until(async () => (await health()).connections === 7, 'told of all');
    const metrics = (await server.get('/metrics')) as Record<string, Record<string, number>>;
    expect(metrics.data).toMatchObject({ total_rooms: 1, total_participants: 6, total_messages_relayed: 30 });
    expect(metrics.connections?.total_connections).toBe(7);
    expect(Object.values(metrics.connections?.room_connections ?? {})).toEqual([6]);
    expect(await server.get('/health')).toMatchObject({ connections: 7, rooms: 1, participants: 6 });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain('parley_participants 6\n');

    for (const { client } of members) await client.call('room:leave', { roomId: key.roomId });
    await until(async () => ((await server.get('/health')) as { rooms: number }).rooms === 0, 'forgotten');
  });

  it('has one start, one limit and totals that never fall, whichever of them is asked (S6)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0', MAX_CONNECTIONS: '100' });
    const [one, other] = await openLines(server);
    const scrapes: Map<string, number>[] = [];
    for (const each of [one, other, one, other]) if (each) scrapes.push(await each.line.scrape());
    expect(new Set(scrapes.map((scrape) => scrape.get('process_start_time_seconds'))).size).toBe(1);
    expect(scrapes.map((scrape) => scrape.get('parley_connections_limit'))).toEqual([200, 200, 200, 200]);
    for (const scrape of scrapes) {
      const [all = 0, largest = 0] = ['process_resident_memory_bytes', 'parley_largest_process_bytes'].map((name) =>
        scrape.get(name),
      );
      // The other worker is not small either.
      expect(all - largest).toBeGreaterThan(30 * 1_048_576);
      expect(largest).toBeGreaterThan(30 * 1_048_576);
    }

    // A worker that hangs is still there, and so is what it counted.
    const requests = () => scrapes.map((scrape) => scrape.get('parley_http_requests_total') ?? 0);
    process.kill(other?.pid ?? 0, 'SIGSTOP');
    for (const _ of [1, 2]) if (one) scrapes.push(await one.line.scrape());
    process.kill(other?.pid ?? 0, 'SIGCONT');
    if (one) scrapes.push(await one.line.scrape());
    expect(requests()).toEqual(requests().toSorted((left, right) => left - right));
    expect(scrapes.at(-1)?.get('parley_workers_replaced_total')).toBe(0);

    process.kill(other?.pid ?? 0, 'SIGKILL');
    await until(async () => (await one?.line.scrape())?.get('parley_workers_replaced_total') === 1, 'replaced');
  });

  it('tells the durations of all of them, whichever of them is asked (S6)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0' });
    const lines = await openLines(server);
    for (const { line } of lines) for (let asked = 0; asked < 5; asked++) await line.ask('/health/ready');
    const counted = async () =>
      Promise.all(
        lines.map(
          async ({ line }) =>
            /_count\{method="GET",route="\/health\/ready",status="200"\} (\d+)/.exec(await line.ask('/metrics'))?.[1],
        ),
      );
    // Figures of the other are a moment old.
    await until(async () => (await counted()).every((count) => count === '10'), 'told of all');
  });

  it('goes on when one of them dies: seats are taken again, another takes its place', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0' });
    const before = await server.pids();
    const key = new RoomKey();
    const members = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new Client(server);
        return { client, joined: await client.join(key) };
      }),
    );
    process.kill(before[0] ?? 0, 'SIGKILL');
    // Each of them either gets an answer or learns that its worker is gone.
    await Promise.all(
      members.map(({ client }) =>
        Promise.race([client.raw('challenge:get', { v: 1 }).catch(() => {}), client.closed()]),
      ),
    );
    const dropped = members.filter(({ client }) => !client.socket.connected);
    const stayed = members.filter(({ client }) => client.socket.connected);
    expect(stayed.length).toBeGreaterThan(0);
    for (const { joined } of dropped) {
      const back = await comeBack(server, key, joined.resumeToken);
      expect(back).toMatchObject({ participantId: joined.participantId, resumed: true });
      expect(back.participants).toHaveLength(5);
    }
    for (const { client } of stayed) {
      const all = { roomId: key.roomId, to: '*' as const, id: newSignalId(), box: someBox() };
      expect(await client.call('signal:send', all)).toEqual({ ok: true, value: { handedTo: 5 } });
      expect(client.heard.map(({ event }) => event)).not.toContain('participant:left');
    }
    const after = await server.pids();
    expect(after.filter((pid) => !before.includes(pid))).toHaveLength(1);
  });

  it('lets a seat belong to one socket at a time, whichever worker has it (S2)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0' });
    await server.pids();
    // Connections are handed out in turn.
    await fightForASeat([server, server]);
  });

  it('counts the sockets of a right over all workers, whichever is asked (S11)', async () => {
    const access = { ACCESS: 'token', TOKEN_SECRET: 'a'.repeat(31).concat('9') };
    const server = await startWorkers({ HTTP_PER_MINUTE: '0', ...access });
    const env = { PATH: process.env.PATH ?? '', REDIS_URL: redis.url, REDIS_PREFIX: server.prefix, ...access };
    const made = promisify(execFile)(process.execPath, [MAIN, 'token', 'create', '--name', 'Anna', '--json'], { env });
    const { id, token } = JSON.parse((await made).stdout) as { id: string; token: string };
    await server.pids();
    const body = JSON.stringify({ refresh_token: token });
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const exchanged = await fetch(`${server.url}/auth/refresh`, { method: 'POST', headers, body });
    const { access_token } = (await exchanged.json()) as { access_token: string };
    for (let n = 0; n < 3; n++) await new Client(server, { auth: { v: 1, token: access_token } }).connected();
    const rights = async () => (await server.get('/admin/api/rights')) as { rights: { id: string; sockets: number }[] };
    for (let n = 0; n < 4; n++) await until(async () => (await rights()).rights[0]?.sockets === 3, 'told of all');
    expect(await rights()).toEqual({ rights: [expect.objectContaining({ id, sockets: 3 })] });
  });

  it('has one limit for the sockets an address has open, whichever worker has them (R2)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0', SOCKETS_PER_ADDRESS: '3', SOCKETS_PER_MINUTE: '0' });
    const [first] = await server.pids();
    const open = async (): Promise<Client> => {
      const client = new Client(server);
      await client.connected();
      return client;
    };
    const clients = [await open(), await open(), await open()];
    for (let n = 0; n < 4; n++)
      expect((await new Client(server).refused()).data).toMatchObject({ code: 'rate-limited' });
    await new Client(server, { ip: '203.0.113.2' }).connected();
    // A place is free again as soon as one closes, also when its whole worker ends.
    clients[0]?.socket.disconnect();
    await until(async () => {
      const client = new Client(server);
      const opened = client.connected().then(() => true);
      if (!(await Promise.race([opened, client.refused().then(() => false)]))) return false;
      clients[0] = client;
      return true;
    }, 'a place is free');
    expect((await new Client(server).refused()).data).toMatchObject({ code: 'rate-limited' });
    process.kill(first ?? 0, 'SIGKILL');
    await until(() => clients.some((client) => client.socket.disconnected), 'noticed');
    await until(async () => {
      const client = new Client(server);
      const opened = client.connected().then(() => true);
      return await Promise.race([opened, client.refused().then(() => false)]);
    }, 'a place is free');
  });

  it('is drained as one, and stops in order with 0 (S14, P7)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0' });
    await server.pids();
    const clients = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = new Client(server);
        await client.join(new RoomKey());
        return client;
      }),
    );
    const drain = (draining: boolean) =>
      fetch(`${server.url}/admin/api/drain`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ draining }),
      });
    expect((await drain(true)).status).toBe(200);
    for (const client of clients) await client.hear('server:drain');
    server.child.kill('SIGTERM');
    for (const client of clients) expect((await client.hear('server:closing')).code).toBe('server-draining');
    expect(await server.ended()).toBe(0);
  });

  it('stays drained when a worker is replaced (S8, S14)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0' });
    const before = await server.pids();
    const clients: Client[] = [];
    for (let n = 0; n < 4; n++) {
      const client = new Client(server);
      await client.join(new RoomKey());
      clients.push(client);
    }
    const drained = await fetch(`${server.url}/admin/api/drain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ draining: true }),
    });
    expect(drained.status).toBe(200);
    for (const client of clients) await client.hear('server:drain');
    // A connection of its own each time: they are handed out in turn. A connection that the dead worker was given gets no answer.
    const ask = async (path: string): Promise<Response | undefined> =>
      fetch(`${server.url}${path}`, {
        headers: { connection: 'close', authorization: `Bearer ${ADMIN}` },
        signal: AbortSignal.timeout(1_000),
      }).catch(() => undefined);
    const statuses = new Set<number>();
    const look = async (): Promise<void> => {
      const answer = await ask('/health/ready');
      if (answer) statuses.add(answer.status);
    };
    process.kill(before[0] ?? 0, 'SIGKILL');
    await until(async () => {
      // Three connections a round, so that each worker is asked for its name in turn.
      await look();
      await look();
      const debug = (await (await ask('/_debug'))?.json()) as { process: { pid: number } } | undefined;
      return debug !== undefined && !before.includes(debug.process.pid);
    }, 'replaced');
    for (let n = 0; n < 4; n++) await look();
    expect([...statuses]).toEqual([503]);
  });

  it('kills and replaces a worker that hangs; its people are away, and gone after the grace time (S4, S13, P6)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0', SEAT_GRACE_MS: '1000' });
    const before = await server.pids();
    const key = new RoomKey();
    const members: { client: Client; id: string }[] = [];
    // Connections are handed out in turn, so each worker has some of them.
    for (let n = 0; n < 6; n++) {
      const client = new Client(server);
      members.push({ client, id: (await client.join(key)).participantId });
    }
    process.kill(before[0] ?? 0, 'SIGSTOP');
    await until(() => members.some(({ client }) => client.socket.disconnected), 'cut off');
    // Each of the others either gets an answer or learns that its worker is gone.
    await Promise.all(
      members
        .filter(({ client }) => client.socket.connected)
        .map(({ client }) => Promise.race([client.raw('challenge:get', { v: 1 }).catch(() => {}), client.closed()])),
    );
    const gone = members.filter(({ client }) => client.socket.disconnected).map(({ id }) => id);
    const stayed = members.filter(({ id }) => !gone.includes(id));
    expect(stayed.length).toBeGreaterThan(0);
    for (const { client } of stayed) {
      const left: string[] = [];
      for (const _ of gone) left.push((await client.hear('participant:left')).participantId);
      expect(left.toSorted()).toEqual(gone.toSorted());
    }
    const after = await server.pids();
    expect(after.filter((pid) => !before.includes(pid))).toHaveLength(1);
    expect(server.output()).toContain('worker answers nothing and is killed');
  });

  it('stops with 0 when its workers closed in order and do not end (S14, P7)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0', NODE_OPTIONS: hangAtExit });
    await server.pids();
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  });

  it('leaves no worker behind when the parent is killed, also such as cannot end by themselves (P3)', async () => {
    const server = await startWorkers({ HTTP_PER_MINUTE: '0', NODE_OPTIONS: hangAtExit });
    const pids = await server.pids();
    onTestFinished(() => {
      for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
    });
    server.child.kill('SIGKILL');
    await until(() => !pids.some(isAlive), 'ended');
  });

  it('stops with 0 while some of them are still starting (S14)', async () => {
    // More than there are cores: the first says that it listens while the others are not there yet.
    const server = await startWorkers({ WORKERS: '6' });
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  });

  it('says why when it cannot start', async () => {
    const first = await startWorkers();
    await expect(startWorkers({ PORT: String(first.port) })).rejects.toThrow('port-in-use');
  });

  it('has a log file for each process, and each line names its worker (S9)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-log-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const server = await startWorkers({ LOG_FILE: join(folder, 'parley.log'), HTTP_PER_MINUTE: '0' });
    await server.pids();
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
    const places = ['parley', 'parley-1', 'parley-2'].map((name) => {
      const lines = readFileSync(join(folder, `${name}.1.log`), 'utf8')
        .trim()
        .split('\n');
      return new Set(lines.map((line) => (JSON.parse(line) as { worker?: string }).worker));
    });
    expect(places).toEqual([new Set([undefined]), new Set(['1']), new Set(['2'])]);
  });
});
