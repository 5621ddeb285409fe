import type { LinkSignal } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import type { Participant } from './participant.ts';
import type { SessionSeat } from './session-seat.ts';

/**
 * Sends a signal by the link itself where that can be relied on, otherwise sealed through the server. While the way of an open link is
 * doubted neither can be: the server may have been lost with it, or long before. It goes by both then; the far end takes it once.
 */
export function sendSignal(
  participant: Participant,
  signal: LinkSignal,
  seated: Pick<SessionSeat, 'seat' | 'handshakes'> | undefined,
  log: Log,
): void {
  const { link, peerId } = participant;
  const isOnline = seated?.seat.state.at === 'online';
  const isOpen = link.state.at === 'open' || link.state.at === 'interrupted';
  const isDoubted = isOpen && link.isDoubted;
  if (isDoubted || (isOpen && (!isOnline || link.state.at === 'open'))) {
    const isSent = participant.send({ type: 'signal', signal });
    if (isSent && !isDoubted) return;
  }
  const wanted = () => link.state.at !== 'closed' && link.state.epoch === signal.epoch;
  seated?.handshakes
    .seal(peerId, { type: 'signal', signal }, wanted)
    // Sealing fails only when the pair is over, and then nobody waits for the signal.
    .catch((error: unknown) => log.debug('a signal was not sealed', errorFields(error)));
}
