import { type Refusal, refuse } from '@parley/shared/protocol';
import { limitKeyOf } from '../client-address.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { OpenSockets } from '../limits/open-sockets.ts';
import { SPREAD_MS, type Verdict } from '../limits/window-limit.ts';
import { type Soon, whenThere } from '../soon.ts';

/**
 * welcome: it may come in. told: it is let in just far enough to hear the refusal, because a web page cannot read the
 * answer to a refused upgrade. cut: the upgrade itself is refused, which costs the server least.
 */
export type Admission = {
  readonly at: 'welcome' | 'told' | 'cut';
  readonly ip: string;
  readonly limitKey: string;
  readonly refusal: Refusal | undefined;
  /** Whether it holds a place among the open sockets of its address. */
  holdsPlace: boolean;
};

export type AdmissionPorts = Pick<
  HandlerContext,
  'clock' | 'limits' | 'counters' | 'random' | 'isDraining' | 'isBusy'
> & {
  /** Most open sockets of one address; 0 lifts the limit. */
  openMax: number;
  open: OpenSockets;
  /** Whether the event loop has hardly a moment to spare. */
  isSaturated: () => boolean;
  /** Told of the first refusal in a row of an address, with the setting that it is for. */
  onLimit: (limitKey: string, setting: string) => void;
};

/**
 * Decides who may open a socket: blocks (R7), new and open sockets per address (R2), load, and not while draining. Counts the
 * clients that were let in and whose first join has not arrived yet: when more come than can be served, this queue grows long
 * before the event loop is late, because their joins wait in the buffers of the system.
 */
