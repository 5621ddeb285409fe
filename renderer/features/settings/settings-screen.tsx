import type { LucideIcon } from 'lucide-react';
import { Archive, Camera, HardDrive, Info, MonitorSmartphone, Server, ShieldCheck, User } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { SettingsSection } from '../../stores/state.ts';
import { BackupSection } from '../backup/backup-section.tsx';
import { ComputersSection } from '../computers/computers-section.tsx';
import { ServersSection } from '../servers/servers-section.tsx';
import { AboutSection } from './sections/about.tsx';
import { DevicesSection } from './sections/devices.tsx';
import { AppearanceSection, NameSection } from './sections/general.tsx';
import { PrivacySection } from './sections/privacy.tsx';
import { StorageSection } from './sections/storage.tsx';
import styles from './settings-screen.module.css';

const sections: readonly { at: SettingsSection; label: string; icon: LucideIcon }[] = [
  { at: 'general', label: 'You', icon: User },
  { at: 'devices', label: 'Camera and sound', icon: Camera },
  { at: 'servers', label: 'Servers', icon: Server },
  { at: 'privacy', label: 'Privacy', icon: ShieldCheck },
  { at: 'storage', label: 'Storage', icon: HardDrive },
  { at: 'backup', label: 'Backup', icon: Archive },
  { at: 'computers', label: 'Computers', icon: MonitorSmartphone },
  { at: 'about', label: 'About', icon: Info },
];

/** One section of the settings at a time; the list beside it leads to the others. */
export function SettingsScreen() {
  const { openSettings } = useActions();
  const screen = useApp((state) => state.screen);
  if (screen.at !== 'settings') return null;
  return (
    <div className={styles.screen}>
      <div className={styles.content}>
        <div>
          <h1>Settings</h1>
          <nav className={styles.nav} aria-label="Settings">
            {sections.map(({ at, label, icon: Icon }) => (
              <button
                key={at}
                type="button"
                className={styles.navItem}
                aria-current={at === screen.section ? 'page' : undefined}
                onClick={() => openSettings(at)}
              >
                <Icon aria-hidden="true" />
                {label}
              </button>
            ))}
          </nav>
        </div>
        <div className={styles.sections}>{contentOf(screen.section)}</div>
      </div>
    </div>
  );
}

function contentOf(section: SettingsSection): ReactNode {
  switch (section) {
    case 'general':
      return (
        <>
          <NameSection />
          <AppearanceSection />
        </>
      );
    case 'devices':
      return <DevicesSection />;
    case 'servers':
      return <ServersSection />;
    case 'privacy':
      return <PrivacySection />;
    case 'storage':
      return <StorageSection />;
    case 'backup':
      return <BackupSection />;
    case 'computers':
      return <ComputersSection />;
    case 'about':
      return <AboutSection />;
  }
}
