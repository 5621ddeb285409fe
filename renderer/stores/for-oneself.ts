import type { DeviceId } from '@parley/shared/protocol';

/** How this person hears and sees somebody, decided here alone. Nobody is told, and it is over when the app closes. */
export type ForOneself = {
  /** Of the voice, 0 to 1. */
  volume: number;
  /** Of the sound that comes with a shared screen, 0 to 1. */
  screenVolume: number;
  /** The voice is not heard here. */
  mutedHere: boolean;
  /** The camera's picture is not shown here, and therefore not sent. */
  hiddenHere: boolean;
};

const USUAL: ForOneself = { volume: 1, screenVolume: 1, mutedHere: false, hiddenHere: false };
const withinRange = (volume: number): number => Math.min(1, Math.max(0, volume));

/** What is kept of each device for as long as the app runs. */
export class KeptForOneself {
  readonly #kept = new Map<DeviceId, ForOneself>();

  of(deviceId: DeviceId): ForOneself {
    return this.#kept.get(deviceId) ?? USUAL;
  }

  change(deviceId: DeviceId, change: Partial<ForOneself>): void {
    const { volume, screenVolume, ...rest } = { ...this.of(deviceId), ...change };
    // A person who turns a voice up wants to hear it.
    const isTurnedUp = change.volume !== undefined && change.volume > 0;
    this.#kept.set(deviceId, {
      ...rest,
      volume: withinRange(volume),
      screenVolume: withinRange(screenVolume),
      mutedHere: isTurnedUp ? false : rest.mutedHere,
    });
  }
}

/** How loud the voice of somebody is played, 0 to 1. */
export const voiceVolume = ({ volume, mutedHere }: Pick<ForOneself, 'volume' | 'mutedHere'>): number =>
  mutedHere ? 0 : volume;
