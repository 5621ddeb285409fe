import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS, RecordingId, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { Downloads } from '../files/downloads.ts';
import { newRoomId, randomId, temporaryFolder } from '../testing/test-kit.ts';
import { recordingContent } from './recording-requests.ts';
import { Recordings } from './recordings.ts';
import { readRecording } from './testing/read-recording.ts';
import { sampleRecording, sizedRecording } from './testing/sample-recording.ts';

const roomId = newRoomId();
const page = {};
let folder: ReturnType<typeof temporaryFolder>;
let shown: string[];
let told: [string, string, string][];
const open: Recordings[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  shown = [];
  told = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  folder.remove();
});

const place = () => join(folder.path, 'Downloads', 'Recordings');
const files = () => (existsSync(place()) ? readdirSync(place()).sort() : []);
const read = (name: string) => readRecording(readFileSync(join(place(), name)));
const notes = () => (existsSync(join(folder.path, 'notes')) ? readdirSync(join(folder.path, 'notes')) : []);

function start(downloads: Pick<Downloads, 'reserve'> = new Downloads(join(folder.path, 'Downloads'))): Recordings {
  const recordings = new Recordings({
    folder: join(folder.path, 'notes'),
    downloads,
    shell: { showFile: async (path) => shown.push(path) > 0 },
    roomName: async (id: RoomId) => (id === roomId ? '../Garden: plans' : undefined),
    ownName: () => 'Ana',
    keptBy: (...what) => told.push(what),
    now: () => new Date(2026, 11, 1, 14, 5).getTime(),
    log: silentLog,
  });
  open.push(recordings);
  return recordings;
}

/** Writes bytes as a page does, in pieces of that size. */
async function write(recordings: Recordings, recordingId: RecordingId, bytes: Buffer, pieceBytes = 777): Promise<void> {
  for (let at = 0, index = 0; at < bytes.length; at += pieceBytes, index++) {
    await recordings.write(recordingId, index, bytes.subarray(at, at + pieceBytes));
  }
}

describe('a recording (C8)', () => {
  it('becomes a whole video with a length, an index and the notes of who was told', async () => {
    const recordings = start();
    const { recordingId } = await recordings.begin(roomId, page);
    expect(files()).toEqual(['Parley .._Garden_ plans 2026-12-01 14.05.webm.part']);
    expect(statSync(join(place(), files()[0] ?? '')).mode & 0o777).toBe(0o600);
    await write(recordings, recordingId, sampleRecording(5));
    await recordings.note(recordingId, [
      { name: 'Ben', fromMs: 0, toMs: 3_000 },
      { name: 'Cem', fromMs: 2_000, toMs: null },
    ]);
    const { name, sizeBytes } = await recordings.finish(recordingId);
    expect(files()).toEqual([name]);
    expect(statSync(join(place(), name)).size).toBe(sizeBytes);
    expect(notes()).toEqual([]);
    const video = read(name);
    expect(video.durationMs).toBe(4_900);
    expect(video.isSeekable).toBe(true);
    expect(video.blocks).toEqual([20, 20, 20, 20, 20]);
    expect(video.cues).toEqual([0, 1_000, 2_000, 3_000, 4_000].map((time) => ({ time, track: 1 })));
    expect(video.tags.TITLE).toBe('Call in ../Garden: plans');
    expect(video.tags.COMMENT).toBe(
      'Recorded by Ana. These people were in the call and were told that it is recorded: Ben (0:00:00 to 0:00:03), Cem (0:00:02 to the end).',
    );
    await recordings.show(recordingId);
    expect(shown).toEqual([join(place(), name)]);
  });

  it('is read whatever sizes its browser writes', async () => {
    const recordings = start();
    const { recordingId } = await recordings.begin(roomId, page);
    await write(recordings, recordingId, sizedRecording());
    const { name } = await recordings.finish(recordingId);
    expect(read(name)).toMatchObject({ durationMs: 400, isSeekable: true, blocks: [2] });
  });

  it('that a crash cut off anywhere is finished by the next start', async () => {
    const whole = sampleRecording(3);
    for (const cut of [whole.length - 1, Math.round(whole.length * 0.6), 700]) {
      const before = start();
      const { recordingId } = await before.begin(roomId, page);
      await write(before, recordingId, whole.subarray(0, cut));
      await before.note(recordingId, [{ name: 'Ben', fromMs: 0, toMs: null }]);
      // As a crash leaves it, with what was being written when it came.
      const [part = ''] = files().filter((each) => each.endsWith('.part'));
      writeFileSync(join(place(), part), Buffer.alloc(90, 0), { flag: 'a' });
      told = [];
      const after = start();
      after.finishLeft();
      await after.close();
      expect(told).toEqual([['crash', '../Garden: plans', expect.any(String)]]);
      const video = read(told[0]?.[2] ?? '');
      expect(video.isSeekable).toBe(true);
      expect(video.blocks.reduce((sum, count) => sum + count, 0)).toBe(blocksIn(cut));
      expect(video.tags.COMMENT).toContain('Ben');
      expect(notes()).toEqual([]);
    }
  });

  it('that was finished up to its name is finished again to the same bytes', async () => {
    const recordings = start();
    const { recordingId } = await recordings.begin(roomId, page);
    await write(recordings, recordingId, sampleRecording(2));
    const [note = ''] = notes();
    const noted = readFileSync(join(folder.path, 'notes', note));
    const { name } = await recordings.finish(recordingId);
    const first = readFileSync(join(place(), name));
    // The crash came before the file got its name.
    writeFileSync(join(place(), `${name}.part`), first);
    writeFileSync(join(folder.path, 'notes', note), noted);
    const again = start();
    again.finishLeft();
    await again.close();
    const second = files().find((each) => each !== name) ?? '';
    expect(readFileSync(join(place(), second)).equals(first)).toBe(true);
  });

  it('in which there is nothing leaves nothing behind', async () => {
    const recordings = start();
    const { recordingId } = await recordings.begin(roomId, page);
    await expect(recordings.finish(recordingId)).rejects.toMatchObject({ code: 'recording-failed' });
    expect([...files(), ...notes()]).toEqual([]);
  });

  it('takes its parts in their order, and nothing that is no video', async () => {
    const recordings = start();
    const { recordingId } = await recordings.begin(roomId, page);
    await expect(recordings.write(recordingId, 1, sampleRecording(1))).rejects.toMatchObject({ code: 'bad-request' });
    await expect(recordings.write(recordingId, 0, Buffer.from('<html></html>'))).rejects.toMatchObject({
      code: 'recording-failed',
    });
    const other = RecordingId.parse(randomId(16));
    await expect(recordings.write(other, 0, Buffer.alloc(1))).rejects.toMatchObject({ code: 'recording-unknown' });
  });

  it('runs alone, and ends with its page', async () => {
    const recordings = start();
    const { recordingId } = await recordings.begin(roomId, page);
    await write(recordings, recordingId, sampleRecording(1));
    await expect(recordings.begin(roomId, page)).rejects.toMatchObject({ code: 'recording-running' });
    recordings.endPage({});
    await recordings.write(recordingId, 1_000, Buffer.alloc(0)).catch(() => undefined);
    recordings.endPage(page);
    await recordings.close();
    await Promise.resolve();
    expect(files()).toEqual(['Parley .._Garden_ plans 2026-12-01 14.05.webm']);
    expect(told).toEqual([['page-gone', '../Garden: plans', files()[0]]]);
  });

  it.runIf(process.platform === 'linux')('says where the disk is full', async () => {
    const full = join(folder.path, 'full.part');
    symlinkSync('/dev/full', full);
    const recordings = start({ reserve: async () => full });
    const { recordingId } = await recordings.begin(roomId, page);
    await expect(recordings.write(recordingId, 0, sampleRecording(1))).rejects.toMatchObject({ code: 'disk-full' });
  });

  it('needs a room that is known', async () => {
    await expect(start().begin(newRoomId(), page)).rejects.toMatchObject({ code: 'room-unknown' });
    expect(files()).toEqual([]);
  });
});

