import { useActions, useApp } from '../../../stores/react.tsx';
import { SwitchField } from '../../../ui/field.tsx';
import styles from '../settings-screen.module.css';
import { BlockedPeople } from './blocked-people.tsx';
import { RingingSection } from './ringing.tsx';

export function PrivacySection() {
  const { changeSettings } = useActions();
  const privacy = useApp((state) => state.settings.privacy);
  const info = useApp((state) => state.info);
  return (
    <>
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
          hint="Everything goes through a relay, from the moment you turn this on. On a server without a relay you reach nobody then."
        />
        {info?.keysProtectedBy === 'file-permissions' ? (
          <p className={styles.fact}>
            Your keys lie in files that only your user account can read. Other programs of your account could read them
            too.
          </p>
        ) : null}
      </section>
      <RingingSection />
      <BlockedPeople />
    </>
  );
}
