import { type EmbeddedServerState, isolated, type Server } from '@parley/shared/model';
import { useEffect } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ServerConnection } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { homeServerOf, type StateWords, serverTitle, serverWords } from '../servers/server-words.ts';
import styles from './home-screen.module.css';

/**
 * The state of the server on which new rooms are made, in words. While it does not answer, nobody is told that it
 * introduces anybody. Pure.
 */
export function homeWords(
  home: Server | undefined,
  embedded: EmbeddedServerState,
  connections: readonly ServerConnection[],
): StateWords {
  if (home === undefined || home.own) {
    switch (embedded.at) {
      case 'running':
        return {
          tone: 'good',
          sentence:
            embedded.lanHosts.length > 0
              ? 'Ready. Others on your network can join you.'
              : 'Ready. When you invite people, Parley asks whether your network may join.',
        };
      case 'starting':
        return { tone: 'waiting', sentence: 'Getting ready…' };
      case 'failed':
        return { tone: 'trouble', sentence: `Your own server does not run: ${embedded.message}` };
      case 'off':
        return { tone: 'off', sentence: 'You can join with a link. To make rooms of your own, add a server.' };
    }
  }
  const title = isolated(serverTitle(home));
  const { tone, sentence } = serverWords(home, embedded, connections);
  if (tone === 'good') return { tone, sentence: `Connected to ${title}, where new rooms are made.` };
  if (tone === 'trouble')
    return { tone, sentence: `New rooms are made on ${title}, which cannot be used now. ${sentence}` };
  return { tone: 'waiting', sentence: `Asking ${title}…` };
}

/** Says it on Home, with a way to the servers where something is wrong. */
export function ServerSentence() {
  const { checkServer, openSettings } = useActions();
  const embedded = useApp((state) => state.server);
  const home = useApp((state) => homeServerOf(state.servers, state.settings.homeServer));
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const connections = rooms
    .filter(({ host }) => host === home?.host)
    .flatMap(({ roomId }) => reach[roomId]?.connection ?? []);
  const { tone, sentence } = homeWords(home, embedded, connections);

  // No room tells how it goes with this server, so it is asked: once each time Home is opened.
  const host = home && !home.own && connections.length === 0 ? home.host : null;
  useEffect(() => {
    if (host !== null) void checkServer(host);
  }, [checkServer, host]);

  return (
    <div className={styles.server}>
      <span className={styles.dot} data-tone={tone} aria-hidden="true" />
      <p role="status">{sentence}</p>
      {tone === 'trouble' || tone === 'off' ? (
        <Button size="small" onClick={() => openSettings('servers')}>
          Servers…
        </Button>
      ) : null}
    </div>
  );
}
