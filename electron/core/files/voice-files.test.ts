import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockCountOf, type FileItem, type FileOffer, VOICE_NAME, type Voice } from '@parley/shared/model';
import { type DeviceId, type FileId, LIMITS, toBase64Url } from '@parley/shared/protocol';
import { fileIdOf, fileRootOf } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { newDeviceId, newRoomId, randomId, temporaryFolder } from '../testing/test-kit.ts';
import { Downloads } from './downloads.ts';
import { isVoice } from './file-kinds.ts';
import { Files } from './files.ts';
import { recordingOf } from './testing/recordings.ts';

let folder: ReturnType<typeof temporaryFolder>;
let open: Files[];
let shown: string[];
const me = newDeviceId();
const ana = newDeviceId();
const roomId = newRoomId();
const voice: Voice = { durationMs: 61_000, levels: Array.from({ length: LIMITS.voiceLevels }, (_, at) => at % 32) };

beforeEach(() => {
  folder = temporaryFolder();
  open = [];
  shown = [];
});
afterEach(async () => {
  await Promise.all(open.map((files) => files.close()));
  folder.remove();
});

const profile = () => join(folder.path, 'profile', 'files');
const inProfile = (ending: string) =>
  existsSync(profile()) ? readdirSync(profile()).filter((name) => name.endsWith(ending)) : [];

function start(): Files {
  mkdirSync(profile(), { recursive: true });
  const files = new Files({
    folder: profile(),
    downloads: new Downloads(join(folder.path, 'downloads')),
    shell: {
      openFile: async (path) => {
        shown.push(path);
        return 'opened';
      },
      showFile: async (path) => {
        shown.push(path);
        return true;
      },
    },
    author: me,
    now: () => 1_700_000_000_000,
    emit: () => {},
    log: silentLog,
  });
  open.push(files);
  return files;
}

type Sent = { offer: FileOffer; hashes: string; blocks: Uint8Array[] };

async function recordingBy(
  author: DeviceId,
  content = recordingOf(5_000),
  more: Partial<FileOffer> = {},
): Promise<Sent> {
  const blocks = Array.from({ length: blockCountOf(content.length) }, (_, index) =>
    content.subarray(index * LIMITS.fileBlockBytes, (index + 1) * LIMITS.fileBlockBytes),
  );
  const hashes = new Uint8Array(Buffer.concat(blocks.map((block) => createHash('sha256').update(block).digest())));
  const root = await fileRootOf(content.length, hashes);
  const salt = randomId(16);
  const fileId = (await fileIdOf({ author, salt, root })) as FileId;
  const facts = { fileId, salt, name: VOICE_NAME, folders: [], sizeBytes: content.length, root };
  return { offer: { ...facts, offeredAt: 5, round: 1, voice, ...more }, hashes: toBase64Url(hashes), blocks };
}

/** Offers an own one, without its blocks. */
async function record(files: Files, { offer, hashes }: Sent): Promise<FileItem> {
  const { name, folders, sizeBytes, root, salt } = offer;
  return files.offer({ roomId, name, folders, sizeBytes, root, salt, hashes, voice });
}
const write = async (files: Files, { offer, blocks }: Sent) => {
  for (const [index, block] of blocks.entries()) await files.writeBlock(offer.fileId, index, block);
};
const itemOf = (files: Files, { offer }: Sent) => files.list(roomId).find(({ fileId }) => fileId === offer.fileId);

