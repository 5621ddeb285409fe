import '@fontsource-variable/inter';
import '@parley/shared/design/tokens.css';
import '@parley/shared/design/base.css';
import '../../ui/base.css';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from '../../features/shell/error-boundary.tsx';
import { Shell } from '../../features/shell/shell.tsx';
import { AppProvider } from '../../stores/react.tsx';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { createFakeApp } from './fake-app.ts';
import { pressed, screenNames } from './screens/index.ts';

/*
 * Any screen without a core, a network or a camera: ?screen=call-4&theme=dark. Only served while developing;
 * the production build starts at ../index.html and never sees it.
 */
const query = new URLSearchParams(location.search);
const screen = screenNames.find((name) => name === query.get('screen'));
const element = document.getElementById('app');
if (!element) throw new Error('the page has no place for the gallery');

if (screen) {
  createRoot(element).render(
    <ErrorBoundary>
      <AppProvider app={createFakeApp(screen, query.get('theme') ?? 'system')}>
        <TooltipProvider>
          <Shell />
        </TooltipProvider>
      </AppProvider>
    </ErrorBoundary>,
  );
  void press(pressed[screen] ?? []);
} else {
  createRoot(element).render(
    <main>
      <h1>Gallery</h1>
      <ul>
        {screenNames.map((name) => (
          <li key={name}>
            <a href={`?screen=${name}&theme=light`}>{name}</a>, <a href={`?screen=${name}&theme=dark`}>dark</a>,{' '}
            <a href={`?screen=${name}&theme=contrast`}>high contrast</a>
          </li>
        ))}
      </ul>
    </main>,
  );
}

/** Presses buttons by their names, each as soon as it is there. */
async function press(names: readonly string[]): Promise<void> {
  for (const name of names) {
    let button: HTMLElement | undefined;
    while (!button) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const all = document.querySelectorAll<HTMLElement>('dialog[open] :is(button, summary), button');
      button = [...all].find(
        (one) => [one.textContent.trim(), one.getAttribute('aria-label')].includes(name) && !one.matches(':disabled'),
      );
    }
    button.click();
  }
  document.documentElement.dataset.ready = 'true';
}
