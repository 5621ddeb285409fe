import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { blockCountOf, type FileItem, RoomExport, VOICE_NAME, type WorkState } from '@parley/shared/model';
import { accept, FileId, LIMITS, MessageId, type RoomId, toBase64Url } from '@parley/shared/protocol';
import { fileIdOf, fileRootOf } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../files/part-file.ts';
import { recordingOf } from '../files/testing/recordings.ts';
import { SAMPLE_VOICE, sayByVoice } from '../files/testing/say-by-voice.ts';
import { ask, author, newDeviceId, newMessageId, newRoomId, randomId } from '../testing/test-kit.ts';
import { openBeside } from './beside-path.ts';
import { FilesBeside, type ImportedInto } from './import-files.ts';
import { ended, exportPeople, type Person } from './testing/export-people.ts';

const people = exportPeople();
const { person, exported, imported } = people;

const cem = author('Cem');
let seq = 0;
/** Cem offers a file with that content in a room of somebody, who takes it from him. */
async function receive(
  ana: Person,
  roomId: RoomId,
  name: string,
  bytes: Uint8Array,
  more: { isVoice?: boolean; folders?: string[] } = {},
) {
  const hashes = new Uint8Array(blockCountOf(bytes.length) * 32);
  const blockAt = (index: number) => bytes.subarray(index * LIMITS.fileBlockBytes, (index + 1) * LIMITS.fileBlockBytes);
  for (let index = 0; index < blockCountOf(bytes.length); index++) hashes.set(sha256Of(blockAt(index)), index * 32);
  const root = await fileRootOf(bytes.length, hashes);
  const facts = {
    salt: randomId(16),
    name,
    folders: more.folders ?? [],
    sizeBytes: bytes.length,
    root,
    ...(more.isVoice && { voice: SAMPLE_VOICE }),
  };
  const fileId = FileId.parse(await fileIdOf({ author: cem.deviceId, salt: facts.salt, root }));
  seq++;
  const of = { id: MessageId.parse(fileId), kind: 'file', seq, clock: seq + 1, sentAt: ana.clock.now() } as const;
  const entry = cem.write(roomId, { ...of, body: facts } as never);
  expect(await ask(ana.core, 'history.record', { roomId, messages: [entry] })).toMatchObject({ refused: 0 });
  await ask(ana.core, 'files.learn', {
    roomId,
    author: cem.deviceId,
    offers: [{ ...facts, fileId, offeredAt: seq, round: 1 }],
  });
  await ask(ana.core, 'files.accept', { fileId });
  if (bytes.length > 0) await ask(ana.core, 'files.set-hashes', { fileId, hashes: toBase64Url(hashes) });
  for (let index = 0; index < blockCountOf(bytes.length); index++) {
    await ana.core.content.answer('PUT', `/files/${fileId}/blocks/${index}`, async () =>
      accept(new Uint8Array(blockAt(index))),
    );
  }
  expect(await fileOf(ana, roomId, fileId)).toMatchObject({ state: 'received', held: true });
  return fileId;
}
const listed = async ({ core }: Person, roomId: RoomId) => (await ask(core, 'files.list', { roomId })).items;
const fileOf = async (who: Person, roomId: RoomId, fileId: FileId): Promise<FileItem | undefined> =>
  (await listed(who, roomId)).find((each) => each.fileId === fileId);
