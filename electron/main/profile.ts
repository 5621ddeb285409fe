import { join } from 'node:path';
import type { App } from 'electron';

/**
 * Where Parley keeps its data: PARLEY_PROFILE, else the same folder that the loopback host uses, so that both open the
 * same rooms and messages.
 */
export function profileFolder(
  app: Pick<App, 'getPath'>,
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): string {
  if (env.PARLEY_PROFILE) return env.PARLEY_PROFILE;
  // macOS and Windows have one place for applications' data; on Linux Electron's is the one for configuration.
  if (platform !== 'linux') return join(app.getPath('appData'), 'Parley');
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(app.getPath('home'), '.local', 'share');
  return join(data, 'Parley');
}

/** Where received files go: PARLEY_DOWNLOADS, else `Parley` inside the person's folder for downloads. */
export const downloadsFolder = (app: Pick<App, 'getPath'>, env: Readonly<Record<string, string | undefined>>): string =>
  env.PARLEY_DOWNLOADS || join(app.getPath('downloads'), 'Parley');
