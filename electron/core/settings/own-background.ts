import { existsSync, readFileSync, rmSync } from 'node:fs';
import { LIMITS, type Outcome, ParleyError, refusalOf, refuse } from '@parley/shared/protocol';
import { writeFileAtomically } from '../atomic-file.ts';
import { asFileError } from '../file-errors.ts';
import { contentBytes, contentJson, type FileAnswer, type FileContent, statusOf } from '../files/file-requests.ts';
import type { Log } from '../ports.ts';

const PATH = '/background';
/** The page makes one of whatever the person chose. */
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * The one picture of their own that a person has behind them, in the profile: PUT /background keeps it in place of the one before, GET gives
 * it, DELETE removes it.
 */
export function ownBackground(file: string, log: Log): FileContent {
  const keep = (bytes: Outcome<Uint8Array>): FileAnswer => {
    if (!bytes.ok) return contentJson(statusOf(bytes.code), bytes);
    if (!JPEG.equals(bytes.value.subarray(0, JPEG.length))) throw new ParleyError('picture-unsuitable');
    writeFileAtomically(file, bytes.value);
    return contentJson(200, { ok: true, value: null });
  };
  const remove = (): FileAnswer => {
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw asFileError(error);
    }
    return contentJson(200, { ok: true, value: null });
  };
  return {
    bodyMaxBytes: () => LIMITS.backgroundMaxBytes,
    isFor: (path) => path === PATH,
    async answer(method, _path, body) {
      try {
        if (method === 'PUT') return keep(await body());
        if (method === 'DELETE') return remove();
        if (method !== 'GET') return contentJson(405, refuse('bad-request'));
        if (!existsSync(file)) return contentJson(404, refuse('file-missing'));
        return contentBytes('image/jpeg', readFileSync(file));
      } catch (error) {
        if (!(error instanceof ParleyError)) {
          log.error('the own background failed', { error: error instanceof Error ? error.name : 'unknown' });
        }
        const refusal = refusalOf(error);
        return contentJson(statusOf(refusal.code), refusal);
      }
    },
  };
}
