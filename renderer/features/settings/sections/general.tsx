import type { Theme } from '@parley/shared/model';
import { useState } from 'react';
import { useActions, useApp } from '../../../stores/react.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import styles from '../settings-screen.module.css';

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'Like the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
];

export function NameSection() {
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

export function AppearanceSection() {
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
