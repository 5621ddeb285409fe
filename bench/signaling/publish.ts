import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../tests/support/repository.ts';
import { publishRun } from '../publish.ts';
import type { SignalingRow } from './measure.ts';
import { drawPicture } from './picture.ts';

const PICTURE = join(REPOSITORY, 'docs', 'pictures', 'signaling-bench.svg');

/** Puts a run into docs/performance.md and draws its picture. */
export async function publish(rows: readonly SignalingRow[]): Promise<void> {
  await publishRun('performance', 'signaling', rows);
  await writeFile(PICTURE, drawPicture(rows));
}
