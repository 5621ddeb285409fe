import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { SwitchField } from '../../ui/field.tsx';

/** Whether other computers on the network may use this app's own server. */
export function NetworkSwitch() {
  const { allowLan } = useActions();
  const server = useApp((state) => state.server);
  const allowed = useApp((state) => state.settings.hosting.lan);
  const [busy, setBusy] = useState(false);
  const address = server.at === 'running' ? server.lanHosts[0] : undefined;
  return (
    <SwitchField
      label="Let other computers on my network join"
      checked={allowed}
      disabled={busy}
      onChange={(allow) => {
        setBusy(true);
        void allowLan(allow).finally(() => setBusy(false));
      }}
      hint={
        !allowed
          ? 'Until then nothing on this computer answers the network.'
          : address
            ? `Your invites name ${address}. Calls that run are not interrupted.`
            : 'This computer is on no network at the moment.'
      }
    />
  );
}
