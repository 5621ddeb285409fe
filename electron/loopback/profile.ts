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
