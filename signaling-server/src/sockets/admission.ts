import { type Refusal, refuse } from '@parley/shared/protocol';
import { limitKeyOf } from '../client-address.ts';
import type { Limits } from '../limits/limits.ts';
import type { OpenSockets } from '../limits/open-sockets.ts';
import type { Tally } from '../metrics/tally.ts';

/**
 * welcome: it may come in. told: it is let in just far enough to hear the refusal, because a web page cannot read the
 * answer to a refused upgrade. cut: it has heard enough; the upgrade itself is refused.
 */
export type Admission = { at: 'welcome' | 'told' | 'cut'; ip: string; limitKey: string; refusal: Refusal | undefined };

/** Who may open a socket: blocks (R7), new and open sockets per address (R2), and not while draining. */
export class AdmissionDesk {
  readonly #limits: Limits;
  readonly #openMax: number;
  readonly #tally: Tally;
  readonly #isDraining: () => boolean;
  readonly #isBusy: () => boolean;
  readonly #random: (sizeBytes: number) => Uint8Array;
  readonly #open: OpenSockets;
  readonly #refusedInARow = new Map<string, number>();

  constructor(ports: {
    limits: Limits;
    openMax: number;
    open: OpenSockets;
    tally: Tally;
    isDraining: () => boolean;
    isBusy: () => boolean;
    random: (sizeBytes: number) => Uint8Array;
  }) {
    this.#limits = ports.limits;
    this.#openMax = ports.openMax;
    this.#open = ports.open;
    this.#tally = ports.tally;
    this.#isDraining = ports.isDraining;
    this.#isBusy = ports.isBusy;
    this.#random = ports.random;
  }

  /** Who is welcome has a place from now on, until it is given back with `closed`: of many that come at once no more get in. */
  async decide(ip: string): Promise<Admission> {
    const limitKey = limitKeyOf(ip);
    const refusal = await this.#refusalFor(limitKey);
    if (!refusal) {
      this.#refusedInARow.delete(limitKey);
      return { at: 'welcome', ip, limitKey, refusal };
    }
    this.#tally.error(refusal.code);
    const times = (this.#refusedInARow.get(limitKey) ?? 0) + 1;
    this.#refusedInARow.set(limitKey, times);
    return { at: times > TOLD_TIMES ? 'cut' : 'told', ip, limitKey, refusal };
  }

  /** The socket of one that was welcome is closed, or never came to be. */
  closed(limitKey: string): void {
    if (this.#openMax > 0) this.#open.giveBack(limitKey);
  }

  /** Forgets who was refused; called now and then, so that addresses do not pile up. */
  sweep(): void {
    this.#refusedInARow.clear();
  }

  async #refusalFor(limitKey: string): Promise<Refusal | undefined> {
    if (this.#isDraining()) return refuse('server-draining');
    // Those who are in come first; the others spread out.
    if (this.#isBusy()) return refuse('server-busy', { retryAfterMs: BUSY_MS + 16 * (this.#random(1)[0] ?? 0) });
    const blockedMs = this.#limits.blocks.remainingMs(limitKey);
    if (blockedMs > 0) {
      this.#tally.limit('blocked');
      return refuse('blocked', { retryAfterMs: blockedMs });
    }
    if (this.#openMax > 0 && !(await this.#open.take(limitKey, this.#openMax))) {
      this.#tally.limit('sockets-open');
      // One app too many behind an address is nobody's fault, and must not get all of them blocked; only asking too often is.
      // When another of its sockets closes is not ours to know, so no time is promised.
      return (await this.#tooOften(limitKey)) ?? refuse('rate-limited');
    }
    const refusal = await this.#tooOften(limitKey);
    if (refusal) this.closed(limitKey);
    return refusal;
  }

  async #tooOften(limitKey: string): Promise<Refusal | undefined> {
    const verdict = await this.#limits.sockets.consume(limitKey);
    if (verdict.ok) return undefined;
    this.#tally.limit('sockets');
    void this.#limits.blocks.strike(limitKey);
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
}

const TOLD_TIMES = 30;
/** When who was turned away may come again, at the earliest. */
const BUSY_MS = 2_000;
