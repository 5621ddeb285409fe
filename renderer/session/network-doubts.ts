import type { NetworkChange } from '@parley/shared/bridge';
import type { Clock } from '@parley/shared/timing';
import type { PeerLink } from '../mesh/peer-link.ts';

/** A network that comes so long after one was lost takes its place. */
const NETWORK_BACK_MS = 60_000;

type Linked = { link: Pick<PeerLink, 'state' | 'doubt'> };

/** Doubts the ways to the others when this computer's networks change. */
export class NetworkDoubts {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #participants: () => readonly Linked[];
  #lostAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs'>, participants: () => readonly Linked[]) {
    this.#clock = clock;
    this.#participants = participants;
  }

  networkChanged(how: NetworkChange): void {
    const now = this.#clock.monotonicMs();
    if (how === 'lost') this.#lostAt = now;
    // One more network is of use only where a way is missing.
    const isMissing = now - this.#lostAt < NETWORK_BACK_MS;
    for (const { link } of this.#participants()) {
      if (how !== 'found' || isMissing || link.state.at === 'interrupted') link.doubt();
    }
  }
}
