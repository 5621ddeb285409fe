import type { Admission } from './admission.ts';
import type { HandshakeEvents } from './handshake-ports.ts';
import type { Handshakes } from './handshakes.ts';
import type { RoomDoor } from './room-door.ts';
import type { Roster } from './roster.ts';

/** Takes what the handshakes of a room bring to its list of participants. */
export function followHandshakes(
  handshakes: Handshakes,
  { admission, roster, door }: { admission: Admission; roster: Roster; door: RoomDoor },
): void {
  const confirmed = ({ peer, profile, computers }: HandshakeEvents['confirmed']) =>
    void admission.confirmed(peer, profile, computers);
  handshakes.on('confirmed', confirmed);
  handshakes.on('confirmedAgain', confirmed);
  handshakes.on('moved', () => admission.moved(handshakes.confirmed));
  handshakes.on('knocked', (knock) => void door.knocked(knock));
  handshakes.on('waits', (heard) => door.waits(heard));
  handshakes.on('removed', ({ records }) => void door.learn(records));
  handshakes.on('message', ({ peer, message }) => {
    if (message.type === 'bye') roster.remove(peer.peerId, 'left', true);
    else admission.signal(peer, message.signal);
  });
}
