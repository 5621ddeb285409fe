import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BridgeCall, BridgeInput, BridgeOutput } from '@parley/shared/bridge';
import { type Cursor, type Entry, profileFromName } from '@parley/shared/model';
import { DeviceId, MessageId, type RoomId, unwrap } from '@parley/shared/protocol';
import { systemClock } from '@parley/shared/timing';
import Database from 'better-sqlite3';
import { openFileSecretStore } from '../../electron/core/adapters/file-secret-store.ts';
import { silentLog } from '../../electron/core/adapters/stream-log.ts';
import { type Core, createCore } from '../../electron/core/core.ts';
import { createQueries } from '../../electron/core/history/database.ts';
import { createMessageWriter } from '../../electron/core/history/message-writer.ts';
import { openHistory } from '../../electron/core/history/open-history.ts';
import { recount } from '../../electron/core/history/recount.ts';
import { createSearchIndex } from '../../electron/core/history/search-index.ts';
import { sql } from '../../electron/core/history/statements.ts';
import { signingKeyOf } from '../../electron/core/identity/ed25519.ts';
import type { BenchRow } from '../bench-row.ts';
import { median, p95 } from '../statistics.ts';
import { catchUpRow } from './catch-up.ts';
import { createTexts, QUERIES } from './texts.ts';

const COMPOSED = 400;
/** V6 holds back more in one room. */
const PER_ROOM = 20;
const PAGES = 300;
const PAGE_SIZE = 50;

const newMessageId = () => MessageId.parse(randomBytes(16).toString('base64url'));
const words = 'the call went well and we talk again on monday about what comes next with all of you there'.split(' ');
const textOf = (number: number): string =>
  Array.from({ length: 12 }, (_, i) => words[(number * 7 + i * i) % words.length]).join(' ');

/** A bridge call the way a page makes it, without the transport. */
async function ask<N extends BridgeCall>(core: Core, name: N, input: BridgeInput<N>): Promise<BridgeOutput<N>> {
  // The router has parsed the value with this row's output schema.
  return unwrap(await core.call(name, input)) as BridgeOutput<N>;
}

async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const openCore = (profile: string): Promise<Core> =>
  createCore({
    app: { version: '0.0.0', host: 'loopback', platform: process.platform },
    clock: systemClock,
    paths: { profile, downloads: join(profile, 'downloads') },
    secrets: openFileSecretStore(join(profile, 'secret.key')),
    shell: {
      openExternal: async () => false,
      askComputer: async () => false,
      openFile: async () => 'failed',
      showFile: async () => false,
      choose: async () => [],
    },
    serverProcess: null,
    log: silentLog,
  });

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

/** Fills one room past what anybody scrolls through. Straight into the file: how it got there is not measured. */
function fill(profile: string, roomId: RoomId, stored: number): { textBytes: number; fileBytes: number } {
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
      const number = writer.insert(entry, { mine: false, state: 3, held: true, shown: true, now: entry.sentAt });
      searchIndex.add({ number, roomId, author: entry.author, sentAt: entry.sentAt, text });
      textBytes += Buffer.byteLength(text);
      grew.run({ roomId, clock: entry.clock, at: entry.sentAt, shown: 1, entries: 1, unread: 0 });
    }
    recount(db);
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return { textBytes, fileBytes: statSync(join(profile, 'history.db')).size };
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

/**
 * Measures the time that a page waits for `history.compose`, until the message is signed, searchable and on the disk, and
 * for `history.page` of 50 from a room of a million, both through the router and the history's thread; then a newcomer's catching up.
 */
export async function run({ quick }: { quick: boolean }): Promise<BenchRow[]> {
  const stored = quick ? 20_000 : 1_000_000;
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-history-'));
  let core: Core | undefined;
  try {
    const profile = join(folder, 'profile');
    core = await openCore(profile);
    await ask(core, 'settings.change', { profile: profileFromName('Bench') });
    const composed: number[] = [];
    while (composed.length < COMPOSED) {
      const { roomId } = await ask(core, 'rooms.create', { name: `Room ${composed.length}`, host: 'example.org' });
      for (let i = 0; i < PER_ROOM; i++) {
        const text = textOf(composed.length);
        composed.push(
          await timed(
            () => core && ask(core, 'history.compose', { id: newMessageId(), roomId, content: { kind: 'text', text } }),
          ),
        );
      }
    }
    const bare = bareInserts(join(folder, 'bare.db'));

    const { roomId } = await ask(core, 'rooms.create', { name: 'A long conversation', host: 'example.org' });
    await core.close();
    const { textBytes, fileBytes } = fill(profile, roomId, stored);
    core = await openCore(profile);
    const pages: number[] = [];
    let before: Cursor | null = null;
    for (let i = 0; i < PAGES; i++) {
      const startedAt = performance.now();
      const page: BridgeOutput<'history.page'> = await ask(core, 'history.page', {
        roomId,
        limit: PAGE_SIZE,
        ...(before === null ? {} : { before }),
      });
      pages.push(performance.now() - startedAt);
      if (page.total_count !== stored || page.returned_count !== PAGE_SIZE) throw new Error('a page is not full');
      before = page.cursor;
    }
    const found: number[] = [];
    for (let i = 0; i < 280; i++) {
      const query = QUERIES[i % QUERIES.length] ?? '';
      found.push(await timed(() => core && ask(core, 'history.search', { query, limit: 30 })));
    }
    await core.close();
    const bareRead = barePages(profile, roomId, stored);
    const catchUp = await catchUpRow(folder, openCore, quick ? 1_000 : 10_000);

    const insertName = 'bare better-sqlite3 insert, FULL';
    const selectName = 'bare prepared SELECT, same rows';
    return [
      {
        name: 'compose, durable',
        value: median(composed),
        unit: 'ms',
        ...compared(median, composed, bare, insertName),
      },
      { name: 'compose, durable, p95', value: p95(composed), unit: 'ms', ...compared(p95, composed, bare, insertName) },
      {
        name: `page of ${PAGE_SIZE} from ${stored.toLocaleString('en')}`,
        value: median(pages),
        unit: 'ms',
        ...compared(median, pages, bareRead, selectName),
      },
      {
        name: `page of ${PAGE_SIZE} from ${stored.toLocaleString('en')}, p95`,
        value: p95(pages),
        unit: 'ms',
        ...compared(p95, pages, bareRead, selectName),
        goal: '≤ 2 ms',
      },
      {
        name: `search in ${stored.toLocaleString('en')}: rare, common and short terms, p95`,
        value: p95(found),
        unit: 'ms',
        goal: '≤ 20 ms',
      },
      {
        name: `file with ${stored.toLocaleString('en')} messages`,
        value: fileBytes / 1e6,
        unit: 'MB',
        comparedWith: `the raw texts: ${(textBytes / 1e6).toFixed(1)} MB`,
        ratio: fileBytes / textBytes,
        goal: '≤ 2.5 ×',
      },
      catchUp,
    ];
  } finally {
    await core?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const compared = (
  of: (values: readonly number[]) => number,
  ours: readonly number[],
  theirs: readonly number[],
  name: string,
): { comparedWith: string; ratio: number } => ({
  comparedWith: `${name}: ${of(theirs).toFixed(3)} ms`,
  ratio: of(ours) / of(theirs),
});
