import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ParleyError } from '@parley/shared/protocol';
import type { PlaceWish, Shell } from '../ports.ts';
import type { Work } from './work.ts';

export type Choose = (wish: PlaceWish) => Promise<[string, ...string[]]>;

/** Asks the person for places on the disk, unless other work runs. Throws `work-running`, and `cancelled` where none was chosen. */
export const chooser =
  (work: Pick<Work, 'check'>, shell: Pick<Shell, 'choose'>, downloads: string): Choose =>
  async (wish) => {
    work.check();
    // The folder for received files is made when the first one arrives.
    const [first, ...rest] = await shell.choose(wish, existsSync(downloads) ? downloads : dirname(downloads));
    if (first === undefined) throw new ParleyError('cancelled');
    return [first, ...rest];
  };
