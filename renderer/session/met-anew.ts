import type { OwnHello } from '@parley/shared/sealing';
import { errorFields, type Log } from '../log.ts';

/** How often one stay of somebody is met anew: their app opens only so many hellos of one seat. */
const TIMES_MAX = 3;

export type MetAnewPorts = {
  first: OwnHello;
  /** Signs another hello of this run of the app. Rejects with what the core refuses. */
  freshHello(): Promise<OwnHello>;
  log: Log;
};

/**
 * Which hello of this device each peer is met under. The first one, for all but those whose stay was over: the keys of one pair of hellos are
 * never derived twice, because counters would start again, so they get a hello of their own. Nobody else hears it.
 */
export class MetAnew {
  readonly #ports: MetAnewPorts;
  readonly #fresh = new Map<string, { own: OwnHello; times: number }>();
  #isWornOut = false;

  constructor(ports: MetAnewPorts) {
    this.#ports = ports;
  }

  /** Whether somebody can be met only by a fresh session. */
  get isWornOut(): boolean {
    return this.#isWornOut;
  }

  ownFor(peerId: string): OwnHello {
    return this.#fresh.get(peerId)?.own ?? this.#ports.first;
  }

  /** Gives peers whose stay was over a fresh hello. Resolves with those that may be met under it. */
  async renew(peerIds: readonly string[]): Promise<ReadonlySet<string>> {
    const timesOf = (peerId: string) => this.#fresh.get(peerId)?.times ?? 0;
    const renewed = peerIds.filter((peerId) => timesOf(peerId) < TIMES_MAX);
    if (renewed.length < peerIds.length) this.#isWornOut = true;
    if (renewed.length === 0) return new Set();
    try {
      const own = await this.#ports.freshHello();
      for (const peerId of renewed) this.#fresh.set(peerId, { own, times: timesOf(peerId) + 1 });
      return new Set(renewed);
    } catch (error) {
      this.#ports.log.warn('somebody could not be met anew', errorFields(error));
      this.#isWornOut = true;
      return new Set();
    }
  }
}