describe('a voice message of one’s own (H10)', () => {
  it('is on the disk before it is sent, and can be given after a restart', async () => {
    const files = start();
    const sent = await recordingBy(me);
    expect(await record(files, sent)).toMatchObject({ state: 'recorded', held: false, mine: true, kind: 'sound' });
    await write(files, sent);
    expect(itemOf(files, sent)).toMatchObject({ state: 'recorded', held: true });
    files.share(sent.offer.fileId);
    await files.close();
    const again = start();
    expect(itemOf(again, sent)).toMatchObject({ state: 'shared', held: true, voice });
    expect(await again.readBlock(sent.offer.fileId, 0)).toEqual(sent.blocks[0]);
    expect(again.hashes(sent.offer.fileId)).toBe(sent.hashes);
  });

  it('is taken in once, however often that is tried', async () => {
    const files = start();
    const sent = await recordingBy(me, recordingOf(LIMITS.fileBlockBytes + 9));
    await record(files, sent);
    await files.writeBlock(sent.offer.fileId, 0, sent.blocks[0] ?? new Uint8Array());
    await record(files, sent);
    await write(files, sent);
    await write(files, sent);
    expect(itemOf(files, sent)).toMatchObject({ state: 'recorded', held: true });
    expect(inProfile('.part')).toEqual([]);
    expect(readFileSync(join(profile(), inProfile('.voice')[0] ?? '')).length).toBe(sent.offer.sizeBytes);
    files.share(sent.offer.fileId);
    await expect(files.writeBlock(sent.offer.fileId, 0, sent.blocks[0] ?? new Uint8Array())).rejects.toMatchObject({
      code: 'file-unknown',
    });
  });

  it('is kept over a crash when it is whole, and nothing is left of it otherwise', async () => {
    const files = start();
    const [half, whole] = [await recordingBy(me, recordingOf(LIMITS.fileBlockBytes + 9)), await recordingBy(me)];
    await record(files, half);
    await files.writeBlock(half.offer.fileId, 0, half.blocks[0] ?? new Uint8Array());
    await record(files, whole);
    await write(files, whole);
    // The app ended between the move and the note of it.
    const [note = ''] = inProfile('.json').filter((name) =>
      readFileSync(join(profile(), name), 'utf8').includes(whole.offer.fileId),
    );
    const noted = JSON.parse(readFileSync(join(profile(), note), 'utf8'));
    await files.close();
    writeFileSync(join(profile(), note), JSON.stringify({ ...noted, held: false }));
    const again = start();
    expect(again.list(roomId).map(({ fileId, held }) => ({ fileId, held }))).toEqual([
      { fileId: whole.offer.fileId, held: true },
    ]);
    expect(inProfile('.part')).toEqual([]);
  });

  it('is gone with all its bytes when it is discarded, deleted or its room is', async () => {
    const files = start();
    const all = [await recordingBy(me), await recordingBy(me), await recordingBy(me)];
    for (const each of all) {
      await record(files, each);
      await write(files, each);
    }
    const [first, second] = all;
    await files.forget(first?.offer.fileId as FileId);
    expect(inProfile('.voice')).toHaveLength(2);
    await files.forgetMessages([{ roomId, author: me, id: second?.offer.fileId as never }]);
    expect(inProfile('.voice')).toHaveLength(1);
    await files.forgetRoom(roomId);
    expect(readdirSync(profile())).toEqual([]);
  });
});

