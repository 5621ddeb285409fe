import type { Bridge } from '@parley/shared/bridge';
import { FileItem } from '@parley/shared/model';
import {
  accept,
  DeviceId,
  FileId,
  type FileMessage,
  LIMITS,
  type Outcome,
  refuse,
  toBase64Url,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../../testing/fake-clock.ts';
import { FileLink } from './file-link.ts';
import { IncomingFiles } from './incoming-files.ts';

const idOf = (sizeBytes: number, seed: number): string => toBase64Url(new Uint8Array(sizeBytes).fill(seed));
const itemOf = (seed: number, blocks: number, more: object = {}): FileItem =>
  FileItem.parse({
    ...{ fileId: idOf(16, seed), salt: idOf(16, 2), name: 'a.bin', sizeBytes: blocks * LIMITS.fileBlockBytes },
    ...{ root: idOf(32, 3), offeredAt: seed, roomId: idOf(16, 4), author: idOf(32, 5), mine: false },
    ...{ state: 'receiving', shownName: 'a.bin', kind: 'other', risk: 'unknown', haveBytes: 0, held: false },
    ...{ trouble: null, ...more },
  });
const voice = { durationMs: 9_000, levels: Array.from({ length: LIMITS.voiceLevels }, () => 3) };
/** Voice messages that are to be loaded, the oldest first. */
const voicesOf = (count: number, from = 1): FileItem[] =>
  Array.from({ length: count }, (_, index) => itemOf(from + index, 1, { voice, kind: 'sound', risk: 'none' }));
const idsOf = (items: readonly FileItem[]): FileId[] => items.map(({ fileId }) => fileId);

function incoming(write: () => Outcome<never> = () => refuse('internal')) {
  const clock = fakeClock();
  const known = new Map<FileId, FileItem>();
  const links = new Map<DeviceId, FileLink>();
  const files = new IncomingFiles({
    // Only the progress of a file is asked for. Nothing is here, and the hashes are known.
    bridge: {
      call: async (_name: string, { fileId }: { fileId: FileId }) =>
        accept({ item: known.get(fileId), have: idOf(2, 0) }),
    } as unknown as Bridge,
    content: { write: async () => write(), read: async () => refuse('file-unknown') },
    clock,
    linkTo: (deviceId) => links.get(deviceId),
    changed: () => {},
    received: () => {},
  });
  const member = (seed: number) => {
    const deviceId = DeviceId.parse(idOf(32, seed));
    const said: FileMessage[] = [];
    const link = new FileLink({
      ...{ deviceId, clock },
      send: (data) => {
        if (typeof data === 'string') said.push(JSON.parse(data));
        return true;
      },
      bufferedBytes: () => 0,
      readBlock: async () => refuse('file-unknown'),
      heard: () => {},
      part: () => {},
    });
    links.set(deviceId, link);
    return {
      deviceId,
      holds: (fileIds: readonly FileId[]) => files.holds(link, fileIds),
      leave: () => {
        links.delete(deviceId);
        files.unlinked(deviceId);
      },
      /** The files that it was asked for since it was looked last. */
      asked: () => [...new Set(said.splice(0).flatMap((message) => (message.type === 'want' ? [message.fileId] : [])))],
    };
  };
  const take = (items: readonly FileItem[]) => {
    for (const item of items) {
      known.set(item.fileId, item);
      files.take(item);
    }
  };
  /** Time passes for the files and for the core. */
  const pass = async (ms: number, each = () => {}) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      each();
      clock.advance(1_000);
      await settled(1);
    }
  };
  return { clock, files, member, take, pass };
}

