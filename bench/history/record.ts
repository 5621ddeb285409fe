import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '@parley/shared/model';
import { type Bytes, LIMITS, RoomId } from '@parley/shared/protocol';
import { silentLog } from '../../electron/core/adapters/stream-log.ts';
import { startHistory } from '../../electron/core/history/history-client.ts';
import { createHistoryStore } from '../../electron/core/history/history-store.ts';
import { openHistory } from '../../electron/core/history/open-history.ts';
import { signingKeyOf } from '../../electron/core/identity/ed25519.ts';
import type { BenchRow } from '../bench-row.ts';
import { median } from '../statistics.ts';
import { batchesOf, genuineEntries } from './genuine-entries.ts';
import { notingStatements, runRaw } from './raw-statements.ts';

const ROUNDS = 5;
/** Batches that catching up has on their way to the disk at once. */
const AHEAD = 2;

/** An empty history with one room, closed. */
function emptyHistory(file: string, seed: Bytes): RoomId {
  const roomId = RoomId.parse(randomBytes(16).toString('base64url'));
  const { db } = openHistory(file, Date.now);
  const store = createHistoryStore({ db, key: signingKeyOf(seed), now: Date.now });
  store.addRoom({
    ...{ room_id: roomId, name: null, host: null, owner_seed: null, passphrase: null, needs_passphrase: 0, listed: 0 },
    ...{ secret: new Uint8Array(48), owner_pub: randomBytes(32).toString('base64url') },
  });
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return roomId;
}

/** The statements that recording these entries runs. */
function statementsOf(file: string, seed: Bytes, roomId: RoomId, entries: readonly Entry[]) {
  const { db } = openHistory(file, Date.now);
  try {
    const noting = notingStatements(db);
    const store = createHistoryStore({ db: noting.db, key: signingKeyOf(seed), now: Date.now });
    noting.steps.length = 0;
    for (const batch of batchesOf(entries, LIMITS.historyBatchMax))
      store.record(
        roomId,
        batch,
        batch.map(() => true),
      );
    return noting.steps;
  } finally {
    db.close();
  }
}

/** Records through the history's thread, signatures checked; answers the milliseconds that it took. */
async function recordThroughThread(file: string, seed: Bytes, roomId: RoomId, entries: readonly Entry[]) {
  const { history } = await startHistory({ file, seed, log: silentLog });
  try {
    const startedAt = performance.now();
    const underWay: Promise<unknown>[] = [];
    for (const batch of batchesOf(entries, LIMITS.historyBatchMax)) {
      if (underWay.length === AHEAD) await underWay.shift();
      underWay.push(history.record(roomId, batch));
    }
    await Promise.all(underWay);
    return performance.now() - startedAt;
  } finally {
    await history.close();
  }
}

/**
 * Measures how many signed messages of others are recorded in a second. Compared with the very same statements, with the same values and
 * in the same transactions, on a bare connection to a copy of the same file: no thread, no signature, no checks of what comes in.
 */
export async function recordRow(folder: string, count: number): Promise<BenchRow> {
  const seed = new Uint8Array(randomBytes(32));
  const empty = join(folder, 'record-empty.db');
  const roomId = emptyHistory(empty, seed);
  const entries = genuineEntries(roomId, count);
  const copy = (name: string): string => {
    const file = join(folder, name);
    copyFileSync(empty, file);
    return file;
  };
  const steps = statementsOf(copy('record-noted.db'), seed, roomId, entries);
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await recordThroughThread(copy(`record-ours-${round}.db`), seed, roomId, entries));
    raw.push(runRaw(copy(`record-raw-${round}.db`), steps));
  }
  const perSecond = (ms: number) => (count / ms) * 1_000;
  return {
    name: `recording in batches of ${LIMITS.historyBatchMax}`,
    value: perSecond(median(ours)),
    unit: 'messages/s',
    comparedWith: `bare better-sqlite3, the same statements: ${perSecond(median(raw)).toFixed(0)} messages/s`,
    ratio: median(ours.map((ms, round) => (raw[round] ?? Number.NaN) / ms)),
    goal: '≥ 0.7 ×',
  };
}
