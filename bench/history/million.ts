import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { BridgeOutput } from '@parley/shared/bridge';
import { type Cursor, type Entry, profileFromName } from '@parley/shared/model';
import { DeviceId, type RoomId } from '@parley/shared/protocol';
import Database from 'better-sqlite3';
import type { Core } from '../../electron/core/core.ts';
import { createQueries } from '../../electron/core/history/database.ts';
import { mergeSearchIndex } from '../../electron/core/history/merge-index.ts';
import { createMessageWriter } from '../../electron/core/history/message-writer.ts';
import { openHistory } from '../../electron/core/history/open-history.ts';
import { recount } from '../../electron/core/history/recount.ts';
import { createSearchIndex } from '../../electron/core/history/search-index.ts';
import { sql } from '../../electron/core/history/statements.ts';
import { signingKeyOf } from '../../electron/core/identity/ed25519.ts';
import type { BenchRow } from '../bench-row.ts';
import { median, p95 } from '../statistics.ts';
import { newMessageId } from './genuine-entries.ts';
import { withLongestBlock } from './loop-delay.ts';
import { ask, openCore, timed } from './open-core.ts';
import { createTexts, QUERIES } from './texts.ts';

const PAGES = 300;
const PAGE_SIZE = 50;
const SEARCHES = 280;
const STARTS = 3;

/** Fills one room past what anybody scrolls through. Straight into the file: how it got there is not measured. */
function fill(profile: string, roomId: RoomId, stored: number) {
  const messageText = createTexts();
  let textBytes = 0;
  const { db } = openHistory(join(profile, 'history.db'), Date.now);
  const queries = createQueries(db);
  const writer = createMessageWriter(queries);
  const searchIndex = createSearchIndex(queries);
  const grew = db.prepare(sql.roomGrew);
  const keys = Array.from({ length: 5 }, () => signingKeyOf(new Uint8Array(randomBytes(32))));
  db.transaction(() => {
    for (let i = 0; i < stored; i++) {
      const key = keys[i % keys.length];
      if (!key) throw new Error('no author');
      const text = messageText(i);
      const entry: Entry = {
        id: newMessageId(),
        roomId,
        author: DeviceId.parse(key.publicKey),
        authorName: `Member ${i % keys.length}`,
        seq: Math.floor(i / keys.length) + 1,
        clock: i + 1,
        sentAt: 1_700_000_000_000 + i * 1_000,
        kind: 'text',
        of: null,
        digest: '',
        body: { salt: randomBytes(16).toString('base64url'), text },
        sig: randomBytes(64).toString('base64url'),
      };
      const number = writer.insert(entry, { mine: false, state: 3, held: true, shown: 1, now: entry.sentAt });
      searchIndex.add({ number, roomId, author: entry.author, sentAt: entry.sentAt, text });
      textBytes += Buffer.byteLength(text);
      grew.run({ roomId, clock: entry.clock, at: entry.sentAt, shown: 1, entries: 1, unread: 0 });
    }
    recount(db);
  })();
  // As the daily upkeep does.
  let longestMergeMs = 0;
  for (const steps = mergeSearchIndex(db); ; ) {
    const startedAt = performance.now();
    const { done } = steps.next();
    longestMergeMs = Math.max(longestMergeMs, performance.now() - startedAt);
    if (done) break;
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return { textBytes, fileBytes: statSync(join(profile, 'history.db')).size, longestMergeMs };
}

/** The same pages by one prepared statement on the caller's own thread, rows as SQLite gives them. */
function barePages(profile: string, roomId: RoomId, stored: number): number[] {
  const db = new Database(join(profile, 'history.db'), { readonly: true });
  const page = db.prepare(sql.pageBefore);
  const durations: number[] = [];
  for (let i = 0; i < PAGES; i++) {
    const clock = stored - i * PAGE_SIZE + 1;
    const startedAt = performance.now();
    if (page.all(roomId, clock, '', new Uint8Array(), PAGE_SIZE).length !== PAGE_SIZE)
      throw new Error('a page is not full');
    durations.push(performance.now() - startedAt);
  }
  db.close();
  return durations;
}

/** Reads pages from the newest on backwards; answers how long each took, in ms. */
async function readPages(core: Core, roomId: RoomId, stored: number): Promise<number[]> {
  const durations: number[] = [];
  let before: Cursor | null = null;
  for (let i = 0; i < PAGES; i++) {
    const startedAt = performance.now();
    const page: BridgeOutput<'history.page'> = await ask(core, 'history.page', {
      roomId,
      limit: PAGE_SIZE,
      ...(before === null ? {} : { before }),
    });
    durations.push(performance.now() - startedAt);
    if (page.total_count !== stored || page.returned_count !== PAGE_SIZE) throw new Error('a page is not full');
    before = page.cursor;
  }
  return durations;
}

async function search(core: Core): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i < SEARCHES; i++) {
    const query = QUERIES[i % QUERIES.length] ?? '';
    durations.push(await timed(() => ask(core, 'history.search', { query, limit: 30 })));
  }
  return durations;
}

