import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Parley keeps its data unless another folder is named: PARLEY_PROFILE, else the system's folder for
 * applications' data.
 */
export function usualProfile(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env.PARLEY_PROFILE) return env.PARLEY_PROFILE;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Parley');
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Parley');
  // XDG: a relative path is invalid and must be ignored.
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(home, '.local', 'share');
  return join(data, 'Parley');
}

/** Where received files go unless PARLEY_DOWNLOADS names another folder: `Parley` inside the person's folder for downloads. */
export function usualDownloads(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env.PARLEY_DOWNLOADS) return env.PARLEY_DOWNLOADS;
  if (platform === 'darwin' || platform === 'win32') return join(home, 'Downloads', 'Parley');
  return join(xdgDownloads(env, home) ?? join(home, 'Downloads'), 'Parley');
}

/** The folder that xdg-user-dirs names, such as ~/Téléchargements. */
function xdgDownloads(env: Readonly<Record<string, string | undefined>>, home: string): string | undefined {
  const config = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(home, '.config');
  try {
    const dirs = readFileSync(join(config, 'user-dirs.dirs'), 'utf8');
    const named = /^XDG_DOWNLOAD_DIR="((?:\$HOME)?\/[^"\n]+)"$/m.exec(dirs)?.[1];
    return named?.replace(/^\$HOME/, home);
  } catch {
    // This system names no folders.
    return undefined;
  }
}