const roomOf = async (ana: Person) => (await ask(ana.core, 'rooms.create', { name: 'Kitchen' })).roomId;
const countsOf = (state: WorkState) => {
  if (state.at !== 'done' || state.result.kind !== 'import') return state;
  const { files, filesMissing, filesWrong, filesNotStored } = state.result;
  return { files, filesMissing, filesWrong, filesNotStored };
};
const counts = (
  some: Partial<{ files: number; filesMissing: number; filesWrong: number; filesNotStored: number }>,
) => ({
  ...{ files: 0, filesMissing: 0, filesWrong: 0, filesNotStored: 0 },
  ...some,
});
/** The export with other paths of its files. */
function withPaths(out: string, pathOf: (at: number) => string): void {
  const file = join(out, 'Kitchen.json');
  const parsed = RoomExport.parse(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(
    file,
    JSON.stringify({ ...parsed, files: parsed.files.map((each, at) => ({ ...each, path: pathOf(at) })) }),
  );
}
const blockOf = async ({ core }: Person, fileId: FileId, index = 0) => {
  const answer = await core.content.answer('GET', `/files/${fileId}/blocks/${index}`, async () =>
    accept(new Uint8Array()),
  );
  return Buffer.from(answer.body as Uint8Array);
};

describe('the files beside an export (H8)', () => {
  it('come along with its messages: files to the downloads folder, voice messages into the profile', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const large = randomBytes(2 * LIMITS.fileBlockBytes + 5);
    const recording = recordingOf(5_000);
    const photo = await receive(ana, roomId, 'plan.bin', large, { folders: ['plans'] });
    const voice = await receive(ana, roomId, VOICE_NAME, recording, { isVoice: true });
    const empty = await receive(ana, roomId, 'empty.txt', new Uint8Array());
    const own = await sayByVoice(ana.core, roomId);
    const out = await exported(ana);

    const ben = await person('ben');
    const state = await imported(ben, join(out, 'Kitchen.json'));
    expect(countsOf(state)).toEqual(counts({ files: 4 }));
    expect(readFileSync(join(ben.downloads, 'plans', 'plan.bin')).equals(large)).toBe(true);
    expect(readFileSync(join(ben.downloads, 'empty.txt'))).toHaveLength(0);
    expect(readdirSync(ben.downloads).toSorted()).toEqual(['empty.txt', 'plans']);
    expect(statSync(join(ben.downloads, 'plans', 'plan.bin')).mode & 0o777).toBe(
      process.platform === 'win32' ? 0o666 : 0o600,
    );
    // All of them are as if they had come from a member: they play, are shown in their folder, and are given on.
    for (const fileId of [photo, voice, empty, own.fileId]) {
      expect(await fileOf(ben, roomId, fileId)).toMatchObject({
        state: 'received',
        held: true,
        mine: false,
        trouble: null,
      });
    }
    expect((await blockOf(ben, voice)).equals(recording)).toBe(true);
    expect((await blockOf(ben, own.fileId)).equals(own.bytes)).toBe(true);
    expect((await ask(ben.core, 'files.hashes', { fileId: photo })).hashes).not.toBe(null);

    // Twice is once.
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({}));
    expect(readdirSync(ben.downloads).toSorted()).toEqual(['empty.txt', 'plans']);
  });

  it('bring back what this profile lost, own voice messages too', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const own = await sayByVoice(ana.core, roomId);
    const out = await exported(ana);
    await ask(ana.core, 'rooms.delete', { roomId });
    expect(await listed(ana, roomId)).toEqual([]);
    expect(countsOf(await imported(ana, join(out, 'Kitchen.json')))).toEqual(counts({ files: 1 }));
    expect(await listed(ana, roomId)).toMatchObject([{ fileId: own.fileId, mine: true, state: 'shared', held: true }]);
    expect((await blockOf(ana, own.fileId)).equals(own.bytes)).toBe(true);
  });

  it('that are not there, or not what was signed, are counted, and all others come', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const names = ['here.txt', 'gone.txt', 'changed.txt', 'longer.txt', 'huge.bin', 'folder.txt'];
    const ids: FileId[] = [];
    for (const name of names) ids.push(await receive(ana, roomId, name, randomBytes(100)));
    const noSound = await receive(ana, roomId, VOICE_NAME, recordingOf(400), { isVoice: true });
    const out = await exported(ana);
    const beside = (name: string) => join(out, 'Kitchen - files', name);
    rmSync(beside('gone.txt'));
    writeFileSync(beside('changed.txt'), randomBytes(100));
    writeFileSync(beside('longer.txt'), randomBytes(101));
    truncateSync(beside('huge.bin'), 600_000_000);
    rmSync(beside('folder.txt'));
    mkdirSync(beside('folder.txt'));
    writeFileSync(beside('Voice message.webm'), randomBytes(400));
    const ben = await person('ben');
    const state = await imported(ben, join(out, 'Kitchen.json'));
    expect(countsOf(state)).toEqual(counts({ files: 1, filesMissing: 2, filesWrong: 4 }));
    expect(state).toMatchObject({ result: { added: 8, refused: 0, forged: 0 } });
    expect(readdirSync(ben.downloads)).toEqual(['here.txt']);
    // Of the others nothing is said to be here, and nothing of them is.
    expect((await listed(ben, roomId)).map(({ fileId }) => fileId)).toEqual([ids[0]]);
    expect(await fileOf(ben, roomId, noSound)).toBe(undefined);
    expect(
      readdirSync(join(people.folder, 'ben', 'profile', 'files')).filter((name) => name.endsWith('.part')),
    ).toEqual([]);
    // The right content later is taken then.
    rmSync(beside('folder.txt'), { recursive: true });
    writeFileSync(beside('folder.txt'), readFileSync(join(ana.downloads, 'folder.txt')));
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(
      counts({ files: 1, filesMissing: 1, filesWrong: 4 }),
    );
  });

  it('are not looked for where messages were deleted, refused or are about to disappear', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const forged = await receive(ana, roomId, 'forged.txt', randomBytes(10));
    const out = await exported(ana);
    const file = join(out, 'Kitchen.json');
    const parsed = RoomExport.parse(JSON.parse(readFileSync(file, 'utf8')));
    const entries = parsed.entries.map((entry) => ((entry.id as string) === forged ? { ...entry, sentAt: 17 } : entry));
    writeFileSync(file, JSON.stringify({ ...parsed, entries }));
    const ben = await person('ben');
    const state = await imported(ben, file);
    expect(state).toMatchObject({ result: { forged: 1 } });
    expect(countsOf(state)).toEqual(counts({}));
    expect(existsSync(ben.downloads)).toBe(false);
  });

  const forgeries = [
    { what: 'name', of: (body: object) => ({ ...body, name: 'invoice.exe' }) },
    { what: 'folders', of: (body: object) => ({ ...body, folders: ['elsewhere'] }) },
    { what: 'voice', of: (body: object) => ({ ...body, name: VOICE_NAME, folders: [], voice: SAMPLE_VOICE }) },
    { what: 'size', of: (body: object) => ({ ...body, sizeBytes: 7 }) },
  ];
  it.each(forgeries)(
    'are what their author signed, whatever forged entries around the genuine one say ($what)',
    async ({ of }) => {
      const ana = await person('ana');
      const roomId = await roomOf(ana);
      const bytes = randomBytes(100);
      const plan = await receive(ana, roomId, 'plan.txt', bytes, { folders: ['plans'] });
      const genuine = await fileOf(ana, roomId, plan);
      const out = await exported(ana);
      const file = join(out, 'Kitchen.json');
      const parsed = RoomExport.parse(JSON.parse(readFileSync(file, 'utf8')));
      const entries = parsed.entries.flatMap((entry): unknown[] => {
        if (entry.kind !== 'file' || !entry.body) return [entry];
        const forged = { ...entry, body: of(entry.body), sentAt: 17 };
        return [forged, entry, forged];
      });
      writeFileSync(file, JSON.stringify({ ...parsed, entries }));

      const ben = await person('ben');
      const state = await imported(ben, file);
      expect(state).toMatchObject({ result: { refused: 2, forged: 2 } });
      expect(countsOf(state)).toEqual(counts({ files: 1 }));
      expect(readdirSync(ben.downloads)).toEqual(['plans']);
      expect(readFileSync(join(ben.downloads, 'plans', 'plan.txt')).equals(bytes)).toBe(true);
      const item = await fileOf(ben, roomId, plan);
      expect(item).toMatchObject({ name: 'plan.txt', folders: ['plans'], sizeBytes: 100, held: true });
      expect(item?.voice).toBe(undefined);
      expect(item?.offeredAt).not.toBe(17);
      expect(item?.root).toBe(genuine?.root);
    },
  );

  it('are not crowded out by entries that were refused, however many', async () => {
    const entry = cem.write(newRoomId(), {
      kind: 'file',
      body: { salt: randomId(16), name: 'plan.txt', folders: [], sizeBytes: 1, root: randomId(32) },
    } as never);
    const asked: MessageId[] = [];
    const history: Pick<ImportedInto['history'], 'fates'> = {
      fates: async (messages) => messages.map(({ id }) => (id === entry.id ? 'here' : 'unknown')),
    };
    const around = async (_: RoomId, { id }: { id: MessageId }) => {
      asked.push(id);
      return { items: [] };
    };
    const into = { history: { ...history, around }, files: {}, own: newDeviceId() } as unknown as ImportedInto;
    const progress = { step: () => {}, grow: () => {}, signal: new AbortController().signal };
    const sum = counts({});
    const beside = new FilesBeside(into, join(people.folder, 'Kitchen.json'), sum, progress);
    const forged = Array.from({ length: 100_001 }, () => ({ ...entry, id: newMessageId() }));
    await beside.note(entry.roomId, [...forged, entry, entry]);
    await beside.take(entry.roomId);
    expect(asked).toEqual([entry.id]);
    expect(sum).toEqual(counts({}));
  });

  it('have harmless names and are asked about before they are opened, whatever the export calls them', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const program = await receive(ana, roomId, '../../run\u202Etxt.exe', Buffer.from('MZ and more'), {
      folders: ['..', '/etc'],
    });
    const out = await exported(ana);
    const ben = await person('ben');
    await imported(ben, join(out, 'Kitchen.json'));
    expect(await fileOf(ben, roomId, program)).toMatchObject({ state: 'received', kind: 'program', risk: 'dangerous' });
    const all = readdirSync(ben.downloads, { recursive: true, withFileTypes: true });
    expect(all.filter((each) => each.isFile())).toHaveLength(1);
    expect(readdirSync(join(people.folder, 'ben')).toSorted()).toEqual(['downloads', 'profile']);
  });

  it('are left where nothing can be stored, and come when it can', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const plan = await receive(ana, roomId, 'plan.txt', randomBytes(10));
    const voice = await receive(ana, roomId, VOICE_NAME, recordingOf(400), { isVoice: true });
    const out = await exported(ana);
    const ben = await person('ben');
    // In the place of the folder for downloads lies a file.
    writeFileSync(ben.downloads, 'in the way');
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ files: 1, filesNotStored: 1 }));
    expect(await fileOf(ben, roomId, plan)).toMatchObject({ state: 'offered', held: false, haveBytes: 0 });
    expect(await fileOf(ben, roomId, voice)).toMatchObject({ state: 'received', held: true });
    rmSync(ben.downloads);
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ files: 1 }));
  });

  it('that a person said no to stay away', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const plan = await receive(ana, roomId, 'plan.txt', randomBytes(10));
    const out = await exported(ana);
    const ben = await person('ben');
    renameSync(join(out, 'Kitchen - files'), join(out, 'elsewhere'));
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ filesMissing: 1 }));
    const parsed = RoomExport.parse(JSON.parse(readFileSync(join(out, 'Kitchen.json'), 'utf8')));
    const entry = parsed.entries.find(({ kind }) => kind === 'file');
    if (entry?.kind !== 'file' || !entry.body) throw new Error('no file');
    const offer = { ...entry.body, fileId: plan, offeredAt: 5, round: 1 };
    await ask(ben.core, 'files.learn', { roomId, author: cem.deviceId, offers: [offer] });
    await ask(ben.core, 'files.decline', { fileId: plan });
    renameSync(join(out, 'elsewhere'), join(out, 'Kitchen - files'));
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({}));
    expect(await fileOf(ben, roomId, plan)).toMatchObject({ state: 'declined', held: false });
  });

  it('stop with the import, with no half of a file left', async () => {
    const ana = await person('ana');
    const roomId = await roomOf(ana);
    const plan = await receive(ana, roomId, 'plan.bin', randomBytes(3 * LIMITS.fileBlockBytes));
    const out = await exported(ana);
    const ben = await person('ben');
    const undo = ben.core.subscribe((event, payload) => {
      const { items } = payload as { items: FileItem[] };
      if (event === 'files.changed' && items.some(({ state }) => state === 'receiving')) {
        undo();
        void ask(ben.core, 'work.cancel', {});
      }
    });
    ben.places.chosen = [join(out, 'Kitchen.json')];
    expect(await ended(ben, () => ask(ben.core, 'work.import', {}))).toEqual({ at: 'idle' });
    expect(await fileOf(ben, roomId, plan)).toMatchObject({ state: 'offered', held: false, haveBytes: 0 });
    expect(
      readdirSync(join(people.folder, 'ben', 'profile', 'files')).filter((name) => name.endsWith('.part')),
    ).toEqual([]);
    expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ files: 1 }));
  });
});