/** The blocks that stand whole in the first bytes of the sample. */
function blocksIn(bytes: number): number {
  const whole = sampleRecording(3);
  let count = 0;
  for (let at = whole.indexOf(0xa3); at !== -1 && at < bytes; at = whole.indexOf(Buffer.of(0xa3, 0x01), at + 1)) {
    if (whole[at + 1] === 0x01 && at + 9 + 204 <= bytes) count++;
  }
  return count;
}

describe('pictures of a call, and the way of the bytes', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
  const put = async (recordings: Recordings, path: string, bytes: Buffer, method = 'PUT') => {
    const answer = await recordingContent(recordings, silentLog).answer(method, path, async () => ({
      ok: true,
      value: bytes,
    }));
    return { status: answer.status, said: JSON.parse(String(answer.body)) };
  };

  it('are kept beside the recordings, a second one under another name', async () => {
    const recordings = start();
    const { said } = await put(recordings, `/recordings/pictures/${roomId}`, png);
    await put(recordings, `/recordings/pictures/${roomId}`, png);
    expect(files()).toHaveLength(2);
    expect(readFileSync(join(place(), said.value.name)).equals(png)).toBe(true);
    await recordings.show(said.value.recordingId);
    expect(shown).toHaveLength(1);
  });

  it('take no other bytes, and no other way', async () => {
    const recordings = start();
    expect(await put(recordings, `/recordings/pictures/${roomId}`, Buffer.from('GIF89a'))).toMatchObject({
      status: 400,
      said: { code: 'bad-request' },
    });
    expect((await put(recordings, '/recordings/../x/parts/0', png)).status).toBe(404);
    expect((await put(recordings, `/recordings/${randomId(16)}/parts/0`, png, 'GET')).status).toBe(405);
    expect((await put(recordings, `/recordings/${randomId(16)}/parts/0`, png)).said.code).toBe('recording-unknown');
    expect(recordingContent(recordings, silentLog).bodyMaxBytes('/recordings/x/parts/0')).toBe(LIMITS.fileBlockBytes);
    expect(files()).toEqual([]);
  });
});
