import type { LinkSignal } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import type { Participant } from './participant.ts';
import type { SessionSeat } from './session-seat.ts';

/** Sends a signal by the link itself where that is possible, otherwise sealed through the server. */
export function sendSignal(
  participant: Participant,
  signal: LinkSignal,
  seated: Pick<SessionSeat, 'seat' | 'handshakes'> | undefined,
  log: Log,
): void {
  const { link, peerId } = participant;
  const online = seated?.seat.state.at === 'online';
  if (link.state.at === 'open' || (link.state.at === 'interrupted' && !online)) {
    if (participant.send({ type: 'signal', signal })) return;
  }
  const wanted = () => link.state.at !== 'closed' && link.state.epoch === signal.epoch;
  seated?.handshakes
    .seal(peerId, { type: 'signal', signal }, wanted)
    // Sealing fails only when the pair is over, and then nobody waits for the signal.
    .catch((error: unknown) => log.debug('a signal was not sealed', errorFields(error)));
}