export class AdmissionDesk {
  readonly #ports: AdmissionPorts;
  readonly #refusedInARow = new Map<string, number>();
  /** How many were told since the last sweep, and when that was. */
  #told = 0;
  /** The queue of newcomers, with the time of their admission. */
  readonly #waiting = new Map<Admission, number>();
  #settled = 0;
  #settledPerSecond = 0;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
  }

  /** A client that is welcome holds a place from now on, until `closed`: of many that come at once no more get in. */
  decide(ip: string): Soon<Admission> {
    const { limits, open, openMax } = this.#ports;
    const limitKey = limitKeyOf(ip);
    const refusal = this.#refusalBefore(limitKey);
    if (refusal) return this.#turnAway(ip, limitKey, refusal);
    return whenThere(openMax === 0 || open.take(limitKey, openMax), (hasPlace) =>
      whenThere(limits.sockets.consume(limitKey), (verdict) => this.#judge(ip, limitKey, hasPlace, verdict)),
    );
  }

  #judge(ip: string, limitKey: string, hasPlace: boolean, verdict: Verdict): Admission {
    const { counters, open, openMax, clock } = this.#ports;
    if (!hasPlace) {
      counters.limit('sockets-open');
      this.#note(limitKey, 'SOCKETS_PER_ADDRESS');
      // One app too many behind an address is nobody's fault; only asking too often is. When another of its sockets closes is not
      // ours to know.
      const refusal = this.#tooOften(limitKey, verdict);
      return this.#turnAway(ip, limitKey, refusal ?? refuse('rate-limited', { retryAfterMs: this.#spread(FULL_MS) }));
    }
    const refusal = this.#tooOften(limitKey, verdict);
    if (refusal) {
      if (openMax > 0) open.giveBack(limitKey);
      return this.#turnAway(ip, limitKey, refusal);
    }
    this.#refusedInARow.delete(limitKey);
    const welcome: Admission = { at: 'welcome', ip, limitKey, refusal: undefined, holdsPlace: openMax > 0 };
    this.#waiting.set(welcome, clock.now());
    return welcome;
  }

  #turnAway(ip: string, limitKey: string, refusal: Refusal): Admission {
    this.#ports.counters.error(refusal.code);
    const times = (this.#refusedInARow.get(limitKey) ?? 0) + 1;
    this.#refusedInARow.set(limitKey, times);
    this.#told += 1;
    // Several people behind one address may all have to wait.
    const most = refusal.code === 'rate-limited' ? 10 * TOLD_TIMES : TOLD_TIMES;
    const at = times > most || this.#told > TOLD_PER_SECOND ? 'cut' : 'told';
    return { at, ip, limitKey, refusal, holdsPlace: false };
  }

  /** The socket is closed, or never came to be. Closing twice is closing once. */
  closed(admission: Admission): void {
    this.#waiting.delete(admission);
    if (!admission.holdsPlace) return;
    admission.holdsPlace = false;
    this.#ports.open.giveBack(admission.limitKey);
  }

  /** This client waits no more: its first join arrived, or it was turned away. Counts for the pace. */
  leaveQueue(admission: Admission): void {
    if (this.#waiting.delete(admission)) this.#settled += 1;
  }

  /** Begins a new second; called once in each. */
  turnSecond(): void {
    this.#told = 0;
    this.#settledPerSecond = (this.#settledPerSecond + this.#settled) / 2;
    this.#settled = 0;
    const before = this.#ports.clock.now() - GIVEN_UP_MS;
    for (const [admission, since] of this.#waiting) {
      if (since > before) break;
      this.#waiting.delete(admission);
    }
  }

  /** Forgets who was refused; called now and then, so that addresses do not pile up. */
  sweep(): void {
    this.#refusedInARow.clear();
  }

  /** Why nobody of this address may come in now, whatever its limits say. */
  #refusalBefore(limitKey: string): Refusal | undefined {
    const { isDraining, limits, counters } = this.#ports;
    if (isDraining()) return refuse('server-draining', { retryAfterMs: this.#spread(BUSY_MS) });
    // Those who are in come first; the others spread out.
    if (this.#isBusy()) return refuse('server-busy', { retryAfterMs: this.#spread(BUSY_MS) });
    const blockedMs = limits.blocks.remainingMs(limitKey);
    if (blockedMs === 0) return undefined;
    counters.limit('blocked');
    return refuse('blocked', { retryAfterMs: this.#spread(blockedMs) });
  }

  #isBusy(): boolean {
    const { isBusy, isSaturated } = this.#ports;
    // Silent sockets alone must not keep others out: a queue is one only while the server works at it.
    return (
      isBusy() || (this.#waiting.size >= Math.max(WAITING_ALWAYS, WAIT_S * this.#settledPerSecond) && isSaturated())
    );
  }

  #tooOften(limitKey: string, verdict: Verdict): Refusal | undefined {
    const { limits, counters } = this.#ports;
    if (verdict.ok) return undefined;
    counters.limit('sockets');
    this.#note(limitKey, 'SOCKETS_PER_MINUTE');
    if (verdict.isFlood) void limits.blocks.strike(limitKey, 'SOCKETS_PER_MINUTE');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }

  #note(limitKey: string, setting: string): void {
    if (!this.#refusedInARow.has(limitKey)) this.#ports.onLimit(limitKey, setting);
  }

  /** A wait that is not the same for all who are told one: up to twice as long, and at most five seconds longer. */
  #spread(ms: number): number {
    return Math.ceil(ms + (Math.min(ms, SPREAD_MS) * (this.#ports.random(1)[0] ?? 0)) / 256);
  }
}

const TOLD_TIMES = 30;
/** Over all addresses: who is told costs half as much as who is let in. */
const TOLD_PER_SECOND = 100;
/** When a client that was turned away may come again, at the earliest. */
const BUSY_MS = 2_000;
/** When a client of an address that has all its sockets open may come again. */
const FULL_MS = 60_000;
/** This many may always be on their way to a room. */
const WAITING_ALWAYS = 1_000;
/** For how many seconds of joins, at the pace of the last seconds, newcomers may wait. */
const WAIT_S = 3;
/** A newcomer that has not joined anything after this time is not waited for any more. */
const GIVEN_UP_MS = 10_000;
