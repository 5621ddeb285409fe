import { isLoopbackHost, isPrivateHost } from '@parley/shared/model';
import { ShieldCheck } from 'lucide-react';
import { useApp } from '../../stores/react.tsx';
import type { InviteRead } from '../../stores/state.ts';
import { Banner } from '../../ui/field.tsx';
import { serverTitle } from '../servers/server-words.ts';
import styles from './lobby-screen.module.css';

/** The facts of an invite, before anybody was asked: which server, what that learns, what protects the room. */
export function InviteFacts({ invite, asked }: { invite: InviteRead; asked: boolean }) {
  const server = useApp((state) => state.servers.find(({ host }) => host === invite.host));
  if (invite.known) {
    return (
      <p className={styles.fact}>
        <ShieldCheck aria-hidden="true" />
        <span>You are in this room already.</span>
      </p>
    );
  }
  const name = server ? serverTitle(server) : invite.host;
  return (
    <>
      <div className={styles.fact}>
        <ShieldCheck aria-hidden="true" />
        <div>
          <p>
            This leads to a room on{' '}
            <strong>
              <bdi>{isLoopbackHost(invite.host) && !server ? 'the computer it was made on' : name}</bdi>
            </strong>
            {server && !server.own && server.name ? ` (${server.host})` : ''}. Your camera and microphone stay off.
          </p>
          {invite.server === 'new' && !isLoopbackHost(invite.host) ? (
            <p className={styles.learns}>
              You have not used this server before
              {isPrivateHost(invite.host) ? '; it is a computer in your network' : ''}. When you join, it learns the
              address of your computer and when you are in the room. It cannot read what is said, unless the room is on
              its list without a passphrase. {asked ? '' : 'Nothing was asked of it yet.'}
            </p>
          ) : null}
        </div>
      </div>
      {isLoopbackHost(invite.host) ? (
        <Banner tone="warning">
          This invite works only on the computer it was made on. If that is another one, ask for a new invite: there,
          “Invite people”, then “Let them join”.
        </Banner>
      ) : null}
    </>
  );
}
