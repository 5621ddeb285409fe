import { isLoopbackHost } from '@parley/shared/model';
import { LogIn, ScanLine } from 'lucide-react';
import { useState } from 'react';
import type { JoinAnswers } from '../../stores/actions/invites.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { LobbyReading } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Banner, Refused, TextField } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { ScanDialog } from '../invites/scan-dialog.tsx';
import { AddServerDialog } from '../servers/add-server-dialog.tsx';
import { refusalWithAdvice } from '../servers/server-words.ts';
import { InviteFacts } from './invite-facts.tsx';
import styles from './lobby-screen.module.css';

/** Where an invite is pasted, or where a link leads: no server is asked and nothing is joined before the person says so. */
export function LobbyScreen() {
  const actions = useActions();
  const screen = useApp((state) => state.screen);
  const [answers, setAnswers] = useState<JoinAnswers>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const [open, setOpen] = useState<'none' | 'scan' | 'add-server'>('none');
  if (screen.at !== 'lobby') return null;
  const { invite, reading } = screen;
  const read = 'needsPassphrase' in reading ? reading : null;

  const fillIn = (text: string) => {
    setRefusal(null);
    setAnswers({});
    actions.readInvite(text);
  };
  const readPicture = async (picture: Blob) => {
    const text = await actions.readQrPicture(picture);
    if (text.ok) fillIn(text.value);
    else setRefusal(text.message);
  };
  const join = async (more: JoinAnswers = {}) => {
    setRefusal(null);
    const outcome = await actions.joinByInvite(invite, { ...answers, ...more });
    // These refusals need no second sentence: the lobby asks or says it by itself.
    if (!outcome.ok && !outcome.code.startsWith('access-') && outcome.path !== 'passphrase') {
      setRefusal(read ? refusalWithAdvice(outcome, read.host) : outcome.message);
    }
  };
  const submit = () => {
    if (reading.at === 'server') setOpen('add-server');
    else if (missingIn(reading, answers) === null) void join();
  };

  return (
    <div className={styles.screen}>
      <form
        className={styles.card}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div>
          <h1>Join with a link</h1>
          <p className={styles.lead}>Paste the link that you were sent, or the whole message around it.</p>
        </div>
        <PasteField
          label="Invite link or message"
          value={invite}
          onChange={fillIn}
          onPicture={(picture) => void readPicture(picture)}
          autoFocus
          placeholder="parley://join/…"
          error={reading.at === 'refused' ? reading.refusal.message : null}
        />
        {read || reading.at === 'server' ? null : (
          <Button className={styles.scan} icon={ScanLine} onClick={() => setOpen('scan')}>
            Scan a QR code
          </Button>
        )}
        {/* There from the beginning, so that what comes into it is read out. */}
        <div className={styles.facts} role="status">
          {reading.at === 'server' ? (
            <Banner tone="info">
              This leads to the server <strong>{reading.host}</strong>, not to a room.{' '}
              {reading.known ? 'You know that server already.' : 'You can add it to your servers.'}
            </Banner>
          ) : null}
          {read ? <InviteFacts invite={read} asked={reading.at !== 'ready'} /> : null}
        </div>
        {read?.needsPassphrase ? (
          <TextField
            label="Passphrase of the room"
            type="password"
            value={answers.passphrase ?? ''}
            onChange={(passphrase) => setAnswers({ ...answers, passphrase })}
            hint="Everybody in this room knows it. Ask the person who invited you."
          />
        ) : null}
        {reading.at === 'access' ? <AccessField reading={reading} answers={answers} onChange={setAnswers} /> : null}
        {reading.at === 'unreachable' ? (
          <Banner tone="danger" role="alert">
            {refusalWithAdvice(reading.refusal, reading.host)}
          </Banner>
        ) : null}
        {refusal && reading.at !== 'unreachable' ? <Refused>{refusal}</Refused> : null}
        <div className={styles.actions}>
          <Button look="quiet" onClick={() => actions.goHome()}>
            Cancel
          </Button>
          {reading.at === 'unreachable' && !isLoopbackHost(reading.host) ? (
            <Button onClick={() => void join({ unreached: true })}>Add it, connect later</Button>
          ) : null}
          <Button
            look="primary"
            type="submit"
            icon={LogIn}
            busy={reading.at === 'joining'}
            disabled={reading.at !== 'joining' && missingIn(reading, answers) !== null}
          >
            {wordOf(reading)}
          </Button>
        </div>
      </form>
      {open === 'scan' ? (
        <ScanDialog
          onClose={() => setOpen('none')}
          onFound={(text) => {
            setOpen('none');
            fillIn(text);
          }}
        />
      ) : null}
      {open === 'add-server' ? <AddServerDialog text={invite} onClose={() => setOpen('none')} /> : null}
    </div>
  );
}

type AccessFieldProps = {
  reading: Extract<LobbyReading, { at: 'access' }>;
  answers: JoinAnswers;
  onChange: (answers: JoinAnswers) => void;
};

/** The right that the room's server asks for. */
function AccessField({ reading, answers, onChange }: AccessFieldProps) {
  const { access, host, refusal } = reading;
  if (access === 'password') {
    return (
      <TextField
        label={`Password of the server ${host}`}
        type="password"
        value={answers.password ?? ''}
        onChange={(password) => onChange({ ...answers, password })}
        autoFocus
        hint="This server lets in only people who know its password. Ask the person who invited you or the one who runs the server."
        error={refusal ? (refusal.code === 'access-refused' ? 'The server did not accept it.' : refusal.message) : null}
      />
    );
  }
  return (
    <PasteField
      label={`Your invitation to the server ${host}`}
      value={answers.serverInvite ?? ''}
      onChange={(serverInvite) => onChange({ ...answers, serverInvite })}
      rows={2}
      autoFocus
      placeholder={`parley://server/${host}#…`}
      hint="This server lets in only people with a personal invitation. Ask the person who runs it for one and paste it here."
      error={refusal?.message ?? null}
    />
  );
}

/** The thing that is still missing before 'Join room' makes sense; null when nothing is. */
function missingIn(reading: LobbyReading, { passphrase, password, serverInvite }: JoinAnswers): string | null {
  switch (reading.at) {
    case 'server':
      return reading.known ? 'an invite to a room' : null;
    case 'ready':
    case 'unreachable':
      return reading.needsPassphrase && !passphrase ? 'the passphrase' : null;
    case 'access': {
      if (reading.needsPassphrase && !passphrase) return 'the passphrase';
      return (reading.access === 'password' ? password : serverInvite?.trim()) ? null : 'the right to use the server';
    }
    case 'empty':
    case 'reading':
    case 'refused':
    case 'joining':
      return 'an invite';
  }
}

function wordOf(reading: LobbyReading): string {
  if (reading.at === 'server') return 'Add this server';
  if (reading.at === 'unreachable') return 'Try again';
  return reading.at === 'ready' && reading.known ? 'Open room' : 'Join room';
}
