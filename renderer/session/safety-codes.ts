import type { DeviceId, LinkMessageOf } from '@parley/shared/protocol';
import { deviceCode } from '@parley/shared/sealing';
import type { Clock } from '@parley/shared/timing';
import { errorFields, type Log } from '../log.ts';
import type { Participant } from './participant.ts';

export type SafetyCodesPorts = {
  clock: Clock;
  /** Wait before the long code is computed, in ms; it takes thousands of hashes. */
  deviceCodeDelayMs: number;
  ownDevice: () => DeviceId | null;
  changed: () => void;
  log: Log;
};

/** The codes that two people compare: a short one for the connection, a long one for the two devices. */
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
    const { clock, deviceCodeDelayMs, ownDevice, changed, log } = this.#ports;
    try {
      const step = await participant.peer.session.safety().start();
      if (step) participant.send({ type: 'safety', step });
    } catch (error) {
      log.debug('a pair ended before its safety code began', errorFields(error));
      return;
    }
    const own = ownDevice();
    if (own === null) return;
    participant.undoDeviceCode = clock.after(deviceCodeDelayMs, () => {
      void deviceCode(own, participant.deviceId).then((code) => {
        participant.deviceCode = code;
        changed();
      });
    });
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
