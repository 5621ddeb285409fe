import type { Theme } from '@parley/shared/model';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField, SwitchField, TextField } from '../../ui/field.tsx';
import styles from './settings-screen.module.css';

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'Like the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
];

export function SettingsScreen() {
  return (
    <div className={styles.screen}>
      <div className={styles.content}>
        <h1>Settings</h1>
        <NameSection />
        <AppearanceSection />
        <DevicesSection />
        <NetworkSection />
        <PrivacySection />
        <AboutSection />
      </div>
    </div>
  );
}

function NameSection() {
  const { setName } = useActions();
  const profile = useApp((state) => state.settings.profile);
  const known = profile?.displayName ?? profile?.username ?? '';
  const [name, setTyped] = useState(known);
  const [error, setError] = useState<string | null>(null);
  const submit = async () => {
    const outcome = await setName(name.trim());
    setError(outcome.ok ? null : outcome.message);
  };
  return (
    <section className={styles.section} aria-labelledby="settings-name">
      <h2 id="settings-name">You</h2>
      <form
        className={styles.inline}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label="Your name" value={name} onChange={setTyped} maxLength={64} error={error} />
        <Button type="submit" disabled={name.trim() === known || name.trim() === ''}>
          Save name
        </Button>
      </form>
    </section>
  );
}

function AppearanceSection() {
  const { changeSettings } = useActions();
  const theme = useApp((state) => state.settings.appearance.theme);
  return (
    <section className={styles.section}>
      <div role="radiogroup" aria-label="Appearance">
        <h2>Appearance</h2>
        <div className={styles.themes}>
          {themes.map(({ value, label }) => (
            <label key={value} className={styles.theme}>
              <input
                type="radio"
                name="theme"
                value={value}
                checked={theme === value}
                onChange={() => void changeSettings({ appearance: { theme: value } })}
              />
              <span className={styles.swatch} data-swatch={value} aria-hidden="true" />
              {label}
            </label>
          ))}
        </div>
      </div>
    </section>
  );
}

function DevicesSection() {
  const actions = useActions();
  const devices = useApp((state) => state.devices);
  const chosen = useApp((state) => state.settings.devices);
  return (
    <section className={styles.section} aria-labelledby="settings-devices">
      <h2 id="settings-devices">Camera and sound</h2>
      <div className={styles.grid}>
        <SelectField
          label="Camera device"
          value={chosen.cameraId ?? ''}
          options={devices.cameras}
          onChange={(id) => actions.chooseCamera(id)}
          empty="No camera found yet"
        />
        <SelectField
          label="Microphone device"
          value={chosen.microphoneId ?? ''}
          options={devices.microphones}
          onChange={(id) => actions.chooseMicrophone(id)}
          empty="No microphone found yet"
        />
        <SelectField
          label="Speaker device"
          value={chosen.speakerId ?? ''}
          options={devices.speakers}
          onChange={(id) => actions.chooseSpeaker(id)}
          empty="The usual speaker"
        />
      </div>
      <SwitchField
        label="Join muted"
        checked={chosen.startMuted}
        onChange={(startMuted) => void actions.changeSettings({ devices: { startMuted } })}
      />
      <SwitchField
        label="Join with the camera off"
        checked={chosen.startCameraOff}
        onChange={(startCameraOff) => void actions.changeSettings({ devices: { startCameraOff } })}
      />
    </section>
  );
}

function NetworkSection() {
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

function PrivacySection() {
  const { changeSettings } = useActions();
  const privacy = useApp((state) => state.settings.privacy);
  const info = useApp((state) => state.info);
  return (
    <section className={styles.section} aria-labelledby="settings-privacy">
      <h2 id="settings-privacy">Privacy</h2>
      <SwitchField
        label="Tell others when I have read their messages"
        checked={privacy.readReceipts}
        onChange={(readReceipts) => void changeSettings({ privacy: { readReceipts } })}
      />
      <SwitchField
        label="Hide my address from the others"
        checked={privacy.relayOnly}
        onChange={(relayOnly) => void changeSettings({ privacy: { relayOnly } })}
        hint="Calls go through a relay, which needs a server that offers one. Holds for new connections."
      />
      {info?.keysProtectedBy === 'file-permissions' ? (
        <p className={styles.fact}>
          Your keys lie in files that only your user account can read. Other programs of your account could read them
          too.
        </p>
      ) : null}
    </section>
  );
}

function AboutSection() {
  const info = useApp((state) => state.info);
  if (!info) return null;
  return (
    <section className={styles.section} aria-labelledby="settings-about">
      <h2 id="settings-about">About</h2>
      <p className={styles.fact}>
        Parley {info.version}, {info.host === 'electron' ? 'as an installed app' : 'in a browser window'} on{' '}
        {info.platform}.
      </p>
    </section>
  );
}