describe('a path in an export', () => {
  const outside = [
    '../secret.txt',
    'Kitchen - files/../../secret.txt',
    './secret.txt',
    '/etc/passwd',
    'C:/secret.txt',
    'C:secret.txt',
    '\\\\server\\share\\secret.txt',
    '..\\secret.txt',
    'Kitchen - files//secret.txt',
    'Kitchen - files/',
    '',
    'a\0b',
    '.. /secret.txt',
    '.../secret.txt',
    'a/b/c/d/e',
    'x'.repeat(5_000),
    'Kitchen - files/secret.txt:stream',
  ];

  it.each(outside)('leads nowhere but below the folder of the export: %j', async (path) => {
    const base = join(people.folder, 'export');
    mkdirSync(join(base, 'Kitchen - files'), { recursive: true });
    writeFileSync(join(people.folder, 'secret.txt'), 'secret');
    writeFileSync(join(base, 'secret.txt'), 'secret');
    expect(await openBeside(base, path)).toBe(null);
  });

  it('is taken where it is that of a plain file', async () => {
    mkdirSync(join(people.folder, 'files'));
    writeFileSync(join(people.folder, 'files', 'a (2).txt'), 'five!');
    const handle = await openBeside(people.folder, 'files/a (2).txt');
    expect((await handle?.readFile())?.toString()).toBe('five!');
    await handle?.close();
  });

  it.skipIf(process.platform === 'win32')(
    'follows no link, to a file or to a folder, also where its content would be right',
    async () => {
      const ana = await person('ana');
      const roomId = await roomOf(ana);
      const bytes = randomBytes(50);
      await receive(ana, roomId, 'one.txt', bytes);
      await receive(ana, roomId, 'two.txt', bytes);
      const out = await exported(ana);
      const elsewhere = join(people.folder, 'elsewhere');
      renameSync(join(out, 'Kitchen - files'), elsewhere);
      mkdirSync(join(out, 'Kitchen - files'));
      symlinkSync(join(elsewhere, 'one.txt'), join(out, 'Kitchen - files', 'one.txt'));
      symlinkSync(elsewhere, join(out, 'linked'));
      withPaths(out, (at) => (at === 0 ? 'Kitchen - files/one.txt' : 'linked/two.txt'));
      const ben = await person('ben');
      expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ filesMissing: 2 }));
      expect(existsSync(ben.downloads)).toBe(false);
      withPaths(out, () => '../elsewhere/one.txt');
      expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ filesMissing: 2 }));
      // A hard link is that file.
      linkSync(join(elsewhere, 'two.txt'), join(out, 'two.txt'));
      withPaths(out, () => 'two.txt');
      expect(countsOf(await imported(ben, join(out, 'Kitchen.json')))).toEqual(counts({ files: 2 }));
    },
  );
});
