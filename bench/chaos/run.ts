import { startRedis, type TestRedis } from '../../tests/support/redis.ts';
import { until } from '../../tests/support/wait.ts';
import type { BenchRow } from '../bench-row.ts';
import { type Child, startChild } from '../signaling/child.ts';
import { PARLEY_ENVIRONMENT, SCRIPTS } from '../signaling/servers/servers.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import type { MemberReport } from './member.ts';

/**
 * Measures what happens to the people in the rooms when nodes and Redis fail (P6, P7, S13, S14). Real processes throughout: nodes,
 * Redis, members and the proxy before the nodes.
 */
export const parts = ['kill', 'redis', 'rolling'] as const;
type Wish = { parts: readonly string[]; quick: boolean };

const ROOM_SIZE = 4;
const DRIVERS = 2;

type Node = { child: Child; port: number };
/** A box that has not arrived by then is lost. */
const SETTLING_MS = 10_000;

type Health = { participants: number; rooms: number };

const healthOf = async (node: Node): Promise<Health> =>
  (await (await fetch(`http://127.0.0.1:${node.port}/health`)).json()) as Health;
const isReady = async (node: Node): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${node.port}/health/ready`).catch(() => undefined))?.status === 200;

/** Several nodes on one Redis, the balancer before them and the crowd behind it. */
class Scene {
  readonly redis: TestRedis;
  readonly balancer: Balancer;
  nodes: Node[] = [];
  #drivers: Child[] = [];

  private constructor(redis: TestRedis, balancer: Balancer) {
    this.redis = redis;
    this.balancer = balancer;
  }

  static async open(nodes: number, members: number): Promise<Scene> {
    const scene = new Scene(await startRedis(), await startBalancer());
    for (let i = 0; i < nodes; i++) scene.nodes.push(await scene.startNode());
    scene.admitAll();
    const rooms = Math.ceil(members / ROOM_SIZE / DRIVERS);
    for (let i = 0; i < DRIVERS; i++) {
      const args = ['bench/chaos/crowd.ts', String(scene.balancer.port), String(rooms), String(ROOM_SIZE)];
      scene.#drivers.push(startChild(args));
    }
    await scene.whole('everyone in their rooms');
    return scene;
  }

  async startNode(): Promise<Node> {
    const child = startChild([SCRIPTS.parley], {
      ...PARLEY_ENVIRONMENT,
      REDIS_URL: this.redis.url,
      PUBLIC_HOSTS: 'parley.test',
      SHUTDOWN_GRACE_MS: '1000',
      LOG_LEVEL: 'warn',
    });
    const port = await child.next('listening', (message) =>
      typeof message === 'object' && message !== null && 'port' in message ? Number(message.port) : undefined,
    );
    return { child, port };
  }

  admitAll(except?: Node): void {
    this.balancer.use(this.nodes.filter((node) => node !== except).map(({ port }) => port));
  }

  tell(message: object): void {
    for (const driver of this.#drivers) driver.say(message);
  }

  async reports(): Promise<MemberReport[][]> {
    const answers = await Promise.all(
      this.#drivers.map((driver) => {
        const answer = driver.next('report', (message) =>
          typeof message === 'object' && message !== null && 'groups' in message
            ? (message.groups as MemberReport[][])
            : undefined,
        );
        driver.say({ ask: 'report' });
        return answer;
      }),
    );
    return answers.flat();
  }

  /**
   * Waits until nothing is on its way any more: a box that was acknowledged a moment ago is with its target's node, and
   * may not have been read yet by a process that has much to do.
   */
  async settled(): Promise<MemberReport[][]> {
    const endsAt = performance.now() + SETTLING_MS;
    for (;;) {
      const groups = await this.reports();
      if (signals(groups).lost === 0 || performance.now() > endsAt) return groups;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits until every member is seated and every room knows exactly its members, on all nodes. */
  async whole(what: string, timeoutMs = 120_000): Promise<void> {
    await until(
      what,
      async () => {
        const groups = await this.reports();
        const members = groups.flat();
        const wrong = members.filter(({ seated }) => !seated).length + strangers(groups);
        if (wrong > 0) throw new Error(`${wrong} of ${members.length} not there yet`);
        const counts = await Promise.all(this.nodes.map(healthOf));
        const seats = counts.reduce((total, { participants }) => total + participants, 0);
        if (seats !== members.length) throw new Error(`${seats} seats for ${members.length} members`);
        return true;
      },
      { timeoutMs, everyMs: 250 },
    );
  }

  async close(): Promise<void> {
    this.tell({ stop: true });
    await Promise.all(this.#drivers.map((driver) => driver.close()));
    await Promise.all(this.nodes.map(({ child }) => child.close()));
    this.balancer.close();
    await this.redis.close();
  }
}

/** Ghosts and missing ones: how often a member's picture of its room is not the room. */
function strangers(groups: readonly (readonly MemberReport[])[]): number {
  let wrong = 0;
  for (const group of groups) {
    const ids = new Set(group.map(({ participantId }) => participantId));
    if (ids.size !== group.length) wrong += 1;
    for (const { others, participantId } of group) {
      const seen = new Set(others.filter((id) => id !== participantId));
      if (seen.size !== ids.size - 1 || [...seen].some((id) => !ids.has(id))) wrong += 1;
    }
  }
  return wrong;
}

/** How the signals fared: what was acknowledged must have arrived once. */
function signals(groups: readonly (readonly MemberReport[])[]) {
  const received = new Map<string, number>();
  for (const member of groups.flat())
    for (const [id, times] of Object.entries(member.received)) received.set(id, (received.get(id) ?? 0) + times);
  const acknowledged = groups.flat().flatMap((member) => member.acknowledged);
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !received.has(id)).length,
    doubled: acknowledged.filter((id) => (received.get(id) ?? 0) > 1).length,
  };
}

const sum = (groups: readonly (readonly MemberReport[])[], of: (member: MemberReport) => number): number =>
  groups.flat().reduce((total, member) => total + of(member), 0);

async function kill(members: number): Promise<BenchRow[]> {
  const scene = await Scene.open(2, members);
  try {
    const before = await scene.reports();
    const [victim] = scene.nodes;
    if (!victim) throw new Error('no node');
    scene.nodes = scene.nodes.filter((node) => node !== victim);
    const killedAt = Date.now();
    process.kill(victim.child.pid, 'SIGKILL');
    scene.admitAll();
    await scene.whole('everyone back after a node was killed');
    const after = await scene.settled();
    const back = after.flat().filter((member) => member.backAt > killedAt);
    const slowest = Math.max(...back.map((member) => member.backAt - killedAt)) / 1_000;
    const reconnected = sum(after, (member) => member.reconnects) - sum(before, (member) => member.reconnects);
    return [
      {
        name: `node killed with ${members} clients: ${back.length} dropped, the last is back`,
        value: slowest,
        unit: 's',
        goal: '≤ 10',
      },
      {
        name: 'node killed: seats that were not resumed',
        value: sum(after, (m) => m.seatsLost),
        unit: 'seats',
        goal: '0',
      },
      {
        name: 'node killed: ghosts, duplicates and missing ones afterwards',
        value: strangers(after),
        unit: 'views',
        goal: '0',
      },
      { name: 'node killed: connections made until then', value: reconnected, unit: 'connections' },
    ];
  } finally {
    await scene.close();
  }
}

async function redisAway(members: number, awayS: number): Promise<BenchRow[]> {
  const scene = await Scene.open(2, members);
  try {
    scene.tell({ send: 500 });
    await scene.redis.kill();
    const before = signals(await scene.reports()).acknowledged;
    await new Promise((resolve) => setTimeout(resolve, awayS * 1_000));
    const during = await scene.reports();
    const wentOn = signals(during).acknowledged - before;
    const dropped = sum(during, (member) => member.reconnects);
    const backAt = performance.now();
    await scene.redis.restart();
    await until('every node ready again', async () => (await Promise.all(scene.nodes.map(isReady))).every(Boolean));
    // Whole: everybody reaches everybody again, also over nodes.
    scene.tell({ send: null });
    await scene.whole('whole after Redis was away');
    const takenS = (performance.now() - backAt) / 1_000;
    const after = await scene.settled();
    return [
      { name: `Redis away for ${awayS} s: whole again after`, value: takenS, unit: 's', goal: '≤ 10' },
      { name: 'Redis away: signals handed on meanwhile, within nodes', value: wentOn, unit: 'signals', goal: '> 0' },
      { name: 'Redis away: connections lost', value: dropped, unit: 'connections', goal: '0' },
      { name: 'Redis away: seats lost', value: sum(after, (member) => member.seatsLost), unit: 'seats', goal: '0' },
      { name: 'Redis away: acknowledged signals lost', value: signals(after).lost, unit: 'signals', goal: '0' },
    ];
  } finally {
    await scene.close();
  }
}

async function rolling(members: number): Promise<BenchRow[]> {
  const scene = await Scene.open(3, members);
  try {
    scene.tell({ send: 150 });
    const startedAt = performance.now();
    for (const old of [...scene.nodes]) {
      const fresh = await scene.startNode();
      scene.nodes.push(fresh);
      // As Kubernetes does it: no new connections for the one that goes, then the signal to stop.
      scene.nodes = scene.nodes.filter((node) => node !== old);
      scene.admitAll();
      await old.child.close();
      await scene.whole('everyone back after a restart');
    }
    const takenS = (performance.now() - startedAt) / 1_000;
    scene.tell({ send: null });
    await scene.whole('everyone there in the end');
    const after = await scene.settled();
    const fared = signals(after);
    return [
      {
        name: `rolling restart of three nodes, ${members} clients: acknowledged signals`,
        value: fared.acknowledged,
        unit: 'signals',
      },
      { name: 'rolling restart: acknowledged and lost', value: fared.lost, unit: 'signals', goal: '0' },
      { name: 'rolling restart: acknowledged and doubled', value: fared.doubled, unit: 'signals', goal: '0' },
      {
        name: 'rolling restart: seats lost',
        value: sum(after, (member) => member.seatsLost),
        unit: 'seats',
        goal: '0',
      },
      { name: 'rolling restart: all three', value: takenS, unit: 's' },
    ];
  } finally {
    await scene.close();
  }
}

/** Runs the asked parts; throws when a promise was broken, after all the rows of that part are known. */
export async function run({ parts: asked, quick }: Wish): Promise<BenchRow[]> {
  const members = quick ? 40 : 500;
  const rows: BenchRow[] = [];
  for (const part of asked.length > 0 ? asked : parts) {
    if (part === 'kill') rows.push(...(await kill(members)));
    if (part === 'redis') rows.push(...(await redisAway(quick ? 40 : 200, quick ? 5 : 30)));
    if (part === 'rolling') rows.push(...(await rolling(quick ? 24 : 60)));
  }
  const broken = rows.filter((row) => row.goal === '0' && row.value !== 0);
  if (broken.length > 0) throw new Error(broken.map((row) => `${row.name}: ${row.value}`).join('; '));
  return rows;
}
