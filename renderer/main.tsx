import './shim.ts';
import '@fontsource-variable/inter';
import '@parley/shared/design/tokens.css';
import '@parley/shared/design/base.css';
import './ui/base.css';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from './features/shell/error-boundary.tsx';
import { refuseDrops } from './features/shell/refuse-drops.ts';
import { Shell } from './features/shell/shell.tsx';
import { OtherWindowScreen } from './features/start/other-window-screen.tsx';
import { errorFields, logUncaught } from './log.ts';
import { openPageLock } from './page-lock.ts';
import { type App, createApp } from './stores/app.ts';
import { browserPorts } from './stores/browser-ports.ts';
import { AppProvider } from './stores/react.tsx';
import { TooltipProvider } from './ui/tooltip.tsx';

const element = document.getElementById('app');
if (!element) throw new Error('the page has no place for the app');

const ports = browserPorts(window);
const log = ports.log.area('page');
logUncaught(window, log);
refuseDrops(document);

const root = createRoot(element, {
  onCaughtError: (error) => log.error('a screen failed', errorFields(error)),
  onUncaughtError: (error) => log.error('the page failed', errorFields(error)),
  onRecoverableError: (error) => log.warn('a screen was drawn again after an error', errorFields(error)),
});
const render = (shown: ReactNode) => root.render(<ErrorBoundary>{shown}</ErrorBoundary>);

let app: App | undefined;
window.addEventListener('pagehide', () => void app?.close());

const lock = openPageLock({
  locks: navigator.locks,
  storage: sessionStorage,
  reload: () => location.reload(),
  here() {
    app = createApp(ports);
    render(
      <AppProvider app={app}>
        <TooltipProvider>
          <Shell />
        </TooltipProvider>
      </AppProvider>,
    );
  },
  elsewhere() {
    log.info('Parley is used in another window');
    void app?.close();
    render(<OtherWindowScreen takeOver={() => lock.takeOver()} />);
  },
});
