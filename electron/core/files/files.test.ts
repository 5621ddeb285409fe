import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { blockCountOf, type FileItem, type FileOffer } from '@parley/shared/model';
import { type DeviceId, type FileId, LIMITS, type RoomId, toBase64Url } from '@parley/shared/protocol';
import { fileIdOf, fileRootOf } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import type { FileWarning } from '../ports.ts';
import { newDeviceId, newRoomId, randomId, temporaryFolder } from '../testing/test-kit.ts';
import { Downloads } from './downloads.ts';
import { Files } from './files.ts';
import { HOSTILE_NAMES } from './testing/hostile-names.ts';
import { DANGEROUS_FILES } from './testing/kinds.ts';

let folder: ReturnType<typeof temporaryFolder>;
let told: FileItem[];
let opened: { path: string; warning: FileWarning | null }[];
let agrees: boolean;
const me = newDeviceId();
const ana = newDeviceId();
const roomId = newRoomId();
const openFiles: Files[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  told = [];
  opened = [];
  agrees = false;
});
afterEach(async () => {
  await Promise.all(openFiles.splice(0).map((files) => files.close()));
  folder.remove();
});

const downloads = () => join(folder.path, 'home', 'Downloads');

function start(): Files {
  const files = new Files({
    folder: join(folder.path, 'profile', 'files'),
    downloads: new Downloads(downloads()),
    shell: {
      openFile: async (path, warning) => {
        opened.push({ path, warning });
        return warning === null || agrees ? 'opened' : 'refused';
      },
      showFile: async () => true,
    },
    history: { fates: async (messages) => messages.map(() => 'here') },
    author: me,
    now: () => 1_700_000_000_000,
    emit: (_event, payload) => told.push(...(payload as { items: FileItem[] }).items),
    log: silentLog,
  });
  mkdirSync(join(folder.path, 'profile', 'files'), { recursive: true });
  openFiles.push(files);
  return files;
}

const restart = async (files: Files): Promise<Files> => {
  await files.close();
  return start();
};

type Sent = { offer: FileOffer; hashes: string; blocks: Uint8Array[] };

/** A file as somebody offers it. */
async function fileOf(content: Uint8Array, more: Partial<FileOffer> = {}, author: DeviceId = ana): Promise<Sent> {
  const blocks = Array.from({ length: blockCountOf(content.length) }, (_, index) =>
    content.subarray(index * LIMITS.fileBlockBytes, (index + 1) * LIMITS.fileBlockBytes),
  );
  const hashes = new Uint8Array(Buffer.concat(blocks.map((block) => createHash('sha256').update(block).digest())));
  const root = await fileRootOf(content.length, hashes);
  const salt = randomId(16);
  const fileId = (await fileIdOf({ author, salt, root })) as FileId;
  const offer = {
    fileId,
    salt,
    name: 'a.txt',
    folders: [],
    sizeBytes: content.length,
    root,
    offeredAt: 5,
    round: 1,
    ...more,
  };
  return { offer, hashes: toBase64Url(hashes), blocks };
}

/** Takes a whole file in. */
async function receive(files: Files, { offer, hashes, blocks }: Sent, room: RoomId = roomId): Promise<FileItem> {
  await files.learn(room, ana, [offer]);
  await files.accept(offer.fileId);
  if (offer.sizeBytes > 0) await files.setHashes(offer.fileId, hashes);
  for (const [index, block] of blocks.entries()) await files.writeBlock(offer.fileId, index, block);
  const item = files.list(room).find(({ fileId }) => fileId === offer.fileId);
  if (!item) throw new Error('the file is not there');
  return item;
}

const filesIn = (root: string): string[] =>
  existsSync(root)
    ? readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    : [];

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

