import { createContext, type ReactNode, use, useMemo } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import { type Log, type Logs, noLog } from '../log.ts';
import type { Actions } from './actions/actions.ts';
import type { AppState } from './state.ts';

export type { Log } from '../log.ts';

/** The app as the screens see it: the state to read and the things a person can do. */
export type AppPort = { store: StoreApi<AppState>; actions: Actions; log?: Logs };

const AppContext = createContext<AppPort | null>(null);

export function AppProvider({ app, children }: { app: AppPort; children: ReactNode }) {
  return <AppContext value={app}>{children}</AppContext>;
}

function usePort(): AppPort {
  const app = use(AppContext);
  if (!app) throw new Error('AppProvider is missing');
  return app;
}

/** Reads a part of the state; renders again when that part changes. `pick` must not build new objects. */
export const useApp = <T,>(pick: (state: AppState) => T): T => useStore(usePort().store, pick);

export const useActions = (): Actions => usePort().actions;

/** The log of the screens. */
export const useLog = (): Log => {
  const { log } = usePort();
  return useMemo(() => log?.area('screens') ?? noLog, [log]);
};
