import { useState } from 'react';
import { useActions, useApp } from '../../../stores/react.tsx';
import { SwitchField } from '../../../ui/field.tsx';
import styles from '../settings-screen.module.css';

export function NetworkSection() {
  const { allowLan } = useActions();
  const server = useApp((state) => state.server);
  const allowed = useApp((state) => state.settings.hosting.lan);
  const [busy, setBusy] = useState(false);
  const address = server.at === 'running' ? server.lanHosts[0] : undefined;
  return (
    <section className={styles.section} aria-labelledby="settings-network">
      <h2 id="settings-network">Network</h2>
      <SwitchField
        label="Let other computers on my network join"
        checked={allowed}
        disabled={busy}
        onChange={(allow) => {
          setBusy(true);
          void allowLan(allow).finally(() => setBusy(false));
        }}
        hint={
          server.at === 'failed'
            ? server.message
            : allowed
              ? address
                ? `Your invites name ${address}. Calls that run are not interrupted.`
                : 'This computer is on no network at the moment.'
              : 'Until then nothing on this computer answers the network.'
        }
      />
    </section>
  );
}
