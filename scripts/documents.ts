/**
 * Writes every document that comes from schemas, settings or tests: node scripts/run.mjs scripts/documents.ts [--check]
 * With --check nothing is written, and a document that is not up to date ends with 1.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoomExport } from '@parley/shared/model';
import { z } from 'zod';
import { asyncApi } from './asyncapi.ts';
import { environmentPage } from './environment-page.ts';
import { openApi } from './openapi.ts';
import { protocolPage } from './protocol-page.ts';
import { requirementsPage } from './requirements-page.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The text of a page in docs/, and how it has to be now. */
export const DOCUMENTS: Readonly<Record<string, () => Promise<string>>> = {
  'docs/protocol.md': protocolPage,
  'docs/asyncapi.json': async () => json(asyncApi()),
  'docs/openapi.json': async () => json(await openApi()),
  'docs/environment.md': async () => environmentPage(),
  'docs/room-export.schema.json': async () =>
    json({ title: 'A room exported from Parley', ...z.toJSONSchema(RoomExport, { io: 'input', reused: 'ref' }) }),
  'docs/requirements.md': requirementsPage,
};

const pathOf = (name: string): string => join(import.meta.dirname, '..', name);

/** A document as it is stored; empty when it is not. */
export const stored = (name: string): Promise<string> => readFile(pathOf(name), 'utf8').catch(() => '');

if (process.argv[1] === import.meta.filename) {
  for (const [name, make] of Object.entries(DOCUMENTS)) {
    const text = await make();
    if (text === (await stored(name))) continue;
    if (process.argv.includes('--check')) {
      console.error(`${name} is not up to date: node scripts/run.mjs scripts/documents.ts`);
      process.exitCode = 1;
    } else {
      await writeFile(pathOf(name), text);
      console.log(name);
    }
  }
}
