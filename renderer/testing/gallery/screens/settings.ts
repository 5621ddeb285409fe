import type { GalleryScreen } from '../base-state.ts';

export const settingsScreens = {
  settings: () => ({ screen: { at: 'settings', section: 'general' } }),
  'settings-devices': () => ({ screen: { at: 'settings', section: 'devices' } }),
  'settings-privacy': () => ({ screen: { at: 'settings', section: 'privacy' } }),
  'settings-storage': () => ({ screen: { at: 'settings', section: 'storage' } }),
  'settings-storage-exporting': () => ({
    screen: { at: 'settings', section: 'storage' },
    work: { at: 'running', kind: 'export', done: 21_300, total: 52_000 },
  }),
  'settings-storage-exported': () => ({
    screen: { at: 'settings', section: 'storage' },
    work: {
      at: 'done',
      result: {
        kind: 'export',
        folder: '/home/noor/Documents/Parley export 2026-11-29',
        rooms: 5,
        entries: 52_205,
        files: 213,
        filesMissing: 14,
      },
    },
  }),
  'settings-backup': () => ({ screen: { at: 'settings', section: 'backup' } }),
  'settings-backup-phrase': () => ({ screen: { at: 'settings', section: 'backup' } }),
  'settings-backup-on': (_, nowMs) => ({
    screen: { at: 'settings', section: 'backup' },
    backups: {
      at: 'on',
      folder: '/media/noor/Stick/Parley',
      every: 'day',
      last: { ok: true, at: nowMs - 11_000_000, name: 'Parley 2026-11-29.parley-backup', bytes: 104_200_000 },
    },
  }),
  'welcome-restore': () => ({ screen: { at: 'welcome' } }),
  'settings-about': () => ({ screen: { at: 'settings', section: 'about' } }),
} satisfies Record<string, GalleryScreen>;

export const pressedForSettings = {
  'settings-backup-phrase': ['Set up backups…'],
  'welcome-restore': ['I have a backup'],
} satisfies Partial<Record<keyof typeof settingsScreens, readonly string[]>>;
