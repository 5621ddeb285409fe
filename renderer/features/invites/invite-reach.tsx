import type { EmbeddedServerState, Room } from '@parley/shared/model';
import { isLoopbackHost } from '@parley/shared/model';
import { Network } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/field.tsx';
import styles from './invite-dialog.module.css';

/** Which computers an invite works on. */
export type Reach = 'anywhere' | 'network' | 'ask' | 'opening' | 'no-network' | 'here' | 'failed';

/** Pure. `allowed`: the person lets the network use the app's own server, `server`. `others`: the hosts of the other servers. */
export function reachOf(
  host: string,
  server: EmbeddedServerState,
  allowed: boolean,
  others: readonly string[] = [],
): Reach {
  const own = server.at === 'running' && [server, ...server.lanHosts].some((one) => one.host === host);
  if (!own && !isLoopbackHost(host)) return 'anywhere';
  if (others.includes(host)) return 'here';
  if (server.at === 'off') return 'here';
  if (server.at === 'failed') return 'failed';
  if (server.at === 'running' && server.lanHosts.some((lan) => lan.host === host)) return 'network';
  if (!allowed) return 'ask';
  return server.at === 'running' && server.lanHosts.length === 0 ? 'no-network' : 'opening';
}

/** Says which computers can use the invite, and lets the network in where that is missing. */
export function InviteReach({ room, host }: { room: Room; host: string }) {
  const { allowLan, openSettings } = useActions();
  const server = useApp((state) => state.server);
  const allowed = useApp((state) => state.settings.hosting.lan);
  const [asked, setAsked] = useState(false);
  const servers = useApp((state) => state.servers);
  const others = servers.filter(({ own }) => !own).map((one) => one.host);
  const reach = reachOf(host, server, allowed, others);
  const toServers = (
    <Button size="small" onClick={() => openSettings('servers')}>
      Servers…
    </Button>
  );

  switch (reach) {
    case 'anywhere':
      return null;
    case 'network':
      return (
        <Banner tone="info" role="status" action={toServers}>
          Computers on this network can join, as long as Parley is open here. For people elsewhere, make a room on a
          server that they can reach.
        </Banner>
      );
    case 'ask':
      return (
        <Banner
          tone="warning"
          title="May other computers on this network join?"
          action={
            <Button
              look="primary"
              icon={Network}
              busy={asked}
              onClick={() => {
                setAsked(true);
                void allowLan(true).finally(() => setAsked(false));
              }}
            >
              Let them join
            </Button>
          }
        >
          <p className={styles.reach}>
            Until then the invite works on this computer only, and nothing here answers the network.
            {room.needsPassphrase ? '' : ' They still need the invite to come in.'}
          </p>
        </Banner>
      );
    case 'here':
      return (
        <Banner tone="warning" role="status" action={toServers}>
          This invite names this computer, so it works here only. For other people, make a room on a server that they
          can reach.
        </Banner>
      );
    case 'opening':
      return (
        <Banner tone="info" role="status">
          Opening this computer for the network… The invite gets its new address in a moment.
        </Banner>
      );
    case 'no-network':
      return (
        <Banner tone="warning" role="status" action={toServers}>
          This computer is on no network at the moment, so the invite works here only. Connect it to the network of the
          others, or make a room on a server.
        </Banner>
      );
    case 'failed':
      return (
        <Banner tone="danger" role="alert" action={toServers}>
          The server of this computer does not run, so nobody can join yet.{' '}
          {server.at === 'failed' ? server.message : ''}
        </Banner>
      );
  }
}
