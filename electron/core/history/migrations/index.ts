import type { WritableDb } from '../database.ts';
import { up as first } from './0001-first.ts';
import { up as idsOfAuthors } from './0002-ids-of-authors.ts';
import { up as spans } from './0003-spans.ts';
import { up as nameKeys } from './0004-name-keys.ts';
import { up as servers } from './0005-servers.ts';
import { up as foldedSearch } from './0006-folded-search.ts';
import { up as prints } from './0007-prints.ts';
import { up as entries } from './0008-entries.ts';
import { up as lifetimes } from './0009-lifetimes.ts';
import { up as retention } from './0010-retention.ts';
import { up as receiptTimes } from './0011-receipt-times.ts';
import { up as compact } from './0012-compact.ts';
import { up as calls } from './0013-calls.ts';
import { up as roomNames } from './0014-room-names.ts';
import { up as computers } from './0015-computers.ts';
import { up as blocks } from './0016-blocks.ts';
import { up as rules } from './0017-rules.ts';
import { up as hidden } from './0018-hidden.ts';
import { up as callTimelines } from './0019-call-timelines.ts';

/** How many messages of all were brought to the newer shape; 0 of 0 when it begins. */
export type MigrationProgress = (done: number, total: number) => void;
/** Runs inside one transaction that also raises `user_version`. */
export type Migration = (db: WritableDb, progress?: MigrationProgress) => void;

/** In order: the migration at index n leads to version n + 1. */
export const migrations: readonly Migration[] = [
  first,
  idsOfAuthors,
  spans,
  nameKeys,
  servers,
  foldedSearch,
  prints,
  entries,
  lifetimes,
  retention,
  receiptTimes,
  compact,
  calls,
  roomNames,
  computers,
  blocks,
  rules,
  hidden,
  callTimelines,
];
