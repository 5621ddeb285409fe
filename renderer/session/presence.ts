import type { Profile } from '@parley/shared/model';
import type { CallPresence, LinkMessageOf } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { oncePerTurn } from './once-per-turn.ts';
import { PRESENCE_RATE } from './session-policy.ts';
import { Throttle } from './throttle.ts';

export type PresencePorts = {
  clock: Clock;
  profile: () => Profile;
  call: () => CallPresence | null;
  /** Whether the person is in a call somewhere else. */
  busy: () => boolean;
  broadcast: (presence: LinkMessageOf<'presence'>) => void;
};

/** The presence of this device. */
export class Presence {
  readonly #ports: PresencePorts;
  readonly #publishing: Throttle;
  #closed = false;

  constructor(ports: PresencePorts) {
    this.#ports = ports;
    this.#publishing = new Throttle(ports.clock, PRESENCE_RATE, () => ports.broadcast(this.message()));
  }

  /** Tells the others soon; many changes of one turn are told once. */
  readonly publish: () => void = oncePerTurn(() => this.publishNow());

  /** Tells the others before anything else of this turn happens: the page may be busy for long with what it is to show next. */
  publishNow(): void {
    if (!this.#closed) this.#publishing.request();
  }

  message(): LinkMessageOf<'presence'> {
    const { profile, call, busy } = this.#ports;
    return { type: 'presence', profile: profile(), call: call(), ...(busy() ? { busy: true } : {}) };
  }

  close(): void {
    this.#closed = true;
    this.#publishing.close();
  }
}
