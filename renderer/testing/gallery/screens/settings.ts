import type { GalleryScreen } from '../base-state.ts';

export const settingsScreens = {
  settings: () => ({ screen: { at: 'settings', section: 'general' } }),
  'settings-devices': () => ({ screen: { at: 'settings', section: 'devices' } }),
  'settings-privacy': () => ({ screen: { at: 'settings', section: 'privacy' } }),
  'settings-storage': () => ({ screen: { at: 'settings', section: 'storage' } }),
  'settings-about': () => ({ screen: { at: 'settings', section: 'about' } }),
} satisfies Record<string, GalleryScreen>;
