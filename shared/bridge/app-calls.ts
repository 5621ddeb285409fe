import { z } from 'zod';
import { AppInfo, Settings, SettingsChange } from '../model/index.ts';

const Nothing = z.object({}).strict();

/** The app itself and what the person chose. */
export const appCalls = {
  /** Tells the version and the host of the app, and faults of its start that the person must know. */
  'app.info': { input: Nothing, output: AppInfo },
  /** Opens an https or mailto link outside Parley, after the person agreed. */
  'app.open-external': { input: z.object({ url: z.string().max(2_048) }).strict(), output: Nothing },
  /** The link that Parley was opened with, once: it fills in the lobby and never joins by itself. */
  'app.take-deep-link': { input: Nothing, output: z.object({ invite: z.string().nullable() }) },
  'settings.get': { input: Nothing, output: Settings },
  'settings.change': { input: SettingsChange, output: Settings },
} as const;
