import { z } from 'zod';
import { RoomId } from '../base/ids.ts';
import { WorkState } from '../model/index.ts';

const Nothing = z.object({}).strict();

/** Long work of the core: exports, imports, backups and restores. One piece at a time; another is refused with `work-running`. */
export const workCalls = {
  'work.state': { input: Nothing, output: WorkState },
  /** Ends the running work. A new export or backup is removed; entries that were imported stay. */
  'work.cancel': { input: Nothing, output: Nothing },
  /** The person has seen what came of it. */
  'work.dismiss': { input: Nothing, output: Nothing },
  /** Shows the folder of the last export. */
  'work.show': { input: Nothing, output: Nothing },
  /**
   * Asks the person for a folder and writes rooms (null for all) into a new folder in it. Answers when the work has begun; refuses with
   * `cancelled` where none was chosen.
   */
  'work.export': {
    input: z
      .object({ rooms: z.array(RoomId).nullable(), json: z.boolean(), html: z.boolean(), files: z.boolean() })
      .strict()
      .refine(({ json, html, files }) => json || html || files),
    output: Nothing,
  },
  /** Asks the person for exported JSON files and records what is in them. Answers when the work has begun. */
  'work.import': { input: Nothing, output: Nothing },
} as const;

export const workEvents = {
  'work.changed': WorkState,
} as const;