/** How long a core takes from its start to the first page, in ms. The file is in the system's cache. */
async function startToPage(profile: string, roomId: RoomId): Promise<number> {
  const startedAt = performance.now();
  const core = await openCore(profile);
  try {
    await ask(core, 'history.page', { roomId, limit: PAGE_SIZE });
    return performance.now() - startedAt;
  } finally {
    await core.close();
  }
}

/** Measures pages, searches and the start of a core with that many messages in one room, all through the router and the history's thread. */
export async function millionRows(folder: string, stored: number): Promise<BenchRow[]> {
  const profile = join(folder, 'long');
  let core = await openCore(profile);
  try {
    await ask(core, 'settings.change', { profile: profileFromName('Bench') });
    const { roomId } = await ask(core, 'rooms.create', { name: 'A long conversation', host: 'example.org' });
    await core.close();
    const { textBytes, fileBytes, longestMergeMs } = fill(profile, roomId, stored);
    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) starts.push(await startToPage(profile, roomId));
    core = await openCore(profile);
    const first = await readPages(core, roomId, stored);
    const { result, blockedMs } = await withLongestBlock(async () => ({
      pages: await readPages(core, roomId, stored),
      found: await search(core),
    }));
    await core.close();
    const bare = barePages(profile, roomId, stored);
    const against = (of: (values: readonly number[]) => number) => ({
      comparedWith: `bare prepared SELECT, same rows: ${of(bare).toFixed(3)} ms`,
      ratio: of(result.pages) / of(bare),
    });
    const many = stored.toLocaleString('en');
    return [
      { name: `page of ${PAGE_SIZE} from ${many}`, value: median(result.pages), unit: 'ms', ...against(median) },
      { name: '  p95', value: p95(result.pages), unit: 'ms', ...against(p95), goal: '≤ 2 ms' },
      { name: `  p95 of the first ${PAGES} after a start`, value: p95(first), unit: 'ms' },
      { name: `search in ${many}: rare, common and short terms`, value: median(result.found), unit: 'ms' },
      { name: '  p95', value: p95(result.found), unit: 'ms', goal: '≤ 20 ms' },
      { name: '  main thread blocked meanwhile, at most', value: blockedMs, unit: 'ms', goal: '≤ 10 ms' },
      { name: '  longest step of merging the index', value: longestMergeMs, unit: 'ms' },
      { name: `start to first page with ${many}`, value: median(starts) / 1_000, unit: 's', goal: '≤ 1 s' },
      {
        name: `file with ${many} messages`,
        value: fileBytes / 1e6,
        unit: 'MB',
        comparedWith: `the raw texts: ${(textBytes / 1e6).toFixed(1)} MB`,
        ratio: fileBytes / textBytes,
        goal: '≤ 2.5 ×',
      },
    ];
  } finally {
    await core.close();
  }
}
