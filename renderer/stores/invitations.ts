import type { DeviceId } from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import type { Invitation } from './state.ts';

/** How often one person may invite another: a few times at once, then once in five minutes. */
const RATE = { burst: 3, perSecond: 1 / 300 };
const SHOWN_MAX = 6;
/** No person takes the place of somebody else's invites. */
const SHOWN_OF_PERSON_MAX = 2;
/** People whose rate is remembered; the one who was least active is forgotten first. */
const PEOPLE_MAX = 1_000;

/** How often people invite each other. Counted by person for as long as the app runs, whatever rooms they come and go in. */
export class InviteRates {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #rates = new Map<DeviceId, FixedRate>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** How many milliseconds until one more may be sent to, or taken from, that person; 0 while one may. */
  waitMs(person: DeviceId): number {
    return this.#of(person).waitMs(this.#clock.monotonicMs());
  }

  /** Counts one; false where it is one too many. */
  take(person: DeviceId): boolean {
    return this.#of(person).take(this.#clock.monotonicMs());
  }

  #of(person: DeviceId): FixedRate {
    const rate = this.#rates.get(person) ?? new FixedRate(RATE.burst, RATE.perSecond);
    this.#rates.delete(person);
    this.#rates.set(person, rate);
    const [oldest] = this.#rates.keys();
    if (this.#rates.size > PEOPLE_MAX && oldest !== undefined) this.#rates.delete(oldest);
    return rate;
  }
}

/** Shows that somebody invites this person; the same invite of one person once, and of many the newest. */
export function takeInvitation(store: AppStore, invitation: Invitation): void {
  const isTheirs = ({ person }: Invitation) => person === invitation.person;
  const others = store.getState().invitations.filter((each) => !isTheirs(each) || each.invite !== invitation.invite);
  const kept = new Set(others.filter(isTheirs).slice(1 - SHOWN_OF_PERSON_MAX));
  const shown = others.filter((each) => !isTheirs(each) || kept.has(each));
  store.setState({ invitations: [...shown, invitation].slice(-SHOWN_MAX) });
}
