import type { App } from 'electron';

/** No invite is longer; what is longer is no invite. */
const LINK_MAX_CHARS = 2_048;

/** The parley:// link among a start's arguments; the last one, as the system appends it. */
export const deepLinkIn = (args: readonly string[]): string | null =>
  args.findLast((argument) => /^parley:\/\//i.test(argument) && argument.length <= LINK_MAX_CHARS) ?? null;

/**
 * Keeps the app single: a second start hands its link over and shows the window. False when this one is the
 * second and has to quit.
 */
export function becomeSingle(
  app: Pick<App, 'requestSingleInstanceLock' | 'on'>,
  started: (deepLink: string | null) => void,
): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', (_event, args) => started(deepLinkIn(args)));
  // macOS brings links by an event of their own, also before the app is ready.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    started(deepLinkIn([url]));
  });
  return true;
}
