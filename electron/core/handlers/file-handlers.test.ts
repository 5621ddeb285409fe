import { mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { VOICE_NAME } from '@parley/shared/model';
import { FileId, MessageId, type RoomId } from '@parley/shared/protocol';
import { fileIdOf } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Core, createCore } from '../core.ts';
import { SAMPLE_VOICE, sayByVoice } from '../files/testing/say-by-voice.ts';
import {
  ask,
  author,
  newMessageId,
  randomId,
  type TestClock,
  temporaryFolder,
  testClock,
  testPorts,
} from '../testing/test-kit.ts';
import { roomHandlers } from './room-handlers.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: TestClock;
let core: Core;
let roomId: RoomId;
beforeEach(async () => {
  folder = temporaryFolder();
  clock = testClock();
  core = await start();
  await ask(core, 'settings.change', { profile: { username: 'Ben', displayName: null } });
  roomId = (await ask(core, 'rooms.create', { name: 'Family' })).roomId;
});
afterEach(async () => {
  await core.close();
  folder.remove();
});

const profile = () => join(folder.path, 'profile');
const start = () => createCore(testPorts(profile(), { clock }));
const pathOf = (fileId: string, ending: string): string =>
  join(profile(), 'files', `${Buffer.from(fileId, 'base64url').toString('hex')}.${ending}`);
const listed = async () => (await ask(core, 'files.list', { roomId })).items;
const info = async (fileId: FileId) => {
  const item = (await listed()).find((each) => each.fileId === fileId);
  if (!item) throw new Error('the recording is not there');
  const { salt, name, folders, sizeBytes, root, voice } = item;
  return { kind: 'file', of: null, fileId, salt, name, folders, sizeBytes, root, voice } as const;
};

/** A voice message of somebody else, as its entry and as the offer in it. */
async function voiceBy(ana: ReturnType<typeof author>, seq: number) {
  const body = {
    salt: randomId(16),
    name: VOICE_NAME,
    folders: [],
    sizeBytes: 500,
    root: randomId(32),
    voice: SAMPLE_VOICE,
  };
  const fileId = FileId.parse(await fileIdOf({ author: ana.deviceId, salt: body.salt, root: body.root }));
  const entry = ana.write(roomId, { id: MessageId.parse(fileId), kind: 'file', seq, body });
  return { fileId, entry, offer: { ...body, fileId, offeredAt: entry.sentAt, round: 1 } };
}

describe('voice messages and the history (H10)', () => {
  it('take in nothing for a room that was deleted', async () => {
    const ana = author('Ana');
    const { offer } = await voiceBy(ana, 1);
    await ask(core, 'rooms.delete', { roomId });
    await expect(sayByVoice(core, roomId, false)).rejects.toMatchObject({ code: 'room-unknown' });
    expect(await core.call('files.learn', { roomId, author: ana.deviceId, offers: [offer] })).toMatchObject({
      code: 'room-unknown',
    });
  });

  it('leave nothing of a room, also where they are learned of while it is deleted', async () => {
    const order: string[] = [];
    // Only what deleting a room uses.
    const parts = {
      files: {
        forgetRoom: async () => {
          order.push('forget');
          if (order.length > 1) throw new Error('EBUSY');
        },
      },
      history: { deleteRoom: async () => void order.push('delete') },
      notices: { diskWorks: () => {} },
      watch: { changed: () => {} },
    } as unknown as Parameters<typeof roomHandlers>[0];
    await roomHandlers(parts)['rooms.delete']({ roomId }, null);
    expect(order).toEqual(['forget', 'delete', 'forget']);
  });

  it('are not learned of from a message that was deleted meanwhile', async () => {
    const ana = author('Ana');
    const { entry, offer, fileId } = await voiceBy(ana, 1);
    await ask(core, 'history.record', { roomId, messages: [entry] });
    const of = { author: ana.deviceId, id: entry.id };
    const deletion = ana.write(roomId, { seq: 2, kind: 'delete', of, body: null });
    await ask(core, 'history.record', { roomId, messages: [deletion] });
    expect(await ask(core, 'files.learn', { roomId, author: ana.deviceId, offers: [offer] })).toEqual({ items: [] });
    // The deletion came before the message.
    const second = await voiceBy(ana, 4);
    const before = ana.write(roomId, {
      ...{ seq: 3, kind: 'delete', body: null },
      of: { author: ana.deviceId, id: second.entry.id },
    });
    await ask(core, 'history.record', { roomId, messages: [before] });
    await ask(core, 'files.learn', { roomId, author: ana.deviceId, offers: [second.offer] });
    expect((await listed()).map((item) => item.fileId)).toEqual([second.fileId]);
    await ask(core, 'history.record', { roomId, messages: [second.entry] });
    expect(await listed()).toEqual([]);
    expect(fileId).not.toBe(second.fileId);
  });

  it('go at the next start where the app ended between the deletion and the removal', async () => {
    const { fileId } = await sayByVoice(core, roomId);
    const kept = await sayByVoice(core, roomId, false);
    const endings = ['json', 'hashes', 'voice'] as const;
    for (const ending of endings) renameSync(pathOf(fileId, ending), join(profile(), ending));
    const { deviceId } = await ask(core, 'app.info', {});
    clock.advance(1_000);
    const of = { author: deviceId, id: MessageId.parse(fileId) };
    await ask(core, 'history.compose', { id: newMessageId(), roomId, content: { kind: 'delete', of } });
    await core.close();
    for (const ending of endings) renameSync(join(profile(), ending), pathOf(fileId, ending));
    core = await start();
    expect(readdirSync(join(profile(), 'files')).filter((name) => name.endsWith('.voice'))).toHaveLength(1);
    expect(await listed()).toMatchObject([{ fileId: kept.fileId, state: 'recorded', held: true }]);
  });

  it('are sent where the disk takes the message and nothing more, and say so after a restart', async () => {
    const { fileId } = await sayByVoice(core, roomId, false);
    const content = await info(fileId);
    const obstacle = `${pathOf(fileId, 'json')}.new`;
    mkdirSync(obstacle);
    const id = MessageId.parse(fileId);
    expect(await core.call('history.compose', { id, roomId, content })).toMatchObject({ ok: true });
    expect(await listed()).toMatchObject([{ state: 'shared' }]);
    rmdirSync(obstacle);
    await core.close();
    core = await start();
    expect(await listed()).toMatchObject([{ state: 'shared', held: true }]);
  });

  it('are not sent when the recording was discarded meanwhile', async () => {
    const { fileId } = await sayByVoice(core, roomId, false);
    const content = await info(fileId);
    await ask(core, 'files.forget', { fileId });
    const id = MessageId.parse(fileId);
    expect(await core.call('history.compose', { id, roomId, content })).toMatchObject({ code: 'file-unknown' });
    expect((await ask(core, 'history.page', { roomId, limit: 10 })).items).toEqual([]);
  });
});