describe('receiving a file', () => {
  it('puts a whole file into the downloads folder, with its name and bytes', async () => {
    const content = randomBytes(2 * LIMITS.fileBlockBytes + 77);
    const files = start();
    const item = await receive(files, await fileOf(content, { name: 'data.xyz' }));
    expect(item).toMatchObject({
      state: 'received',
      held: true,
      haveBytes: content.length,
      shownName: 'data.xyz',
      risk: 'unknown',
    });
    expect(readFileSync(join(downloads(), 'data.xyz')).equals(content)).toBe(true);
    // Nothing of it is left where it arrived.
    expect(filesIn(join(folder.path, 'profile')).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(told.at(-1)).toEqual(item);
  });

  it('takes an empty file without a block', async () => {
    const files = start();
    expect(await receive(files, await fileOf(new Uint8Array(), { name: 'empty.txt' }))).toMatchObject({
      state: 'received',
    });
    expect(statSync(join(downloads(), 'empty.txt')).size).toBe(0);
  });

  it('leaves the folder for none of two hundred hostile names, overwrites nothing, makes nothing executable (V5, P10)', async () => {
    const files = start();
    mkdirSync(downloads(), { recursive: true });
    const kept = ['a.txt', 'photo.exe', '_passwd', 'file'].map((name) => join(downloads(), name));
    for (const path of kept) writeFileSync(path, 'mine');
    const before = filesIn(folder.path).filter((name) => !name.startsWith('profile')).length;
    let received = 0;
    for (const [index, name] of HOSTILE_NAMES.entries()) {
      // Each of them also as a folder, around another one.
      const folders = index % 2 === 0 ? [HOSTILE_NAMES.at(index - 1) ?? name, HOSTILE_NAMES.at(index - 2) ?? name] : [];
      const sent = await fileOf(text(`${index}`), { name, folders });
      expect((await receive(files, sent)).state, JSON.stringify(name)).toBe('received');
      received += 1;
    }
    const everything = filesIn(folder.path).filter((name) => !name.startsWith('profile'));
    expect(everything).toHaveLength(before + received);
    for (const name of everything) {
      expect(name.startsWith(join('home', 'Downloads')), name).toBe(true);
      expect(statSync(join(folder.path, name)).mode & 0o111, name).toBe(0);
    }
    for (const path of kept) expect(readFileSync(path, 'utf8')).toBe('mine');
    const contents = everything.map((name) => readFileSync(join(folder.path, name), 'utf8'));
    for (let index = 0; index < received; index++)
      expect(contents.filter((each) => each === `${index}`)).toHaveLength(1);
  }, 60_000);

  it('makes none of sixty dangerous kinds executable, and opens none without a second yes', async () => {
    const files = start();
    for (const [name, head] of DANGEROUS_FILES) {
      const item = await receive(files, await fileOf(new Uint8Array([...head, ...randomBytes(20)]), { name }));
      expect([name, item.risk]).not.toContain('none');
      expect(statSync(join(downloads(), item.shownName)).mode & 0o111).toBe(0);
      await expect(files.open(item.fileId)).rejects.toMatchObject({ code: 'cancelled' });
      expect(opened.at(-1)).toMatchObject({ warning: { name: item.shownName, risk: item.risk } });
    }
    const harmless = await receive(files, await fileOf(text('Good morning'), { name: 'letter.txt' }));
    await files.open(harmless.fileId);
    expect(opened.at(-1)).toEqual({ path: join(downloads(), 'letter.txt'), warning: null });
  });

  it('asks again about a file that became another kind after it was received', async () => {
    const files = start();
    const item = await receive(files, await fileOf(text('Good morning'), { name: 'notes.txt' }));
    const path = join(downloads(), 'notes.txt');
    writeFileSync(path, '#!/bin/sh\nid');
    await expect(files.open(item.fileId)).rejects.toMatchObject({ code: 'file-changed' });
    expect(opened).toEqual([]);
  });

  it('follows no link that lies in the downloads folder', async () => {
    const files = start();
    const outside = join(folder.path, 'outside');
    mkdirSync(outside);
    mkdirSync(downloads(), { recursive: true });
    symlinkSync(outside, join(downloads(), 'photos'));
    symlinkSync(join(outside, 'new.txt'), join(downloads(), 'a.txt'));
    const one = await receive(files, await fileOf(text('1'), { name: 'b.txt', folders: ['photos'] }));
    const two = await receive(files, await fileOf(text('2'), { name: 'a.txt' }));
    expect(filesIn(outside)).toEqual([]);
    expect(readFileSync(join(downloads(), 'photos (2)', 'b.txt'), 'utf8')).toBe('1');
    expect(readFileSync(join(downloads(), 'a (2).txt'), 'utf8')).toBe('2');
    expect([one.state, two.shownName]).toEqual(['received', 'a (2).txt']);
  });

  it('keeps the structure of a folder', async () => {
    const files = start();
    for (const [name, folders] of [
      ['a.txt', ['trip']],
      ['b.txt', ['trip', 'day 1']],
      ['c.txt', ['trip', 'day 1']],
    ] as const) {
      await receive(files, await fileOf(text(name), { name, folders: [...folders] }));
    }
    expect(filesIn(downloads()).toSorted()).toEqual(['trip/a.txt', 'trip/day 1/b.txt', 'trip/day 1/c.txt']);
  });

  it('makes no folder that a system would open as a program', async () => {
    const files = start();
    for (const folders of [['Photos.app', 'Contents', 'MacOS'], ['Holiday.WORKFLOW'], ['example.com', 'v1.2']]) {
      await receive(files, await fileOf(text(folders.join()), { name: 'run', folders }));
    }
    expect(filesIn(downloads()).toSorted()).toEqual([
      'Holiday.WORKFLOW_/run',
      'Photos.app_/Contents/MacOS/run',
      'example.com/v1.2/run',
    ]);
  });

  it('refuses changed blocks, wrong sizes and wrong hashes, and goes on', async () => {
    const files = start();
    const content = randomBytes(LIMITS.fileBlockBytes + 10);
    const { offer, hashes, blocks } = await fileOf(content);
    await files.learn(roomId, ana, [offer]);
    await expect(files.writeBlock(offer.fileId, 0, blocks[0] ?? new Uint8Array())).rejects.toMatchObject({
      code: 'file-unknown',
    });
    await files.accept(offer.fileId);
    await expect(files.setHashes(offer.fileId, toBase64Url(randomBytes(64)))).rejects.toMatchObject({
      code: 'file-block-wrong',
    });
    await expect(files.setHashes(offer.fileId, hashes.slice(0, 43))).rejects.toMatchObject({
      code: 'file-block-wrong',
    });
    await files.setHashes(offer.fileId, hashes);
    const changed = Uint8Array.from(blocks[0] ?? []);
    changed[500] = (changed[500] ?? 0) ^ 1;
    const [first = changed, second = changed] = blocks;
    for (const [index, bytes] of [
      [0, changed],
      [0, first.subarray(1)],
      [1, first],
      [1, new Uint8Array()],
      [2, second],
    ] as const) {
      await expect(files.writeBlock(offer.fileId, index, bytes)).rejects.toMatchObject({ code: 'file-block-wrong' });
    }
    await Promise.all([files.writeBlock(offer.fileId, 1, second), files.writeBlock(offer.fileId, 0, first)]);
    await files.writeBlock(offer.fileId, 0, first).catch(() => {});
    expect(readFileSync(join(downloads(), 'a.txt')).equals(content)).toBe(true);
    expect(filesIn(downloads())).toHaveLength(1);
  });

  it('goes on with the blocks that are right after a restart, whatever became of the part', async () => {
    let files = start();
    const content = randomBytes(5 * LIMITS.fileBlockBytes);
    const { offer, hashes, blocks } = await fileOf(content, { name: 'data.xyz' });
    await files.learn(roomId, ana, [offer]);
    await files.accept(offer.fileId);
    await files.setHashes(offer.fileId, hashes);
    for (const index of [0, 1, 3]) await files.writeBlock(offer.fileId, index, blocks[index] ?? new Uint8Array());
    files = await restart(files);
    expect(await files.progress(offer.fileId)).toMatchObject({
      item: { haveBytes: 3 * LIMITS.fileBlockBytes },
      have: toBase64Url(new Uint8Array([0b1011])),
    });
    await files.close();
    const [part] = filesIn(join(folder.path, 'profile', 'files')).filter((name) => name.endsWith('.part'));
    const path = join(folder.path, 'profile', 'files', part ?? '');
    const damaged = readFileSync(path);
    damaged.fill(7, LIMITS.fileBlockBytes, LIMITS.fileBlockBytes + 9);
    writeFileSync(path, damaged);
    files = start();
    expect(await files.progress(offer.fileId)).toMatchObject({ have: toBase64Url(new Uint8Array([0b1001])) });
    for (const index of [1, 2, 4]) await files.writeBlock(offer.fileId, index, blocks[index] ?? new Uint8Array());
    expect(readFileSync(join(downloads(), 'data.xyz')).equals(content)).toBe(true);
  });

  it('is complete only after a pause when the last block came during it', async () => {
    const files = start();
    const content = randomBytes(LIMITS.fileBlockBytes + 3);
    const { offer, hashes, blocks } = await fileOf(content, { name: 'data.xyz' });
    await files.learn(roomId, ana, [offer]);
    await files.accept(offer.fileId);
    await files.setHashes(offer.fileId, hashes);
    files.pause(offer.fileId);
    for (const [index, block] of blocks.entries()) await files.writeBlock(offer.fileId, index, block);
    expect(files.list(roomId)).toMatchObject([{ state: 'paused', haveBytes: content.length }]);
    expect(filesIn(downloads())).toEqual([]);
    await files.accept(offer.fileId);
    expect(files.list(roomId)).toMatchObject([{ state: 'received' }]);
    expect(readFileSync(join(downloads(), 'data.xyz')).equals(content)).toBe(true);
  });

  it('uses the reserved place once, and never a file that somebody put there', async () => {
    let files = start();
    const content = randomBytes(300);
    const { offer, hashes, blocks } = await fileOf(content, { name: 'data.xyz' });
    await files.learn(roomId, ana, [offer]);
    await files.accept(offer.fileId);
    await files.setHashes(offer.fileId, hashes);
    // The app ended after the place was reserved and noted, and the person used the name meanwhile.
    await files.close();
    const record = filesIn(join(folder.path, 'profile', 'files')).find((name) => name.endsWith('.json')) ?? '';
    const recordPath = join(folder.path, 'profile', 'files', record);
    mkdirSync(downloads(), { recursive: true });
    writeFileSync(join(downloads(), 'data.xyz'), 'mine');
    const stored = JSON.parse(readFileSync(recordPath, 'utf8')) as object;
    writeFileSync(recordPath, JSON.stringify({ ...stored, target: join(downloads(), 'data.xyz') }));
    files = start();
    await files.progress(offer.fileId);
    await files.writeBlock(offer.fileId, 0, blocks[0] ?? new Uint8Array());
    expect(readFileSync(join(downloads(), 'data.xyz'), 'utf8')).toBe('mine');
    expect(readFileSync(join(downloads(), 'data (2).xyz')).equals(content)).toBe(true);
  });
});

describe('offers', () => {
  it('are taken only with the id that belongs to their author and content', async () => {
    const files = start();
    const { offer } = await fileOf(text('x'));
    const mallory = newDeviceId();
    expect(await files.learn(roomId, mallory, [offer])).toEqual([]);
    expect(await files.learn(roomId, ana, [{ ...offer, root: randomId(32) }])).toEqual([]);
    expect(await files.learn(roomId, ana, [offer])).toHaveLength(1);
    // Again, or in another room: nothing changes.
    expect(await files.learn(roomId, ana, [offer])).toEqual([]);
    expect(await files.learn(newRoomId(), ana, [offer])).toEqual([]);
  });

  it('come back after a no only when they are offered again', async () => {
    const files = start();
    const { offer } = await fileOf(text('x'));
    await files.learn(roomId, ana, [offer]);
    await files.decline(offer.fileId);
    expect(await files.learn(roomId, ana, [offer])).toEqual([]);
    expect(await files.learn(roomId, ana, [{ ...offer, round: 2 }])).toMatchObject([{ state: 'offered', round: 2 }]);
  });

  it('are limited in number and in size for each author', async () => {
    const files = start();
    const big = { sizeBytes: LIMITS.fileMaxBytes };
    const offers = await Promise.all(
      Array.from({ length: LIMITS.filesOfAuthorMax + 3 }, async () => ({ ...(await fileOf(text(''))).offer, ...big })),
    );
    for (let at = 0; at < offers.length; at += 32) await files.learn(roomId, ana, offers.slice(at, at + 32));
    expect(files.list(roomId)).toHaveLength(LIMITS.filesOfAuthorMax);
    const accepted = await Promise.allSettled(
      files
        .list(roomId)
        .slice(0, 12)
        .map(({ fileId }) => files.accept(fileId)),
    );
    expect(accepted.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(8);
    expect(accepted.at(-1)).toMatchObject({ reason: { code: expect.stringMatching(/^(file-too-many|disk-full)$/) } });
  });

  it('end when their author takes them back, and what arrived is deleted', async () => {
    const files = start();
    const { offer, hashes, blocks } = await fileOf(randomBytes(2 * LIMITS.fileBlockBytes));
    await files.learn(roomId, ana, [offer]);
    await files.accept(offer.fileId);
    await files.setHashes(offer.fileId, hashes);
    await files.writeBlock(offer.fileId, 0, blocks[0] ?? new Uint8Array());
    expect(await files.withdrawn(offer.fileId, newDeviceId())).toEqual([]);
    expect(await files.withdrawn(offer.fileId, ana)).toMatchObject([{ state: 'declined', haveBytes: 0 }]);
    expect(filesIn(join(folder.path, 'profile')).filter((name) => name.endsWith('.part'))).toEqual([]);
    await expect(files.writeBlock(offer.fileId, 1, blocks[1] ?? new Uint8Array())).rejects.toMatchObject({
      code: 'file-unknown',
    });
  });

  it('leave nothing in the profile when their room is deleted', async () => {
    const files = start();
    await receive(files, await fileOf(text('secret words'), { name: 'secret.txt' }));
    await files.learn(roomId, ana, [(await fileOf(text('x'))).offer]);
    await files.forgetRoom(roomId);
    expect(filesIn(join(folder.path, 'profile'))).toEqual([]);
    expect(filesIn(downloads())).toEqual(['secret.txt']);
  });
});

describe('giving a file', () => {
  it('reads blocks of a received file, as long as it is the one that arrived', async () => {
    const files = start();
    const content = randomBytes(LIMITS.fileBlockBytes + 5);
    const item = await receive(files, await fileOf(content, { name: 'data.xyz' }));
    expect(Buffer.from(await files.readBlock(item.fileId, 1)).equals(content.subarray(LIMITS.fileBlockBytes))).toBe(
      true,
    );
    await expect(files.readBlock(item.fileId, 2)).rejects.toMatchObject({ code: 'file-unknown' });
    const path = join(downloads(), 'data.xyz');
    utimesSync(path, 1, 1);
    await expect(files.readBlock(item.fileId, 0)).rejects.toMatchObject({ code: 'file-changed' });
  });

  it('tells the hashes of an own file after a restart too, and leaves its content to the page', async () => {
    let files = start();
    const { offer, hashes } = await fileOf(randomBytes(1_000), { name: 'mine.bin' }, me);
    const { salt, root, sizeBytes, name } = offer;
    const item = await files.offer({ roomId, name, folders: ['trip'], sizeBytes, root, salt, hashes });
    expect(item).toMatchObject({ fileId: offer.fileId, folders: ['trip'], state: 'shared', mine: true, held: false });
    files = await restart(files);
    expect(files.hashes(item.fileId)).toBe(hashes);
    await expect(files.readBlock(item.fileId, 0)).rejects.toMatchObject({ code: 'file-unknown' });
    files.withdraw(item.fileId);
    expect(files.offerAgain(item.fileId)).toMatchObject({ state: 'shared', round: 2 });
  });

  it('shows pictures by their bytes alone', async () => {
    const files = start();
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
    const picture = await receive(files, await fileOf(png, { name: 'photo.png' }));
    expect(await files.picture(picture.fileId)).toEqual({ type: 'image/png', bytes: png });
    const page = await receive(files, await fileOf(text('<svg onload="x"/>'), { name: 'photo.jpg' }));
    await expect(files.picture(page.fileId)).rejects.toMatchObject({ code: 'not-allowed' });
  });
});
