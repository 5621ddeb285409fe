import { DoorClosed, DoorOpen } from 'lucide-react';
import { useState } from 'react';
import { useAdmin, useOverview } from '../store/react.tsx';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { formatCount } from '../words.ts';

/** Sends clients elsewhere after a question, and takes them again without one: nothing is lost by that. */
export function Drain() {
  const admin = useAdmin();
  const { draining, health } = useOverview();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);

  const takeBack = async () => {
    setBusy(true);
    await admin.drain(false);
    setBusy(false);
  };
  const clients = health.connections;

  return (
    <>
      {draining ? (
        <Button look="primary" icon={DoorOpen} busy={busy} onClick={() => void takeBack()}>
          Take clients again
        </Button>
      ) : (
        <Button icon={DoorClosed} onClick={() => setAsking(true)}>
          Drain…
        </Button>
      )}
      {asking ? (
        <Confirm
          title="Drain this server?"
          action="Drain"
          look="danger"
          onConfirm={() => admin.drain(true)}
          onClose={() => setAsking(false)}
        >
          <p>
            {clients === 0
              ? 'Nobody is connected now. From then on:'
              : clients === 1
                ? 'One client is connected. From then on:'
                : `${formatCount(clients)} clients are connected. From then on:`}
          </p>
          <ul>
            <li>Clients are told to leave and to come back by themselves, to another server where there is one.</li>
            <li>
              New clients are refused, and <code>/health/ready</code> says so to whatever balances the load.
            </li>
            <li>Calls that run go on: sound and picture do not pass through this server.</li>
          </ul>
          <p>You can take clients again at any time.</p>
        </Confirm>
      ) : null}
    </>
  );
}
