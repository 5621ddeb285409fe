import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import settings from '../settings/settings-screen.module.css';
import { AddServerDialog } from './add-server-dialog.tsx';
import { ServerCard } from './server-card.tsx';
import { homeServerOf, serverTitle } from './server-words.ts';
import styles from './servers.module.css';

/** The servers that this computer knows, and where new rooms are made. */
export function ServersSection() {
  const { chooseHomeServer } = useActions();
  const servers = useApp((state) => state.servers);
  const home = useApp((state) => state.settings.homeServer);
  const [adding, setAdding] = useState(false);
  const own = servers.find((server) => server.own);
  const chosen = homeServerOf(servers, home);
  return (
    <>
      <section className={settings.section} aria-labelledby="settings-servers">
        <h2 id="settings-servers">Servers</h2>
        <p className={settings.fact}>
          A server introduces people to each other. Calls and messages go past it, straight between the computers, and
          it cannot read them.
        </p>
        <SelectField
          label="New rooms are made on"
          value={chosen?.host ?? ''}
          options={servers.map((server) => ({ id: server.host, label: serverTitle(server) }))}
          onChange={(host) => void chooseHomeServer(host === own?.host ? null : host)}
          empty="No server yet"
        />
        <Button look="primary" icon={Plus} className={styles.add} onClick={() => setAdding(true)}>
          Add a server
        </Button>
      </section>
      <ul className={styles.list} aria-label="Servers">
        {servers.map((server) => (
          <ServerCard key={server.host} server={server} home={server === chosen} />
        ))}
      </ul>
      {adding ? <AddServerDialog onClose={() => setAdding(false)} /> : null}
    </>
  );
}
