import { refuse } from '@parley/shared/protocol';
import type { GalleryScreen } from '../base-state.ts';

export const startScreens = {
  starting: () => ({ start: { at: 'starting' } }),
  failed: () => ({ start: { at: 'failed', refusal: refuse('history-locked') } }),
  welcome: (base) => ({ screen: { at: 'welcome' }, settings: { ...base.settings, profile: null } }),
} satisfies Record<string, GalleryScreen>;
