import type { Bridge } from '@parley/shared/bridge';
import { type ComputerList, isolated, nameOf, type PeerStanding, type Profile } from '@parley/shared/model';
import type { DeviceId, Outcome } from '@parley/shared/protocol';
import type { Participant } from './participant.ts';
import type { SessionNotice } from './session-state.ts';

export type PeerNamesPorts = {
  bridge: Bridge;
  notice: (notice: SessionNotice) => void;
  /** The shown state changed. */
  shown: () => void;
  /** Whether media may go to a participant changed. */
  standingChanged: () => void;
};

/** The names that peers say, as the core keeps them with their devices. */
export class PeerNames {
  readonly #ports: PeerNamesPorts;

  constructor(ports: PeerNamesPorts) {
    this.#ports = ports;
  }

  /** Tells the core about a device; it says how that device stands to names that are known. */
  meet(deviceId: DeviceId, profile: Profile, computers?: ComputerList): Promise<Outcome<PeerStanding>> {
    return this.#ports.bridge.call('peers.meet', { deviceId, profile, ...(computers ? { computers } : {}) });
  }

  /** Asks again how a participant stands: whose computer it is has changed. */
  async renew(participant: Participant): Promise<void> {
    this.#took(participant, await this.meet(participant.deviceId, participant.profile));
  }

  /** A participant says its name; it is taken over at a limited rate. */
  said(participant: Participant, profile: Profile): void {
    participant.saidProfile = profile;
    participant.naming?.request();
  }

  /** Takes over the name that a participant said last. */
  async take(participant: Participant): Promise<void> {
    const profile = participant.saidProfile;
    const { username, displayName } = participant.profile;
    if (profile.username === username && profile.displayName === displayName) return;
    participant.profile = profile;
    this.#ports.shown();
    this.#took(participant, await this.meet(participant.deviceId, profile));
  }

  #took(participant: Participant, met: Outcome<PeerStanding>): void {
    if (!met.ok) return;
    const { standing, person } = met.value;
    if (standing === 'changed' && participant.standing !== 'changed') this.warnOf(participant.profile);
    participant.standing = standing;
    participant.person = person ?? participant.deviceId;
    this.#ports.standingChanged();
  }

  /** Someone came under, or took, a name that another device has. */
  warnOf(profile: Profile): void {
    this.#ports.notice({
      tone: 'trouble',
      text: `${isolated(nameOf(profile))} was known with another device. Compare the safety code: camera and voice wait for it.`,
      code: 'identity-changed',
    });
  }
}
