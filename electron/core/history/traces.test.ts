import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileFromName, RoomName } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import {
  author,
  newMessageId,
  newRoomId,
  openTestStore,
  type TestStore,
  temporaryFolder,
} from '../testing/test-kit.ts';
import { backUpIfOld, backupsOf } from './backup.ts';
import type { WritableDb } from './database.ts';
import { type HistoryOpened, startHistory } from './history-client.ts';

const SECRET = 'the key lies under ☂☃☄ the third flower pot';
/** The words, and three letters as the search index keeps them. */
const TRACES = ['flower pot', '☃☄', 'Hidden room', 'Draft of a plan'];

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let kept: RoomId;
let gone: RoomId;
let seed: TestStore['seed'];
let reader: WritableDb | undefined;
let opened: HistoryOpened | undefined;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
  const ben = openTestStore(file);
  ben.db.pragma('synchronous = OFF');
  seed = ben.seed;
  kept = ben.addRoom();
  gone = ben.addRoom();
  for (let i = 0; i < 60; i++) {
    ben.compose(kept, `Stays ${i}`);
    ben.compose(gone, `${SECRET} ${i} ${i % 20 === 0 ? SECRET.repeat(150) : ''}`);
  }
  const name = { kind: 'name', name: RoomName.parse('Hidden room'), of: null } as const;
  ben.clock.advance(60_000);
  ben.store.compose({ id: newMessageId(), roomId: gone, content: name }, profileFromName('Ben'));
  ben.store.setDraft(gone, 'Draft of a plan');
  ben.close();
});
afterEach(async () => {
  if (reader?.open) reader.close();
  await opened?.history.close();
  opened = undefined;
  folder.remove();
});

const start = async (backupDelayMs = 60_000) => {
  opened = await startHistory({ file, seed, log: silentLog, backupDelayMs });
  return opened;
};
/** Another program that reads, and holds on to what it saw. */
const read = () => {
  const other = openTestStore(file, { seed });
  reader = other.db;
  other.db.exec('BEGIN');
  other.db.prepare('SELECT count(*) FROM messages').get();
};
const writeMore = (history: HistoryOpened['history']) =>
  history.compose(
    { id: newMessageId(), roomId: gone, content: { kind: 'text', text: `${SECRET} in the log`, of: null } },
    profileFromName('Ben'),
  );

/** The files of the profile in which something of the deleted room stands. */
const traces = () =>
  readdirSync(folder.path).flatMap((name) => {
    const bytes = readFileSync(join(folder.path, name));
    return TRACES.filter((trace) => bytes.includes(trace)).map((trace) => `${name}: ${trace}`);
  });
const hurt = () => {
  const bytes = readFileSync(file);
  const at = bytes.indexOf('☂☃☄ the third flower pot 30');
  expect(at).toBeGreaterThan(0);
  const leaf = Math.floor(at / 4096) * 4096;
  bytes.fill(0, leaf, leaf + 1000);
  bytes.fill(0xff, leaf + 3900, leaf + 4096);
  writeFileSync(file, bytes);
};
const staysThere = (atLeast = 60) => {
  const ben = openTestStore(file, { seed });
  expect(ben.recovered).toBeNull();
  expect(ben.store.room(gone)).toBeNull();
  const count = ben.store.page(kept, undefined, 1).total_count;
  expect(count).toBeGreaterThanOrEqual(atLeast);
  expect(ben.store.search('Stays', {}, 1).total_count).toBe(count);
  ben.close();
};

