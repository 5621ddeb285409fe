import type { LinkMessageOf } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import type { Participant } from './participant.ts';

export type SafetyCodesPorts = {
  changed: () => void;
  log: Log;
};

/** The short codes of connections, which two people compare. */
export class SafetyCodes {
  readonly #ports: SafetyCodesPorts;
  readonly #started = new WeakSet<Participant>();

  constructor(ports: SafetyCodesPorts) {
    this.#ports = ports;
  }

  /** The link to that participant is open. Runs once for each. */
  async start(participant: Participant): Promise<void> {
    if (this.#started.has(participant)) return;
    this.#started.add(participant);
    try {
      const step = await participant.peer.session.safety().start();
      if (step) participant.send({ type: 'safety', step });
    } catch (error) {
      this.#ports.log.debug('a pair ended before its safety code began', errorFields(error));
    }
  }

  async handle(participant: Participant, { step }: LinkMessageOf<'safety'>): Promise<void> {
    if (participant.peer.at !== 'confirmed') return;
    const handled = await participant.peer.session.safety().handle(step);
    if (!handled.ok) return;
    const { reply, code } = handled.value;
    if (reply) participant.send({ type: 'safety', step: reply });
    if (code !== null) participant.safetyCode = code;
    this.#ports.changed();
  }
}
