import type { Server } from '@parley/shared/model';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { refusalWithAdvice, serverTitle } from './server-words.ts';
import styles from './servers.module.css';

/** The way back to a server whose right was refused, has ended or was taken back. */
export function RightForm({ server, onDone }: { server: Server; onDone?: () => void }) {
  const { authorizeServer } = useActions();
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (server.right.at !== 'lost') return null;
  const byPassword = server.right.kind === 'password';

  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const outcome = await authorizeServer(server.host, byPassword ? { password: text } : { text });
    setBusy(false);
    if (!outcome.ok) return setError(refusalWithAdvice(outcome, server.host));
    setText('');
    onDone?.();
  };
  const change = (typed: string) => {
    setText(typed);
    setError(null);
  };

  return (
    <form
      className={styles.right}
      aria-label={`Get into ${serverTitle(server)} again`}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {byPassword ? (
        <TextField label="New password" type="password" value={text} onChange={change} error={error} />
      ) : (
        <PasteField
          label="New invitation to this server"
          value={text}
          onChange={change}
          rows={2}
          placeholder={`parley://server/${server.host}#…`}
          error={error}
        />
      )}
      <Button look="primary" type="submit" icon={KeyRound} busy={busy} disabled={text.trim() === ''}>
        {byPassword ? 'Use this password' : 'Use this invitation'}
      </Button>
    </form>
  );
}
