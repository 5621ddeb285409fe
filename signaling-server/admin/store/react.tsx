import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Admin, AdminState, Overview } from './admin-store.ts';

const AdminContext = createContext<Admin | null>(null);

export function AdminProvider({ admin, children }: { admin: Admin; children: ReactNode }) {
  return <AdminContext value={admin}>{children}</AdminContext>;
}

/** The actions of the page. */
export function useAdmin(): Admin {
  const admin = useContext(AdminContext);
  if (!admin) throw new Error('used outside of AdminProvider');
  return admin;
}

export const useAdminState = <T,>(pick: (state: AdminState) => T): T => useStore(useAdmin().store, pick);

/** The last overview; only below the dashboard, where there always is one. */
export function useOverview(): Overview {
  const session = useAdminState((state) => state.session);
  if (session.at !== 'in') throw new Error('there is no overview before signing in');
  return session.overview;
}

/** The present time, as of this rendering; renders again every second. */
export function useNow(everyMs = 1_000): number {
  const { clock } = useAdmin();
  const [, setTurn] = useState(0);
  useEffect(() => {
    let cancel = () => {};
    const tick = () => {
      setTurn((turn) => turn + 1);
      cancel = clock.after(everyMs, tick);
    };
    cancel = clock.after(everyMs, tick);
    return () => cancel();
  }, [clock, everyMs]);
  // Not the time of the last tick: what is counted down may have begun since.
  return clock.now();
}
