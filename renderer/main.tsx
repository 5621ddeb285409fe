import './shim.ts';
import '@fontsource-variable/inter';
import '@parley/shared/design/tokens.css';
import '@parley/shared/design/base.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from './features/shell/error-boundary.tsx';
import { Shell } from './features/shell/shell.tsx';
import { createApp } from './stores/app.ts';
import { AppProvider } from './stores/react.tsx';
import { TooltipProvider } from './ui/tooltip.tsx';

const element = document.getElementById('app');
if (!element) throw new Error('the page has no place for the app');

const app = createApp();
window.addEventListener('pagehide', () => void app.close());

createRoot(element).render(
  <ErrorBoundary>
    <AppProvider app={app}>
      <TooltipProvider>
        <Shell />
      </TooltipProvider>
    </AppProvider>
  </ErrorBoundary>,
);
