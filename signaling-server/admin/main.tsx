import './shim.ts';
import '@parley/shared/design/tokens.css';
import '@parley/shared/design/base.css';
import './base.css';
import { createRoot } from 'react-dom/client';
import { Page } from './page.tsx';
import { type AdminClock, createAdminStore } from './store/admin-store.ts';
import { createApi } from './store/api.ts';
import { AdminProvider } from './store/react.tsx';

const element = document.getElementById('page');
if (!element) throw new Error('the document has no place for the page');

const clock: AdminClock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
const api = createApi({
  fetch: (path, init) => fetch(path, init),
  timeout: (afterMs) => AbortSignal.timeout(afterMs),
});
const admin = createAdminStore({ api, clock, storage: sessionStorage });

const noteVisible = () => admin.setVisible(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', noteVisible);
noteVisible();
admin.resume();

createRoot(element).render(
  <AdminProvider admin={admin}>
    <Page />
  </AdminProvider>,
);
