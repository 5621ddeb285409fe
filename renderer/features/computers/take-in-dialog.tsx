import type { EmbeddedServerState, Server, ServerHost } from '@parley/shared/model';
import { Check, Copy, Network, QrCode as QrIcon, ShieldCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { FirstSideState } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner, Refused, SelectField } from '../../ui/field.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { WorkProgress } from '../../ui/work-progress.tsx';
import { serverNameOf } from '../servers/server-words.ts';
import styles from './computers.module.css';

/** Takes a new computer in, on the first one: where both meet, the code, the comparison, and what goes over. */
export function TakeInDialog({ onClose }: { onClose: () => void }) {
  const { stopTakingIn } = useActions();
  const takingIn = useApp((state) => state.takingIn);
  useEffect(() => () => stopTakingIn(), [stopTakingIn]);
  return (
    <Dialog title="Use Parley on another computer" onClose={onClose}>
      {takingIn ? <Step code={takingIn.code} now={takingIn.now} onClose={onClose} /> : <Begin onClose={onClose} />}
    </Dialog>
  );
}

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

function Begin({ onClose }: { onClose: () => void }) {
  const { startTakingIn, allowLan } = useActions();
  const servers = useApp((state) => state.servers);
  const server = useApp((state) => state.server);
  const homeServer = useApp((state) => state.settings.homeServer);
  const lan = useApp((state) => state.settings.hosting.lan);
  const places = meetingPlaces(servers, server, homeServer);
  const [chosen, setChosen] = useState<ServerHost | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const host = places.find((each) => each === chosen) ?? places[0];
  const isOwn =
    server.at === 'running' && host !== undefined && [server, ...server.lanHosts].some((one) => one.host === host);

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
            label:
              server.at === 'running' && [server, ...server.lanHosts].some((one) => one.host === each)
                ? 'This computer, in its own network'
                : serverNameOf(servers, each),
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
        <Button look="primary" type="submit" icon={QrIcon} busy={busy} disabled={host === undefined} data-autofocus>
          Make a code
        </Button>
      </DialogActions>
    </form>
  );
}

function Step({ code, now, onClose }: { code: string; now: FirstSideState; onClose: () => void }) {
  const { stopTakingIn } = useActions();
  switch (now.at) {
    case 'waiting':
      return <Code code={code} now={now} onClose={onClose} />;
    case 'comparing':
      return <Compare now={now} onClose={onClose} />;
    case 'giving':
      return (
        <>
          <WorkProgress label="Rooms, keys and settings go over" done={now.done} total={now.total} />
          <DialogActions>
            <Button look="quiet" data-autofocus onClick={onClose}>
              Cancel
            </Button>
          </DialogActions>
        </>
      );
    case 'done':
      return (
        <>
          <Banner tone="info" role="status" title={`${now.name} is one of your computers now`}>
            Your messages go over while Parley is open on both. Received files stay here; each can be fetched there when
            it is needed.
          </Banner>
          <DialogActions>
            <Button look="primary" data-autofocus onClick={onClose}>
              Done
            </Button>
          </DialogActions>
        </>
      );
    case 'failed':
      return (
        <>
          <Refused>{now.refusal.message}</Refused>
          <DialogActions>
            <Button look="quiet" onClick={onClose}>
              Close
            </Button>
            <Button look="primary" data-autofocus onClick={() => stopTakingIn()}>
              Start again
            </Button>
          </DialogActions>
        </>
      );
  }
}

function Code({
  code,
  now,
  onClose,
}: {
  code: string;
  now: Extract<FirstSideState, { at: 'waiting' }>;
  onClose: () => void;
}) {
  const { copyText } = useActions();
  const [copied, setCopied] = useState(false);
  return (
    <>
      <p>Scan this on the other computer, or copy the code and paste it there. It is good for 10 minutes, and once.</p>
      <div className={styles.code}>
        <QrCode text={code} label="QR code for your other computer" />
      </div>
      <p className={styles.link} data-code>
        {code}
      </p>
      {now.trouble ? <Refused>{now.trouble.message}</Refused> : null}
      <p className={styles.soft} role="status">
        {copied ? 'The code was copied. ' : ''}Waiting for the other computer…
      </p>
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button
          icon={copied ? Check : Copy}
          data-autofocus
          onClick={() => void copyText(code).then((done) => setCopied(done.ok))}
        >
          Copy code
        </Button>
      </DialogActions>
    </>
  );
}

function Compare({ now, onClose }: { now: Extract<FirstSideState, { at: 'comparing' }>; onClose: () => void }) {
  const { confirmComputer } = useActions();
  return (
    <>
      <p>
        <bdi>{now.name}</bdi> wants to be one of your computers. Does it show the same number?
      </p>
      <SafetyCode code={now.safetyCode} />
      <p className={styles.soft}>
        Only if the numbers are the same is nobody between the two. Then the other computer gets your rooms with their
        keys, and can read and write everything as you.
      </p>
      <DialogActions>
        <Button look="danger-quiet" onClick={onClose}>
          They differ
        </Button>
        <Button
          look="primary"
          icon={ShieldCheck}
          disabled={now.safetyCode === null}
          data-autofocus
          onClick={() => confirmComputer()}
        >
          They are the same
        </Button>
      </DialogActions>
    </>
  );
}

/** The number that both computers show. */
export function SafetyCode({ code }: { code: string | null }) {
  return (
    <p className={code === null ? `${styles.safety} ${styles.waiting}` : styles.safety} role="status" data-safety-code>
      {code ?? 'Being agreed on…'}
    </p>
  );
}
