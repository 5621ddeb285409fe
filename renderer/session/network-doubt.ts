import type { NetworkChange } from '@parley/shared/bridge';
import type { Clock } from '@parley/shared/timing';
import type { PeerLink } from '../mesh/peer-link.ts';

/** How long after a network was lost one that is found may take its place, in ms. */
const NETWORK_BACK_MS = 60_000;

/** Doubts the ways to the others when the network of this computer changed. */
export class NetworkDoubt {
  readonly #clock: Clock;
  #lostAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  changed(how: NetworkChange, links: Iterable<Pick<PeerLink, 'state' | 'doubt'>>): void {
    const now = this.#clock.monotonicMs();
    if (how === 'lost') this.#lostAt = now;
    // One more network is of use only where a way is missing.
    const isMissing = now - this.#lostAt < NETWORK_BACK_MS;
    for (const link of links) {
      if (how !== 'found' || isMissing || link.state.at === 'interrupted') link.doubt();
    }
  }
}
