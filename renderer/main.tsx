import './shim.ts';
import '@fontsource-variable/inter';
import '@parley/shared/design/tokens.css';
import '@parley/shared/design/base.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from './features/shell/error-boundary.tsx';
import { refuseDrops } from './features/shell/refuse-drops.ts';
import { Shell } from './features/shell/shell.tsx';
import { errorFields, logUncaught } from './log.ts';
import { createApp } from './stores/app.ts';
import { browserPorts } from './stores/browser-ports.ts';
import { AppProvider } from './stores/react.tsx';
import { TooltipProvider } from './ui/tooltip.tsx';

const element = document.getElementById('app');
if (!element) throw new Error('the page has no place for the app');

const ports = browserPorts(window);
const log = ports.log.area('page');
logUncaught(window, log);
refuseDrops(document);
const app = createApp(ports);
window.addEventListener('pagehide', () => void app.close());

createRoot(element, {
  onCaughtError: (error) => log.error('a screen failed', errorFields(error)),
  onUncaughtError: (error) => log.error('the page failed', errorFields(error)),
  onRecoverableError: (error) => log.warn('a screen was drawn again after an error', errorFields(error)),
}).render(
  <ErrorBoundary>
    <AppProvider app={app}>
      <TooltipProvider>
        <Shell />
      </TooltipProvider>
    </AppProvider>
  </ErrorBoundary>,
);
