import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { blockCountOf, type FileItem, type FileOffer, VOICE_NAME, type Voice } from '@parley/shared/model';
import { type DeviceId, type FileId, LIMITS, MessageId, type RoomId, toBase64Url } from '@parley/shared/protocol';
import { fileIdOf, fileRootOf } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import type { Fate } from '../history/fates-store.ts';
import type { Gone } from '../history/forgetting-store.ts';
import { newDeviceId, newRoomId, randomId, temporaryFolder } from '../testing/test-kit.ts';
import { Downloads } from './downloads.ts';
import { isVoice } from './file-kinds.ts';
import { Files } from './files.ts';
import { recordingOf } from './testing/recordings.ts';

let folder: ReturnType<typeof temporaryFolder>;
let open: Files[];
let shown: string[];
let fates: (messages: readonly Gone[]) => Fate[] | Promise<Fate[]>;
const me = newDeviceId();
const ana = newDeviceId();
const roomId = newRoomId();
const voice: Voice = { durationMs: 61_000, levels: Array.from({ length: LIMITS.voiceLevels }, (_, at) => at % 32) };

beforeEach(() => {
  folder = temporaryFolder();
  open = [];
  shown = [];
  fates = (messages) => messages.map(() => 'here');
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
    history: { fates: async (messages) => fates(messages) },
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
const pathOf = ({ offer }: Sent, ending: string): string =>
  join(profile(), `${Buffer.from(offer.fileId, 'base64url').toString('hex')}.${ending}`);
const messageOf = ({ offer }: Sent, author: DeviceId) => ({ roomId, author, id: MessageId.parse(offer.fileId) });
/** A voice message that was taken in. */
async function received(files: Files, author: DeviceId): Promise<Sent> {
  const sent = await recordingBy(author);
  await files.learn(roomId, author, [sent.offer]);
  await files.setHashes(sent.offer.fileId, sent.hashes);
  await write(files, sent);
  return sent;
}
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
      recordingOf(900, 'A_OPUS\x86\x85V_VP9'),
      recordingOf(900, 'A_OPUS\x86\x40\x05V_VP9'),
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

describe('how much is loaded by itself (P10)', () => {
  /** Offers as large voice messages as load by themselves, each of another author; answers how many did. */
  async function flood(files: Files, room: RoomId, count: number): Promise<number> {
    let loaded = 0;
    for (let index = 0; index < count; index++) {
      const writer = newDeviceId();
      const { offer } = await recordingBy(writer, recordingOf(200), { sizeBytes: LIMITS.voiceLoadedMaxBytes });
      const [item] = await files.learn(room, writer, [offer]);
      if (item?.state === 'receiving') loaded++;
    }
    return loaded;
  }
  const perRoom = LIMITS.voicesOfRoomMaxBytes / LIMITS.voiceLoadedMaxBytes;
  const rooms = LIMITS.voicesMaxBytes / LIMITS.voicesOfRoomMaxBytes;

  it('has an end for each room, however many authors there are', async () => {
    const files = start();
    expect(await flood(files, roomId, perRoom + 2)).toBe(perRoom);
    expect(await flood(files, newRoomId(), 1)).toBe(1);
  });

  it('has an end for all rooms together', async () => {
    // As many as all rooms may have, noted without being written.
    mkdirSync(profile(), { recursive: true });
    const { offer } = await recordingBy(ana);
    for (let room = 0; room < rooms; room++) {
      const inRoom = newRoomId();
      for (let index = 0; index < perRoom; index++) {
        const noted = {
          ...{ ...offer, fileId: randomId(16), roomId: inRoom, author: newDeviceId(), mine: false, state: 'received' },
          ...{
            sizeBytes: LIMITS.voiceLoadedMaxBytes,
            haveBytes: LIMITS.voiceLoadedMaxBytes,
            held: true,
            trouble: null,
          },
          ...{ kind: 'sound', risk: 'none', shownName: VOICE_NAME, path: null, modifiedMs: 0, target: null },
        };
        writeFileSync(join(profile(), `${room}-${index}.json`), JSON.stringify(noted));
      }
    }
    const files = start();
    expect(await flood(files, newRoomId(), 1)).toBe(0);
  });
});

describe('a disk that fails (H10)', () => {
  it('loses no voice message for a failure that passes', async () => {
    const files = start();
    const sent = await received(files, ana);
    const path = pathOf(sent, 'voice');
    renameSync(path, `${path}.away`);
    symlinkSync(path, path);
    await expect(files.readBlock(sent.offer.fileId, 0)).rejects.toThrow();
    expect(itemOf(files, sent)).toMatchObject({ state: 'received', held: true });
    rmSync(path);
    renameSync(`${path}.away`, path);
    expect(await files.readBlock(sent.offer.fileId, 0)).toEqual(sent.blocks[0]);
  });

  it('finds again at the start what was missing for a while', async () => {
    let files = start();
    const own = await recordingBy(me);
    await record(files, own);
    await write(files, own);
    files.share(own.offer.fileId);
    const sent = await received(files, ana);
    for (const each of [own, sent]) {
      const path = pathOf(each, 'voice');
      renameSync(path, `${path}.away`);
      await expect(files.readBlock(each.offer.fileId, 0)).rejects.toMatchObject({ code: 'file-missing' });
      expect(itemOf(files, each)).toMatchObject({ held: false });
      renameSync(`${path}.away`, path);
    }
    await files.close();
    files = start();
    expect(itemOf(files, own)).toMatchObject({ state: 'shared', held: true });
    expect(itemOf(files, sent)).toMatchObject({ state: 'received', held: true });
  });

  it('does not keep the app from starting', async () => {
    const files = start();
    const [half, whole] = [await recordingBy(me), await recordingBy(me)];
    await record(files, half);
    await record(files, whole);
    await files.close();
    writeFileSync(pathOf(whole, 'voice'), whole.blocks[0] ?? '');
    // Neither the note nor the removal can be written.
    mkdirSync(`${pathOf(whole, 'json')}.new`);
    mkdirSync(pathOf(half, 'part'));
    expect(itemOf(start(), whole)).toMatchObject({ state: 'recorded', held: true });
  });

  it('does not keep a recording from being given to others once its message is written', async () => {
    const files = start();
    const sent = await recordingBy(me);
    await record(files, sent);
    await write(files, sent);
    mkdirSync(`${pathOf(sent, 'json')}.new`);
    files.share(sent.offer.fileId);
    expect(itemOf(files, sent)).toMatchObject({ state: 'shared', held: true });
    await files.close();
    const again = start();
    expect(itemOf(again, sent)).toMatchObject({ state: 'recorded' });
    rmSync(`${pathOf(sent, 'json')}.new`, { recursive: true });
    await again.matchHistory(true);
    expect(itemOf(again, sent)).toMatchObject({ state: 'shared' });
  });

  it('keeps no other file of messages that are gone', async () => {
    const files = start();
    const all = [await received(files, ana), await received(files, ana)];
    const [first, second] = all;
    if (!first || !second) throw new Error('two were received');
    mkdirSync(pathOf(first, 'part'));
    await files.forgetMessages(all.map((sent) => messageOf(sent, ana)));
    expect(existsSync(pathOf(second, 'voice'))).toBe(false);
  });
});

describe('the files of messages that are gone (H10)', () => {
  it('are not learned of', async () => {
    const files = start();
    const [gone, here] = [await recordingBy(ana), await recordingBy(ana)];
    fates = (messages) => messages.map(({ id }) => (id === (gone.offer.fileId as string) ? 'gone' : 'here'));
    expect(await files.learn(roomId, ana, [gone.offer, here.offer])).toMatchObject([{ fileId: here.offer.fileId }]);
    expect(itemOf(files, gone)).toBeUndefined();
  });

  it('are forgotten also where the deletion comes while they are learned of', async () => {
    const files = start();
    const all = [await recordingBy(ana), await recordingBy(ana), await recordingBy(ana)];
    let answer: (fates: Fate[]) => void = () => {};
    const asked = new Promise<void>((resolve) => {
      fates = () => {
        resolve();
        return new Promise((settle) => {
          answer = settle;
        });
      };
    });
    const learning = files.learn(
      roomId,
      ana,
      all.map(({ offer }) => offer),
    );
    await asked;
    answer(all.map(() => 'here'));
    // The history's next answer.
    await turn();
    await files.forgetMessages(all.map((sent) => messageOf(sent, ana)));
    await learning;
    expect(files.list(roomId)).toEqual([]);
    expect(inProfile('.json')).toEqual([]);
  });

  it('are forgotten at the next start, and those of rooms that are gone', async () => {
    const files = start();
    const [gone, here, unheard] = [await received(files, ana), await received(files, ana), await received(files, ana)];
    fates = (messages) =>
      messages.map(({ id }) =>
        id === (gone.offer.fileId as string) ? 'gone' : id === (here.offer.fileId as string) ? 'here' : 'unknown',
      );
    await files.matchHistory(true);
    expect(inProfile('.voice')).toHaveLength(2);
    expect(itemOf(files, gone)).toBeUndefined();
    expect(itemOf(files, unheard)).toBeDefined();
    fates = (messages) => messages.map(() => 'no-room');
    // A history that was damaged may have lost the room: its files wait for it.
    await files.matchHistory(false);
    expect(inProfile('.voice')).toHaveLength(2);
    await files.matchHistory(true);
    expect(readdirSync(profile())).toEqual([]);
  });

  it('are not taken in for a room that is not here', async () => {
    const files = start();
    fates = (messages) => messages.map(() => 'no-room');
    await expect(record(files, await recordingBy(me))).rejects.toMatchObject({ code: 'room-unknown' });
    const { offer } = await recordingBy(ana);
    await expect(files.learn(roomId, ana, [offer])).rejects.toMatchObject({ code: 'room-unknown' });
    expect(readdirSync(profile())).toEqual([]);
  });
});

describe('what counts as a recording (H10)', () => {
  it('is sound alone, whatever bytes come after its heads', () => {
    const sound = recordingOf(4_096);
    expect(isVoice(sound)).toBe(true);
    sound.set(new TextEncoder().encode('V_VP8'), 2_000);
    expect(isVoice(sound)).toBe(true);
    // An id that is random may hold the beginning of a video's codec.
    expect(isVoice(recordingOf(4_096, 'A_OPUS\x73\xc5\x88\x01\x02V_\x03\x04\x05\x06'))).toBe(true);
    expect(isVoice(sound.subarray(4))).toBe(false);
    expect(isVoice(new Uint8Array())).toBe(false);
  });
});
