import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerKind } from '../servers/servers.ts';
import { acknowledges, createClient } from './create-client.ts';
import type { DriverClient } from './driver-client.ts';
import { ParleyClient } from './parley-client.ts';
import type { JoinReport, PaceReport, RefusedHow, RelayReport } from './requests.ts';
import { RoomKey } from './room-key.ts';

type Member = { client: DriverClient; room: RoomKey };

const QUIET_MS = 15_000;

/** Fresh identifiers of 16 bytes, cheap to make: a random start and a count. */
const idBytes = randomBytes(16);
let idCount = 0;
function nextId(): string {
  idBytes.writeUInt32BE(idCount++);
  return idBytes.toString('base64url');
}

const boxOf = (chars: number): string =>
  randomBytes(Math.ceil((chars * 3) / 4))
    .toString('base64url')
    .slice(0, chars);

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** All clients of a measurement and what they are made to do. */
export class Crowd {
  readonly #members: Member[] = [];
  #kind: ServerKind = 'parley';

  /** Brings clients in, at most `atOnce` of them on their way at a time. */
  async join(about: {
    server: ServerKind;
    port: number;
    clients: number;
    roomSize: number;
    atOnce: number;
  }): Promise<JoinReport> {
    this.#kind = about.server;
    const rooms = Array.from({ length: Math.ceil(about.clients / about.roomSize) }, () => new RoomKey());
    const fresh = Array.from({ length: about.clients }, (_, index): Member => {
      const room = rooms[Math.floor(index / about.roomSize)];
      if (!room) throw new Error('fewer rooms than clients need');
      return { client: createClient(about.server, about.port), room };
    });
    const eachMs: number[] = [];
    const failures: string[] = [];
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    await inTurns(fresh, about.atOnce, async (member) => {
      const from = performance.now();
      try {
        await member.client.open();
        await member.client.join(member.room);
        eachMs.push(performance.now() - from);
        this.#members.push(member);
      } catch (failure) {
        failures.push(failure instanceof Error ? failure.message : String(failure));
      }
    });
    return {
      joined: eachMs.length,
      failures: failures.slice(0, 5),
      eachMs,
      cpuMs: cpuMsSince(cpu),
      tookMs: performance.now() - startedAt,
    };
  }

