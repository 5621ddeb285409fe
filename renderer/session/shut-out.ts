import type { DeviceId } from '@parley/shared/protocol';
import type { Handshakes } from './handshakes.ts';
import type { Roster } from './roster.ts';

/** Asks whether devices are blocked, and remembers those that were turned away for it. */
export class BlockedDevices {
  readonly #isBlocked: (deviceId: string) => boolean;
  readonly #turnedAway = new Set<string>();

  constructor(isBlocked: (deviceId: string) => boolean) {
    this.#isBlocked = isBlocked;
  }

  readonly has = (deviceId: string): boolean => {
    const isBlocked = this.#isBlocked(deviceId);
    if (isBlocked) this.#turnedAway.add(deviceId);
    return isBlocked;
  };

  /** Whether somebody was turned away who would not be any more. They are met again only under a fresh hello of this device. */
  get isOutdated(): boolean {
    return [...this.#turnedAway].some((deviceId) => !this.#isBlocked(deviceId));
  }
}

/**
 * Ends the links to devices that are blocked, or that the rules of the room keep out, at once; a handshake with one of them that is under way gets no more answers. To them it looks as if this device had left.
 */
export function shutOut(
  { roster, handshakes, isOnline }: { roster: Roster; handshakes: Handshakes | undefined; isOnline: () => boolean },
  isBlocked: (deviceId: DeviceId) => boolean,
): void {
  for (const participant of roster.all.filter(({ deviceId }) => isBlocked(deviceId))) {
    const { peerId } = participant;
    participant.send({ type: 'bye', why: 'left' });
    roster.remove(peerId, 'blocked', false);
    const end = () => roster.remove(peerId, 'blocked', true);
    // The goodbye is the last word that is sealed for them.
    if (handshakes && isOnline()) void handshakes.seal(peerId, { type: 'bye' }, isOnline).then(end, end);
    else end();
  }
}
