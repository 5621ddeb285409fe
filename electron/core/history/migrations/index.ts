import type { WritableDb } from '../open-history.ts';
import { up as first } from './0001-first.ts';

/** In order: the migration at index n leads to version n + 1. */
export const migrations: readonly ((db: WritableDb) => void)[] = [first];