  /**
   * Sends `messages` boxes, each from a member to the next one of its room. Everyone has at most `window` on the way;
   * the next goes out when one was answered, or, where nothing is answered, when it was received.
   */
  relay(messages: number, boxChars: number, window: number): Promise<RelayReport> {
    const pairs = this.#pairs();
    const box = boxOf(boxChars);
    const answered = acknowledges(this.#kind);
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    let sent = 0;
    let received = 0;
    let settledCount = 0;
    let refused = 0;
    return new Promise((resolve, reject) => {
      const over = () => {
        clearInterval(watch);
        resolve({ received, refused, cpuMs: cpuMsSince(cpu), tookMs: performance.now() - startedAt });
      };
      let seenBefore = -1;
      const watch = setInterval(() => {
        const seen = received + settledCount;
        if (seen === seenBefore) {
          clearInterval(watch);
          reject(new Error(`stuck: ${sent} sent, ${settledCount} answered, ${received} received`));
        }
        seenBefore = seen;
      }, QUIET_MS);
      const check = () => {
        if (received + refused >= messages && settledCount >= messages) over();
      };
      for (const { from, to } of pairs) {
        const sendOne = () => {
          if (sent >= messages) return;
          sent += 1;
          from.send(to.name, nextId(), box, (answer) => {
            settledCount += 1;
            if (answer === 'refused') refused += 1;
            check();
            if (answered) sendOne();
          });
        };
        to.onSignal = () => {
          received += 1;
          check();
          if (!answered) sendOne();
        };
        for (let i = 0; i < window; i++) sendOne();
      }
    });
  }

  /** Sends boxes that the server refuses, in the same way as `relay` sends good ones. */
  refused(how: RefusedHow, messages: number, boxChars: number, window: number): Promise<RelayReport> {
    const good = boxOf(boxChars);
    const box = how === 'malformed' ? `${good.slice(0, -1)}!` : good;
    const foreign = new RoomKey().roomId;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    let sent = 0;
    let served = 0;
    let refused = 0;
    return new Promise((resolve) => {
      for (const { from, to, room } of this.#pairs()) {
        if (!(from instanceof ParleyClient)) throw new Error('only Parley refuses');
        const roomId = how === 'foreign' ? foreign : room.roomId;
        const sendOne = () => {
          if (sent >= messages) return;
          sent += 1;
          from.sendTo(roomId, to.name, nextId(), box, (answer) => {
            if (answer === 'refused') refused += 1;
            else served += 1;
            if (refused + served >= messages)
              resolve({ received: served, refused, cpuMs: cpuMsSince(cpu), tookMs: performance.now() - startedAt });
            else sendOne();
          });
        };
        for (let i = 0; i < window; i++) sendOne();
      }
    });
  }

  /** Sends at an even pace whatever the answers are, and takes the time from sending to receiving of each box. */
  async pace(perSecond: number, seconds: number, boxChars: number): Promise<PaceReport> {
    const pairs = this.#pairs();
    const box = boxOf(boxChars);
    const sentAt = new Map<string, number>();
    const latenciesMs: number[] = [];
    let refused = 0;
    for (const { to } of pairs)
      to.onSignal = (id) => {
        const at = sentAt.get(id);
        sentAt.delete(id);
        if (at !== undefined) latenciesMs.push(performance.now() - at);
      };
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const total = perSecond * seconds;
    let sent = 0;
    while (sent < total) {
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
      for (; sent < due; sent++) {
        const pair = pairs[sent % pairs.length];
        if (!pair) throw new Error('nobody is there');
        const id = nextId();
        sentAt.set(id, performance.now());
        pair.from.send(pair.to.name, id, box, (answer) => {
          if (answer === 'refused') refused += 1;
        });
      }
      await pause(1);
    }
    for (let waited = 0; sentAt.size > refused && waited < 2_000; waited += 20) await pause(20);
    return { sent, latenciesMs, lost: sentAt.size - refused, refused, cpuMs: cpuMsSince(cpu) };
  }

  /** Clients that come, join, leave and go, over and over. */
  async churn(about: { server: ServerKind; port: number; cycles: number; atOnce: number }): Promise<JoinReport> {
    const rooms = Array.from({ length: about.atOnce }, () => new RoomKey());
    const eachMs: number[] = [];
    const failures: string[] = [];
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const turns = Array.from({ length: about.cycles }, (_, index) => index);
    await inTurns(turns, about.atOnce, async (turn) => {
      const room = rooms[turn % rooms.length];
      if (!room) return;
      const from = performance.now();
      const client = createClient(about.server, about.port);
      try {
        await client.open();
        await client.join(room);
        await client.leave();
        eachMs.push(performance.now() - from);
      } catch (failure) {
        failures.push(failure instanceof Error ? failure.message : String(failure));
      }
      client.close();
    });
    return {
      joined: eachMs.length,
      failures: failures.slice(0, 5),
      eachMs,
      cpuMs: cpuMsSince(cpu),
      tookMs: performance.now() - startedAt,
    };
  }

  /** Everyone leaves. */
  async part(): Promise<void> {
    await inTurns(this.#members.splice(0), 50, async ({ client }) => {
      await client.leave();
      client.close();
    });
    await pause(200);
  }

  /** Each member with the next one of its room. */
  #pairs(): { from: DriverClient; to: DriverClient; room: RoomKey }[] {
    const byRoom = Map.groupBy(this.#members, (member) => member.room);
    return [...byRoom.values()].flatMap((members) =>
      members.map(({ client, room }, index) => {
        const next = members[(index + 1) % members.length];
        if (!next) throw new Error('an empty room');
        return { from: client, to: next.client, room };
      }),
    );
  }
}

/** Runs `work` for every item, at most `atOnce` at a time. */
async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (;;) {
      const index = next++;
      const item = items[index];
      if (item === undefined) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
