import { type Refusal, refuse } from '@parley/shared/protocol';
import { limitKeyOf } from '../client-address.ts';
import type { Limits } from '../limits/limits.ts';
import type { OpenSockets } from '../limits/open-sockets.ts';
import type { Tally } from '../metrics/tally.ts';

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

export type AdmissionPorts = {
  limits: Limits;
  /** Most open sockets of one address; 0 lifts the limit. */
  openMax: number;
  open: OpenSockets;
  tally: Tally;
  isDraining: () => boolean;
  /** Overloaded, or full: newcomers wait. */
  isBusy: () => boolean;
  random: (sizeBytes: number) => Uint8Array;
};

/** Decides who may open a socket: blocks (R7), new and open sockets per address (R2), load, and not while draining. */
export class AdmissionDesk {
  readonly #ports: AdmissionPorts;
  readonly #refusedInARow = new Map<string, number>();
  /** How many were told since the last sweep, and when that was. */
  #told = 0;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
  }

  /** A client that is welcome holds a place from now on, until `closed`: of many that come at once no more get in. */
  async decide(ip: string): Promise<Admission> {
    const limitKey = limitKeyOf(ip);
    const refusal = await this.#refusalFor(limitKey);
    if (!refusal) {
      this.#refusedInARow.delete(limitKey);
      return { at: 'welcome', ip, limitKey, refusal, holdsPlace: this.#ports.openMax > 0 };
    }
    this.#ports.tally.error(refusal.code);
    const times = (this.#refusedInARow.get(limitKey) ?? 0) + 1;
    this.#refusedInARow.set(limitKey, times);
    this.#told += 1;
    const at = times > TOLD_TIMES || this.#told > TOLD_PER_SECOND ? 'cut' : 'told';
    return { at, ip, limitKey, refusal, holdsPlace: false };
  }

  /** The socket is closed, or never came to be. Closing twice is closing once. */
  closed(admission: Admission): void {
    if (!admission.holdsPlace) return;
    admission.holdsPlace = false;
    this.#ports.open.giveBack(admission.limitKey);
  }

  /** Begins a new second; called once in each. */
  turnSecond(): void {
    this.#told = 0;
  }

  /** Forgets who was refused; called now and then, so that addresses do not pile up. */
  sweep(): void {
    this.#refusedInARow.clear();
  }

  async #refusalFor(limitKey: string): Promise<Refusal | undefined> {
    const { isDraining, isBusy, limits, tally, open, openMax, random } = this.#ports;
    if (isDraining()) return refuse('server-draining');
    // Those who are in come first; the others spread out.
    if (isBusy()) return refuse('server-busy', { retryAfterMs: BUSY_MS + 16 * (random(1)[0] ?? 0) });
    const blockedMs = limits.blocks.remainingMs(limitKey);
    if (blockedMs > 0) {
      tally.limit('blocked');
      return refuse('blocked', { retryAfterMs: blockedMs });
    }
    if (openMax > 0 && !(await open.take(limitKey, openMax))) {
      tally.limit('sockets-open');
      // One app too many behind an address is nobody's fault, and must not get all of them blocked; only asking too often is.
      // When another of its sockets closes is not ours to know, so no time is promised.
      return (await this.#tooOften(limitKey)) ?? refuse('rate-limited');
    }
    const refusal = await this.#tooOften(limitKey);
    if (refusal && openMax > 0) open.giveBack(limitKey);
    return refusal;
  }

  async #tooOften(limitKey: string): Promise<Refusal | undefined> {
    const { limits, tally } = this.#ports;
    const verdict = await limits.sockets.consume(limitKey);
    if (verdict.ok) return undefined;
    tally.limit('sockets');
    void limits.blocks.strike(limitKey);
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
}

const TOLD_TIMES = 30;
/** Over all addresses: who is told costs half as much as who is let in. */
const TOLD_PER_SECOND = 100;
/** When a client that was turned away may come again, at the earliest. */
const BUSY_MS = 2_000;
