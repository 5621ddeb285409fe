import { Theme } from '@parley/shared/model';
import { createStore } from 'zustand/vanilla';
import type { AppPort } from '../../stores/react.tsx';
import type { AppState } from '../../stores/state.ts';
import { baseState } from './base-state.ts';
import { createFakeActions } from './fake-actions.ts';
import { galleryScreens, type ScreenName } from './screens/index.ts';

/** A store that holds one screen, and actions that do just enough to move about in it. */
export function createFakeApp(screen: ScreenName, themeName: string): AppPort {
  const theme = Theme.safeParse(themeName);
  const nowMs = Date.now();
  const base = baseState(theme.success ? theme.data : 'system', nowMs);
  const store = createStore<AppState>(() => ({ ...base, ...galleryScreens[screen](base, nowMs) }));
  return { store, actions: createFakeActions(store) };
}
