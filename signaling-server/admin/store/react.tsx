import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Admin, AdminState, Overview } from './admin-store.ts';

const AdminContext = createContext<Admin | null>(null);

export function AdminProvider({ admin, children }: { admin: Admin; children: ReactNode }) {
  return <AdminContext value={admin}>{children}</AdminContext>;
}

/** What the page can do. */
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

/** The present time, renewed every second. */
export function useNow(everyMs = 1_000): number {
  const { clock } = useAdmin();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    let cancel = () => {};
    const tick = () => {
      setNow(clock.now());
      cancel = clock.after(everyMs, tick);
    };
    cancel = clock.after(everyMs, tick);
    return () => cancel();
  }, [clock, everyMs]);
  return now;
}