describe('of a deleted room the profile holds nothing once the app was closed (H8)', () => {
  it('was there before', () => {
    expect(traces()).toEqual(TRACES.map((trace) => `history.db: ${trace}`));
  });

  it('with nothing else going on', async () => {
    const { history } = await start();
    await writeMore(history);
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
    staysThere();
  });

  it('with a damaged file set aside', async () => {
    hurt();
    const { history, recovered } = await start();
    expect(recovered).toMatchObject({ how: 'copied', complete: false });
    expect(traces().some((trace) => trace.includes('.damaged-'))).toBe(true);
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
    staysThere(50);
  });

  it('with a damaged file of which everything could be read', async () => {
    const bytes = readFileSync(file);
    const other = openTestStore(file, { seed });
    const sql = "SELECT pageno FROM dbstat WHERE name = 'messages_in_order' AND pagetype = 'leaf' LIMIT 1";
    const page = Number(other.db.prepare(sql).pluck().get());
    other.close();
    bytes.fill(0, (page - 1) * 4096, page * 4096);
    writeFileSync(file, bytes);
    const { history, recovered } = await start();
    expect(recovered).toMatchObject({ how: 'copied', complete: true });
    expect(readdirSync(folder.path).filter((name) => name.includes('damaged'))).toEqual([]);
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
  });

  it('with another program that read meanwhile', async () => {
    const { history } = await start();
    await writeMore(history);
    read();
    await history.deleteRoom(gone);
    reader?.close();
    await history.close();
    expect(traces()).toEqual([]);
    staysThere();
  });

  it('with another program that goes on reading', async () => {
    const { history } = await start();
    await writeMore(history);
    read();
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
    reader?.close();
    expect(traces()).toEqual([]);
    staysThere();
  });

  it('with a process that was killed while another program read', async () => {
    const { history } = await start();
    await writeMore(history);
    read();
    await history.deleteRoom(gone);
    // What a killed process leaves.
    const left = temporaryFolder();
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, join(left.path, `history.db${suffix}`));
    reader?.close();
    await history.close();
    folder.remove();
    folder = left;
    file = join(left.path, 'history.db');
    expect(traces().length).toBeGreaterThan(0);
    const { history: next } = await start();
    await next.close();
    expect(traces()).toEqual([]);
    staysThere();
  });

  it('with a backup that is being made', async () => {
    const { history } = await start(0);
    // The first pages are copied by now, or all of them.
    await history.page(kept, undefined, 1);
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
    staysThere();
  });

  it('with backups of each kind, and copies that a killed process left', async () => {
    const ben = openTestStore(file, { seed });
    await backUpIfOld(ben.db, file, Date.now());
    ben.close();
    const [backup = ''] = backupsOf(file);
    for (const name of [
      'backup-v1',
      `${backup.slice(file.length + 1)}.older`,
      'backup.part',
      'backup.part-journal',
      'clean.part',
    ])
      copyFileSync(backup, `${file}.${name}`);
    const { history } = await start();
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
    expect(existsSync(backup)).toBe(false);
    staysThere();
  });

  it('with many rooms beside it that come and go', async () => {
    const { history } = await start();
    for (let i = 0; i < 5; i++) {
      const roomId = newRoomId();
      const fields = { name: null, host: null, owner_pub: '', owner_seed: null, passphrase: null };
      await history.addRoom({ ...fields, room_id: roomId, secret: new Uint8Array(48), needs_passphrase: 0, listed: 0 });
      for (let n = 0; n < 10; n++)
        await history.compose(
          { id: newMessageId(), roomId, content: { kind: 'text', text: `${SECRET} ${n} of ${i}`, of: null } },
          profileFromName('Ben'),
        );
      await history.deleteRoom(roomId);
    }
    await history.deleteRoom(gone);
    await history.close();
    expect(traces()).toEqual([]);
    staysThere();
  });
});

describe('of what goes by its time nothing is left (H8)', () => {
  it('in the file, the log and the copies that no newer one replaces', async () => {
    for (const name of ['history.db.backup-v1', 'history.db.damaged-1']) writeFileSync(join(folder.path, name), SECRET);
    const ben = openTestStore(file, { seed });
    ben.store.deleteRoom(gone);
    ben.close();
    const ana = author('Ana');
    let backedUp = () => {};
    const copied = new Promise<void>((resolve) => {
      backedUp = resolve;
    });
    let told: (messages: unknown[]) => void = () => {};
    const disappeared = new Promise<unknown[]>((resolve) => {
      told = resolve;
    });
    opened = await startHistory({
      file,
      seed,
      log: { ...silentLog, info: (text) => (text === 'history backed up' ? backedUp() : undefined) },
      backupDelayMs: 1,
    });
    const { history, onGone } = opened;
    onGone(told);
    await history.setKeep(kept, 86_400_000);
    const message = ana.write(kept, { text: SECRET, expires: 1_000, sentAt: Date.now() });
    await history.record(kept, [message]);
    expect(await disappeared).toEqual([{ roomId: kept, author: ana.deviceId, id: message.id }]);
    await copied;
    await history.close();
    // The backup was made while the words were there, and is replaced by the next two.
    expect(traces().filter((trace) => !/backup-v\d+: /.test(trace) || trace.includes('backup-v1:'))).toEqual([]);
  }, 30_000);
});
