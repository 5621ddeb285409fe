import { readFileSync } from 'node:fs';
import { z } from 'zod';

const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

/** This server's version, as its package states it. */
export const SERVER_VERSION = z.object({ version: z.string() }).parse(JSON.parse(text)).version;
