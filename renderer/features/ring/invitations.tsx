import { DoorOpen } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Invitation } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import styles from './incoming-call.module.css';

/** Invites that came from people over their links. A press leads to the lobby; nothing is joined before it. */
export function Invitations() {
  const invitations = useApp((state) => state.invitations);
  return invitations.map((invitation) => (
    <Card key={`${invitation.person} ${invitation.invite}`} invitation={invitation} />
  ));
}

function Card({ invitation }: { invitation: Invitation }) {
  const { openLobby, dismissInvitation } = useActions();
  const { person, name, roomName, invite } = invitation;
  return (
    <section role="alert" aria-label="Invitation" className={styles.card}>
      <Avatar id={person} name={name} size={44} />
      <div className={styles.text}>
        <strong>
          <bdi>{name}</bdi> invites you to a room
        </strong>
        <bdi>{roomName ?? 'Unnamed room'}</bdi>
      </div>
      <Button look="quiet" onClick={() => dismissInvitation(invitation)}>
        Not now
      </Button>
      <Button
        look="primary"
        icon={DoorOpen}
        onClick={() => {
          dismissInvitation(invitation);
          openLobby(invite);
        }}
      >
        Look at it
      </Button>
    </section>
  );
}
