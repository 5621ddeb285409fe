import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { SwitchField } from '../../ui/field.tsx';

/** Whether other computers on the network may use this app's own server. */
export function NetworkSwitch() {
  const { allowLan } = useActions();
  const server = useApp((state) => state.server);
  const allowed = useApp((state) => state.settings.hosting.lan);
  const [busy, setBusy] = useState(false);
  const [first, ...more] = server.at === 'running' ? server.lanHosts : [];
  return (
    <SwitchField
      label="Let other computers on my network join"
      checked={allowed}
      onChange={(allow) => {
        if (busy) return;
        setBusy(true);
        void allowLan(allow).finally(() => setBusy(false));
      }}
      hint={
        !allowed
          ? 'Until then nothing on this computer answers the network.'
          : first
            ? `Your invites name ${first.host}${more.length > 0 ? ', or the network that you choose there' : ''}. Calls that run are not interrupted.`
            : 'This computer is on no network at the moment.'
      }
    />
  );
}
