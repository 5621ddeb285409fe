import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { profileFromName } from '@parley/shared/model';
import Database from 'better-sqlite3';
import type { Core } from '../../electron/core/core.ts';
import { pause } from '../../tests/support/wait.ts';
import type { BenchRow } from '../bench-row.ts';
import { median, p95 } from '../statistics.ts';
import { batchesOf, genuineEntries, newMessageId } from './genuine-entries.ts';
import { ask, openCore, timed } from './open-core.ts';

const COMPOSED = 400;
/** V6 holds back more in one room, whose name is an entry as well. */
const PER_ROOM = 15;
/** What is recorded meanwhile: so many messages in so many calls, in a second. */
const RECORDED_PER_SECOND = 1_000;
const CALLS_PER_SECOND = 20;
/** Between two messages that are composed meanwhile, in ms. */
const EVERY_MS = 25;

const words = 'the call went well and we talk again on monday about what comes next with all of you there'.split(' ');
const textOf = (number: number): string =>
  Array.from({ length: 12 }, (_, i) => words[(number * 7 + i * i) % words.length]).join(' ');

/** Durable inserts of the same rows with nothing around them: no index, no search, no signature, no thread. */
function bareInserts(file: string): number[] {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE messages (id TEXT, room TEXT, author TEXT, seq INTEGER, clock INTEGER, text TEXT, sig BLOB)');
  const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)');
  const author = randomBytes(32).toString('base64url');
  const durations: number[] = [];
  for (let i = 0; i < COMPOSED; i++) {
    const startedAt = performance.now();
    insert.run(newMessageId(), 'room', author, i, i, textOf(i), randomBytes(64));
    durations.push(performance.now() - startedAt);
  }
  db.close();
  return durations;
}

/** Composes into one room after the other; answers how long each took until it was durable, in ms. */
async function compose(core: Core, everyMs: number): Promise<number[]> {
  const durations: number[] = [];
  while (durations.length < COMPOSED) {
    const { roomId } = await ask(core, 'rooms.create', { name: `Room ${durations.length}`, host: 'example.org' });
    for (let i = 0; i < PER_ROOM; i++) {
      const text = textOf(durations.length);
      const draft = { id: newMessageId(), roomId, content: { kind: 'text' as const, text } };
      durations.push(await timed(() => ask(core, 'history.compose', draft)));
      if (everyMs > 0) await pause(everyMs);
    }
  }
  return durations;
}

/** Composes while a thousand messages of others are recorded in each second; answers that, and how many were recorded in a second. */
async function composeBeside(core: Core): Promise<{ durations: number[]; perSecond: number }> {
  const { roomId } = await ask(core, 'rooms.create', { name: 'Busy', host: 'example.org' });
  const batches = batchesOf(genuineEntries(roomId, 60 * RECORDED_PER_SECOND), RECORDED_PER_SECOND / CALLS_PER_SECOND);
  let isOver = false;
  let recorded = 0;
  const startedAt = performance.now();
  const recording = (async () => {
    let due = startedAt;
    for (const messages of batches) {
      if (isOver) return;
      await ask(core, 'history.record', { roomId, messages });
      recorded += messages.length;
      due += 1_000 / CALLS_PER_SECOND;
      await pause(Math.max(0, due - performance.now()));
    }
    throw new Error('nothing is left to be recorded');
  })();
  const composing = async (): Promise<{ durations: number[]; perSecond: number }> => {
    try {
      const durations = await compose(core, EVERY_MS);
      return { durations, perSecond: (recorded / (performance.now() - startedAt)) * 1_000 };
    } finally {
      isOver = true;
    }
  };
  const [measured] = await Promise.all([composing(), recording]);
  return measured;
}

/** Measures the time that a page waits for `history.compose`, until the message is signed, searchable and on the disk. */
export async function composeRows(folder: string): Promise<BenchRow[]> {
  const core = await openCore(join(folder, 'composing'));
  try {
    await ask(core, 'settings.change', { profile: profileFromName('Bench') });
    const idle = await compose(core, 0);
    const bare = bareInserts(join(folder, 'bare.db'));
    const beside = await composeBeside(core);
    const against = (of: (values: readonly number[]) => number, values: readonly number[]) => ({
      comparedWith: `bare better-sqlite3 insert, FULL: ${of(bare).toFixed(3)} ms`,
      ratio: of(values) / of(bare),
    });
    const while1000 = `compose while ${beside.perSecond.toFixed(0)} messages/s are recorded`;
    return [
      { name: 'compose, durable', value: median(idle), unit: 'ms', ...against(median, idle) },
      { name: '  p95', value: p95(idle), unit: 'ms', ...against(p95, idle), goal: '≤ 5 ms' },
      { name: while1000, value: median(beside.durations), unit: 'ms', ...against(median, beside.durations) },
      { name: '  p95', value: p95(beside.durations), unit: 'ms', ...against(p95, beside.durations), goal: '≤ 15 ms' },
    ];
  } finally {
    await core.close();
  }
}
