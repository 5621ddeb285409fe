import { existsSync, readFileSync, renameSync } from 'node:fs';
import { Settings, type SettingsChange, usualSettings } from '@parley/shared/model';
import { writeFileAtomically } from '../atomic-file.ts';

export interface SettingsStore {
  get(): Settings;
  /** Stores a change, a profile as taken now or at `profileAt`; throws `disk-full` or `disk-read-only`, and then nothing has changed. */
  change(change: SettingsChange, profileAt?: number): Settings;
}

/** Opens the settings; a file that cannot be read is set aside and reported by `damaged`. */
export function openSettings(file: string, now: () => number): { store: SettingsStore; damaged: boolean } {
  let damaged = false;
  let settings = usualSettings;
  if (existsSync(file)) {
    const read = readSettings(file);
    if (read) settings = read;
    else {
      damaged = true;
      renameSync(file, file.replace(/\.json$/, `.damaged-${now()}.json`));
    }
  }
  return {
    damaged,
    store: {
      get: () => settings,
      // A name that was taken by a clock ahead of this one does not stand against the next.
      change(change, profileAt = Math.max(now(), settings.profileAt + 1)) {
        const {
          profile,
          homeServer,
          appearance,
          devices,
          processing,
          network,
          privacy,
          ringing,
          stage,
          emoji,
          hosting,
        } = change;
        const next = Settings.parse({
          ...settings,
          ...(profile === undefined ? {} : { profile, profileAt }),
          ...(homeServer === undefined ? {} : { homeServer }),
          appearance: { ...settings.appearance, ...appearance },
          devices: { ...settings.devices, ...devices },
          processing: { ...settings.processing, ...processing },
          network: { ...settings.network, ...network },
          privacy: { ...settings.privacy, ...privacy },
          stage: { ...settings.stage, ...stage },
          ringing: { ...settings.ringing, ...ringing },
          emoji: { ...settings.emoji, ...emoji },
          hosting: { ...settings.hosting, ...hosting },
        });
        writeFileAtomically(file, `${JSON.stringify(next, null, 2)}\n`);
        settings = next;
        return next;
      },
    },
  };
}

function readSettings(file: string): Settings | undefined {
  try {
    const parsed = Settings.safeParse(withUsual(JSON.parse(readFileSync(file, 'utf8'))));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not readable or not JSON. The caller sets the file aside and reports it as damaged.
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Gives the settings that an earlier Parley did not know yet their usual values. */
function withUsual(stored: unknown): unknown {
  if (!isRecord(stored) || !('version' in stored)) return stored;
  const filled: Record<string, unknown> = { ...usualSettings, ...stored };
  for (const [name, usual] of Object.entries(usualSettings)) {
    const value = filled[name];
    if (isRecord(usual) && isRecord(value)) filled[name] = { ...usual, ...value };
  }
  return filled;
}
