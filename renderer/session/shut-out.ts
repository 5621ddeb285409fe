import type { DeviceId } from '@parley/shared/protocol';
import type { Handshakes } from './handshakes.ts';
import type { Roster } from './roster.ts';

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

/** Ends the handshakes with devices that are blocked and have no link, or none yet. */
export function endHandshakes(
  { roster, handshakes }: { roster: Roster; handshakes: Handshakes },
  isBlocked: (deviceId: string) => boolean,
): void {
  for (const peerId of handshakes.peersOf(isBlocked)) roster.remove(peerId, 'blocked', true);
}
