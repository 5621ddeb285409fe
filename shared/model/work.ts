import { z } from 'zod';
import { ErrorCode } from '../base/errors.ts';

const Count = z.number().int().nonnegative();

/** What came of a long piece of work. */
export const WorkResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('export'),
    /** The folder that was made. */
    folder: z.string(),
    rooms: Count,
    entries: Count,
    files: Count,
    /** Files whose content was not on this disk. */
    filesMissing: Count,
  }),
  z.object({
    kind: z.literal('import'),
    rooms: Count,
    /** Entries that were not here before. */
    added: Count,
    /** Entries that were here already. */
    known: Count,
    /** Entries that were not taken, and those among them that their author did not sign. */
    refused: Count,
    forged: Count,
    /** Files and voice messages that came along from beside the export. */
    files: Count,
    /** Those that did not lie beside it, that were not what their author signed, and that this disk did not take. */
    filesMissing: Count,
    filesWrong: Count,
    filesNotStored: Count,
  }),
  z.object({ kind: z.literal('backup'), name: z.string(), bytes: Count }),
  z.object({ kind: z.literal('restore') }),
]);
export type WorkResult = z.infer<typeof WorkResult>;
export type WorkKind = WorkResult['kind'];
const Kind = z.enum(['export', 'import', 'backup', 'restore']);

/**
 * How far the history of an earlier version was brought to this one: `done` of `total` messages. 0 of 0 until they are counted; after the last
 * one their indexes are still to be made.
 */
export const Preparing = z.object({ done: Count, total: Count });
export type Preparing = z.infer<typeof Preparing>;

/** The long work that runs in the core, one piece at a time. idle → running → done | failed → idle */
export const WorkState = z.discriminatedUnion('at', [
  z.object({ at: z.literal('idle') }),
  z.object({ at: z.literal('running'), kind: Kind, done: Count, total: Count }),
  z.object({ at: z.literal('done'), result: WorkResult }),
  z.object({ at: z.literal('failed'), kind: Kind, code: ErrorCode, message: z.string() }),
]);
export type WorkState = z.infer<typeof WorkState>;
