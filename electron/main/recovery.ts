import type { RenderProcessGoneDetails, WebContents } from 'electron';
import type { Clock } from '#core/ports.ts';

/** A page that dies more often than this within the window is not loaded again by itself. */
const RELOADS_MAX = 3;
const WINDOW_MS = 60_000;

/**
 * Loads a page again whose process died: the core and everything stored live on in this process. After the third
 * death within a minute `gaveUp` is called instead.
 */
export function recoverPage(
  contents: Pick<WebContents, 'on' | 'reload' | 'isDestroyed'>,
  clock: Clock,
  gaveUp: (reason: RenderProcessGoneDetails['reason']) => void,
): void {
  let deaths: number[] = [];
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || contents.isDestroyed()) return;
    deaths = [...deaths.filter((at) => clock.monotonicMs() - at < WINDOW_MS), clock.monotonicMs()];
    if (deaths.length > RELOADS_MAX) gaveUp(reason);
    else contents.reload();
  });
}