describe('a voice message of somebody else (H10)', () => {
  it('is loaded by itself, lies in the profile alone, and is no file to be opened (P10)', async () => {
    const files = start();
    const sent = await recordingBy(ana);
    expect(await files.learn(roomId, ana, [sent.offer])).toMatchObject([{ state: 'receiving' }]);
    await files.setHashes(sent.offer.fileId, sent.hashes);
    await write(files, sent);
    expect(itemOf(files, sent)).toMatchObject({ state: 'received', held: true });
    expect(existsSync(join(folder.path, 'downloads'))).toBe(false);
    expect(await files.readBlock(sent.offer.fileId, 0)).toEqual(sent.blocks[0]);
    const { fileId } = sent.offer;
    for (const use of [files.open(fileId), files.show(fileId), files.picture(fileId)]) {
      await expect(use).rejects.toMatchObject({ code: 'file-unknown' });
    }
    expect(shown).toEqual([]);
    await files.forgetMessages([{ roomId, author: ana, id: sent.offer.fileId as never }]);
    expect(readdirSync(profile())).toEqual([]);
  });

  it('can be heard from its first block on, while the others are on their way', async () => {
    const files = start();
    const sent = await recordingBy(ana, recordingOf(LIMITS.fileBlockBytes + 77));
    await files.learn(roomId, ana, [sent.offer]);
    await files.setHashes(sent.offer.fileId, sent.hashes);
    await files.writeBlock(sent.offer.fileId, 0, sent.blocks[0] ?? new Uint8Array());
    expect(await files.readBlock(sent.offer.fileId, 0)).toEqual(sent.blocks[0]);
    await expect(files.readBlock(sent.offer.fileId, 1)).rejects.toMatchObject({ code: 'file-unknown' });
  });

  it('is asked about when it is large, or when its author sent very much', async () => {
    const files = start();
    const large = await recordingBy(ana, recordingOf(LIMITS.voiceLoadedMaxBytes + 1));
    expect(await files.learn(roomId, ana, [large.offer])).toMatchObject([{ state: 'offered' }]);
    expect(await files.accept(large.offer.fileId)).toMatchObject({ state: 'receiving' });
    const many = Math.floor(LIMITS.voicesOfAuthorMaxBytes / LIMITS.voiceLoadedMaxBytes);
    const states: string[] = [];
    for (let index = 0; index <= many; index++) {
      const { offer } = await recordingBy(ana, recordingOf(200), { sizeBytes: LIMITS.voiceLoadedMaxBytes });
      states.push(...(await files.learn(roomId, ana, [offer])).map(({ state }) => state));
    }
    expect(states.at(0)).toBe('receiving');
    expect(states.at(-1)).toBe('offered');
    const other = await recordingBy(me);
    const ben = newDeviceId();
    const fromBen = await recordingBy(ben);
    expect(await files.learn(roomId, ben, [fromBen.offer, other.offer])).toMatchObject([{ state: 'receiving' }]);
  });

  it('that is no sound is deleted, and given to nobody (P10)', async () => {
    const files = start();
    const lies = [
      new TextEncoder().encode('These are words and no sound at all. '.repeat(9)),
      recordingOf(900, 'V_VP8'),
      recordingOf(900, 'A_OPUS\x86V_VP9'),
      new Uint8Array(900),
    ];
    for (const content of lies) {
      const sent = await recordingBy(ana, content);
      await files.learn(roomId, ana, [sent.offer]);
      await files.setHashes(sent.offer.fileId, sent.hashes);
      await expect(write(files, sent)).rejects.toMatchObject({ code: 'voice-invalid' });
      expect(itemOf(files, sent)).toMatchObject({ state: 'declined', trouble: 'voice-invalid', held: false });
      await expect(files.readBlock(sent.offer.fileId, 0)).rejects.toMatchObject({ code: 'file-unknown' });
    }
    expect([...inProfile('.voice'), ...inProfile('.part')]).toEqual([]);
  });

  it('can be loaded once more where the profile lost it', async () => {
    const files = start();
    const sent = await recordingBy(ana);
    await files.learn(roomId, ana, [sent.offer]);
    await files.setHashes(sent.offer.fileId, sent.hashes);
    await write(files, sent);
    rmSync(join(profile(), inProfile('.voice')[0] ?? ''));
    await expect(files.readBlock(sent.offer.fileId, 0)).rejects.toMatchObject({ code: 'file-missing' });
    expect(itemOf(files, sent)).toMatchObject({ state: 'offered', held: false });
    await files.accept(sent.offer.fileId);
    await write(files, sent);
    expect(itemOf(files, sent)).toMatchObject({ state: 'received', held: true });
  });
});

describe('what counts as a recording (H10)', () => {
  it('is sound alone, whatever bytes come after its heads', () => {
    const sound = recordingOf(4_096);
    expect(isVoice(sound)).toBe(true);
    sound.set(new TextEncoder().encode('V_VP8'), 2_000);
    expect(isVoice(sound)).toBe(true);
    expect(isVoice(sound.subarray(4))).toBe(false);
    expect(isVoice(new Uint8Array())).toBe(false);
  });
});
