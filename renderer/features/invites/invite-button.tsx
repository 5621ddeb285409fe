import type { Room } from '@parley/shared/model';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { InviteDialog } from './invite-dialog.tsx';

type InviteButtonProps = { room: Room; look?: 'plain' | 'primary'; size?: 'small' | 'medium' | 'large' };

/** Opens the ways to invite people to a room. */
export function InviteButton({ room, look = 'plain', size = 'medium' }: InviteButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={look} size={size} icon={UserPlus} onClick={() => setOpen(true)}>
        Invite people
      </Button>
      {open ? <InviteDialog room={room} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
