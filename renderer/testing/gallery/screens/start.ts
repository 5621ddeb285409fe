import { refuse } from '@parley/shared/protocol';
import type { GalleryScreen } from '../base-state.ts';

export const startScreens = {
  starting: () => ({ start: { at: 'starting', preparing: null } }),
  preparing: () => ({ start: { at: 'starting', preparing: { done: 80_000, total: 200_000 } } }),
  'preparing-uncounted': () => ({ start: { at: 'starting', preparing: { done: 0, total: 0 } } }),
  'preparing-last': () => ({ start: { at: 'starting', preparing: { done: 200_000, total: 200_000 } } }),
  failed: () => ({ start: { at: 'failed', refusal: refuse('history-locked') } }),
  welcome: (base) => ({ screen: { at: 'welcome' }, settings: { ...base.settings, profile: null } }),
} satisfies Record<string, GalleryScreen>;
