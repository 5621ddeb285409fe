import type { SessionSeat } from './session-seat.ts';

/** Says goodbye to these peers through the server; never resolves while that cannot be reached. */
export function sayBye(seated: SessionSeat | undefined, peerIds: readonly string[]): Promise<unknown> {
  const online = () => seated?.seat.state.at === 'online';
  if (!seated || !online()) return new Promise<never>(() => {});
  return Promise.allSettled(peerIds.map((peerId) => seated.handshakes.seal(peerId, { type: 'bye' }, online)));
}