describe('files of a room on their way', () => {
  it('load voice messages of others while one member promises its own and sends nothing (H10)', async () => {
    const { member, take, pass } = incoming();
    const [silent, ben] = [member(6), member(7)];
    const [older, newer] = [voicesOf(5), voicesOf(30, 50)];
    take([...older, ...newer]);
    silent.holds(idsOf(newer));
    ben.holds(idsOf(older));
    await pass(1_000, () => silent.holds(idsOf(newer)));
    expect(silent.asked()).toHaveLength(6);
    expect(new Set(ben.asked())).toEqual(new Set(idsOf(older)));
  });

  it('give the place of one that nobody sends to the next, and ask for it again later (H10)', async () => {
    const { member, take, pass } = incoming();
    const ana = member(6);
    const voices = voicesOf(8);
    take(voices);
    ana.holds(idsOf(voices));
    await pass(1_000);
    expect(new Set(ana.asked())).toEqual(new Set(idsOf(voices.slice(2))));
    await pass(25_000, () => ana.holds(idsOf(voices)));
    expect(new Set(ana.asked())).toEqual(new Set(idsOf(voices.slice(0, 2))));
    await pass(30_000);
    expect(ana.asked()).toEqual(expect.arrayContaining(idsOf(voices.slice(4))));
  });

  it('go on with the next where somebody cannot give one (H10)', async () => {
    const { files, member, take, pass } = incoming();
    const ana = member(6);
    const voices = voicesOf(7);
    take(voices);
    ana.holds(idsOf(voices));
    await pass(1_000);
    const [first] = ana.asked();
    if (first) files.rest(first, ana.deviceId);
    await pass(1_000);
    expect(ana.asked()).toEqual(idsOf(voices.slice(0, 1)));
  });

  it('begin at once with a voice message that is to be heard, also before it is there (H10)', async () => {
    const { files, member, take, pass } = incoming();
    const ana = member(6);
    const voices = voicesOf(20);
    take(voices.slice(1));
    ana.holds(idsOf(voices));
    await pass(1_000);
    ana.asked();
    const [latest, second] = idsOf(voices);
    if (second) files.want(second);
    await pass(1_000);
    expect(ana.asked()).toEqual([second]);
    if (latest) files.want(latest);
    take(voices.slice(0, 1));
    await pass(1_000);
    expect(ana.asked()).toEqual([latest]);
  });

  it('never ask for a voice message again where its blocks were wrong (H10, P10)', async () => {
    const { files, member, take, pass } = incoming(() => refuse('file-block-wrong'));
    const liar = member(6);
    const [item] = voicesOf(1);
    if (!item) throw new Error('there is one');
    take([item]);
    liar.holds([item.fileId]);
    await pass(1_000);
    for (let each = 0; each < 3; each++) {
      const bytes = new Uint8Array(item.sizeBytes);
      files.part(liar.deviceId, { fileId: item.fileId, index: 0, offset: 0, bytes });
      await settled(1);
    }
    liar.asked();
    files.want(item.fileId);
    await pass(60_000, () => liar.holds([item.fileId]));
    expect(liar.asked()).toEqual([]);
  });

  it('ask others as soon as somebody is gone who was asked for as much as may be on its way', async () => {
    const { member, take, pass } = incoming();
    const [ana, ben] = [member(6), member(7)];
    const large = Array.from({ length: 5 }, (_, index) => itemOf(index + 1, 9));
    take(large);
    ana.holds(idsOf(large.slice(0, 4)));
    ben.holds(idsOf(large.slice(4)));
    await pass(1_000);
    expect([ana.asked().length, ben.asked().length]).toEqual([4, 0]);
    ana.leave();
    expect(ben.asked()).toEqual(idsOf(large.slice(4)));
  });

  it('listen to each link for as many ids as it may name, and forget them with it (P10)', async () => {
    const { member, take, pass } = incoming();
    const nameMany = (of: ReturnType<typeof member>) => {
      for (let at = 0; at < 16 * LIMITS.filesHeldMax; at++) {
        const bytes = new Uint8Array(16);
        new DataView(bytes.buffer).setUint32(0, at + 1);
        of.holds([FileId.parse(toBase64Url(bytes))]);
      }
    };
    const [ana, ben] = [member(6), member(7)];
    const [one, other] = voicesOf(2);
    if (!one || !other) throw new Error('there are two');
    take([one, other]);
    nameMany(ana);
    ana.holds([one.fileId]);
    ben.holds([other.fileId]);
    await pass(1_000);
    expect([ana.asked(), ben.asked()]).toEqual([[], [other.fileId]]);
    ana.leave();
    const again = member(6);
    again.holds([one.fileId]);
    await pass(1_000);
    expect(again.asked()).toEqual([one.fileId]);
  });
});
