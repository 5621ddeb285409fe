import type { Room } from '@parley/shared/model';
import { isLoopbackHost } from '@parley/shared/model';
import { parseInvite } from '@parley/shared/sealing';
import { ArrowLeft, Check, Copy, Link2, MessageSquareText, QrCode as QrIcon } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { inviteSentence, roomInWords } from '../connection-words.ts';
import { useServerName } from '../servers/use-server-name.ts';
import styles from './invite-dialog.module.css';
import { inviteMessage } from './invite-message.ts';
import { InviteNetwork, inviteNaming, networksFor } from './invite-network.tsx';
import { InviteReach } from './invite-reach.tsx';

type Copied = 'link' | 'message';

/** Three ways to hand on a room's invite: as a link, as a message that explains itself, as a QR code. */
export function InviteDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { copyText } = useActions();
  const profile = useApp((state) => state.settings.profile);
  const server = useApp((state) => state.server);
  const usual = useInvite(room);
  const networks = networksFor(usual, server);
  const [network, setNetwork] = useState<string | null>(null);
  const invite = inviteNaming(network, usual, networks);
  const [copied, setCopied] = useState<Copied | null>(null);
  const [code, setCode] = useState(false);
  /** Coming back from the code, the focus goes to the button that led there. */
  const [codeSeen, setCodeSeen] = useState(false);

  useEffect(() => {
    if (copied === null) return undefined;
    const timer = setTimeout(() => setCopied(null), 4_000);
    return () => clearTimeout(timer);
  }, [copied]);

  const message = inviteMessage({
    invite,
    from: profile?.displayName ?? profile?.username ?? null,
    roomName: room.name,
    needsPassphrase: room.needsPassphrase,
  });
  const copy = async (what: Copied) => {
    if (invite === '') return;
    const done = await copyText(what === 'link' ? invite : message);
    setCopied(done.ok ? what : null);
  };
  const parsed = parseInvite(invite);
  const host = parsed.ok ? parsed.value.host : room.host;
  const serverName = useServerName(host);
  const isLocked = useApp(({ reach }) => reach[room.roomId]?.rules.locked === true);
  const isOwn = useApp(({ servers }) => servers.some((one) => one.own && one.host === room.host));

  if (code && invite !== '') {
    return (
      <Dialog title="Scan to join" onClose={onClose}>
        <div className={styles.code}>
          <QrCode text={invite} label={`QR code with the invite to ${roomInWords(room)}`} />
        </div>
        <p className={styles.soft}>
          In Parley on the other computer: <em>Join with a link</em>, then <em>Scan a QR code</em>. Everyone who sees
          this code can use it, also in a shared screen.
        </p>
        <DialogActions>
          <Button icon={ArrowLeft} autoFocus onClick={() => setCode(false)}>
            Other ways
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Invite people to ${roomInWords(room)}`} onClose={onClose}>
      <InviteReach room={room} host={host} />
      {networks.length > 0 ? <InviteNetwork networks={networks} value={host} onChoose={setNetwork} /> : null}
      <ul className={styles.ways} aria-label="Ways to invite">
        <Way icon={<Link2 aria-hidden="true" />} title="Link" text="For somebody who has Parley already.">
          <Button
            look={isLoopbackHost(host) ? 'plain' : 'primary'}
            icon={copied === 'link' ? Check : Copy}
            data-autofocus
            onClick={() => void copy('link')}
          >
            Copy link
          </Button>
        </Way>
        <Way
          icon={<MessageSquareText aria-hidden="true" />}
          title="Message"
          text="For a mail or a chat: says what Parley is and what to do."
        >
          <Button icon={copied === 'message' ? Check : Copy} onClick={() => void copy('message')}>
            Copy message
          </Button>
        </Way>
        <Way icon={<QrIcon aria-hidden="true" />} title="QR code" text="For somebody beside you, or in a video call.">
          <Button
            icon={QrIcon}
            autoFocus={codeSeen}
            onClick={() => {
              setCode(true);
              setCodeSeen(true);
            }}
          >
            Show QR code
          </Button>
        </Way>
      </ul>
      <details className={styles.preview}>
        <summary>Read the message first</summary>
        <pre>{message}</pre>
      </details>
      <p className={styles.soft}>
        {inviteSentence(room.needsPassphrase, isLocked)}{' '}
        {isOwn || isLoopbackHost(host) ? '' : `The server ${serverName} introduces them to you.`}
      </p>
      <p className="visually-hidden" role="status">
        {copied === 'link' ? 'The link was copied' : copied === 'message' ? 'The message was copied' : ''}
      </p>
    </Dialog>
  );
}

type WayProps = { icon: ReactNode; title: string; text: string; children: ReactNode };

function Way({ icon, title, text, children }: WayProps) {
  return (
    <li className={styles.way}>
      <span className={styles.icon}>{icon}</span>
      <span className={styles.text}>
        <strong>{title}</strong>
        <span>{text}</span>
      </span>
      {children}
    </li>
  );
}

/** The room's invite; read again when the app's own server gets another address. */
function useInvite(room: Room): string {
  const { inviteOf } = useActions();
  const server = useApp((state) => state.server);
  const [invite, setInvite] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the invite names the address that the server has now
  useEffect(() => {
    let current = true;
    void inviteOf(room.roomId).then((outcome) => {
      if (current && outcome.ok) setInvite(outcome.value);
    });
    return () => {
      current = false;
    };
  }, [inviteOf, room.roomId, room.host, server]);
  return invite;
}
