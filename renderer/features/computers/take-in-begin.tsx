import type { EmbeddedServerState, Server, ServerHost } from '@parley/shared/model';
import { Network, QrCode as QrIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { DialogActions } from '../../ui/dialog.tsx';
import { Banner, Refused, SelectField } from '../../ui/field.tsx';
import { serverNameOf } from '../servers/server-words.ts';
import styles from './computers.module.css';

/** The servers on which both can meet: the usual one first. Pure. */
export function meetingPlaces(
  servers: readonly Server[],
  server: EmbeddedServerState,
  homeServer: ServerHost | null,
): readonly ServerHost[] {
  const others = servers.filter(({ own, right }) => !own && right.at !== 'lost').map(({ host }) => host);
  const own = server.at === 'running' ? [server.lanHosts[0]?.host ?? server.host] : [];
  return [...others.filter((host) => host === homeServer), ...others.filter((host) => host !== homeServer), ...own];
}

/** Before there is a code: where both computers meet. */
export function TakeInBegin({ onClose }: { onClose: () => void }) {
  const { startTakingIn, allowLan } = useActions();
  const servers = useApp((state) => state.servers);
  const server = useApp((state) => state.server);
  const homeServer = useApp((state) => state.settings.homeServer);
  const lan = useApp((state) => state.settings.hosting.lan);
  const places = meetingPlaces(servers, server, homeServer);
  const [chosen, setChosen] = useState<ServerHost | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const first = useRef<HTMLButtonElement>(null);
  // Also where a step before led back here.
  useEffect(() => first.current?.focus(), []);
  const host = places.find((each) => each === chosen) ?? places[0];
  const isHere = (each: ServerHost) =>
    server.at === 'running' && [server, ...server.lanHosts].some((one) => one.host === each);
  const isOwn = host !== undefined && isHere(host);

  const begin = async () => {
    if (host === undefined) return;
    setBusy(true);
    const begun = await startTakingIn(host);
    if (!begun.ok) setError(begun.message);
    setBusy(false);
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <p>
        Open Parley on the other computer, where it must be new, and choose <em>I use Parley on another computer</em>.
        Keep this one open until it has everything.
      </p>
      {places.length > 1 ? (
        <SelectField
          label="Server where both meet"
          value={host ?? ''}
          onChange={(value) => setChosen(places.find((each) => each === value) ?? null)}
          empty=""
          options={places.map((each) => ({
            id: each,
            label: isHere(each) ? 'This computer, in its own network' : serverNameOf(servers, each),
          }))}
        />
      ) : null}
      {isOwn && !lan ? (
        <Banner
          tone="warning"
          title="May other computers on this network come in?"
          action={
            <Button icon={Network} onClick={() => void allowLan(true)}>
              Let them in
            </Button>
          }
        >
          Until then only this computer itself reaches its server.
        </Banner>
      ) : null}
      {host === undefined ? (
        <Banner tone="warning">
          There is no server here on which two computers could meet. Add one in Settings, under Servers.
        </Banner>
      ) : null}
      {error ? <Refused>{error}</Refused> : null}
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button
          ref={first}
          look="primary"
          type="submit"
          icon={QrIcon}
          busy={busy}
          disabled={host === undefined}
          data-autofocus
        >
          Make a code
        </Button>
      </DialogActions>
    </form>
  );
}
