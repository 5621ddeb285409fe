import type { Bridge } from '@parley/shared/bridge';
import { blockSizeOf, FileItem } from '@parley/shared/model';
import { accept, DeviceId, type FileMessage, LIMITS, type Outcome, refuse, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../../testing/fake-clock.ts';
import { FileLink } from './file-link.ts';
import { IncomingFile } from './incoming-file.ts';

const idOf = (sizeBytes: number, seed: number): string => toBase64Url(new Uint8Array(sizeBytes).fill(seed));
const BLOCKS = 3;
const item = FileItem.parse({
  ...{ fileId: idOf(16, 1), salt: idOf(16, 2), name: 'a.bin', sizeBytes: BLOCKS * LIMITS.fileBlockBytes },
  ...{ root: idOf(32, 3), offeredAt: 1, roomId: idOf(16, 4), author: idOf(32, 5), mine: false, state: 'receiving' },
  ...{ shownName: 'a.bin', kind: 'other', risk: 'unknown', haveBytes: 0, held: false, trouble: null },
});
const { fileId } = item;

/** A file whose hashes are known and of which nothing is here. `write` answers for the disk. */
async function arriving(write: (index: number) => Outcome<FileItem> = () => accept(item), hasHashes = true) {
  const clock = fakeClock();
  const received: FileItem[] = [];
  let stalls = 0;
  let progress = { item, have: hasHashes ? idOf(1, 0) : null };
  const file = new IncomingFile(item, {
    // Only its progress is asked for.
    bridge: { call: () => Promise.resolve(accept(progress)) } as unknown as Bridge,
    content: { write: async (_fileId, index) => write(index), read: async () => refuse('file-unknown') },
    clock,
    changed: () => {},
    mayAsk: () => true,
    freed: () => {},
    received: (now) => received.push(now),
    stalled: () => {
      stalls += 1;
    },
  });
  const source = (seed: number) => {
    const said: FileMessage[] = [];
    const link = new FileLink({
      deviceId: DeviceId.parse(idOf(32, seed)),
      clock,
      send: (data) => {
        if (typeof data === 'string') said.push(JSON.parse(data));
        return true;
      },
      bufferedBytes: () => 0,
      readBlock: async () => refuse('file-unknown'),
      heard: () => {},
      part: () => {},
    });
    const wanted = () => said.splice(0).flatMap((message) => (message.type === 'want' ? [message.index] : []));
    const give = async (index: number) => {
      file.take(link.deviceId, { fileId, index, offset: 0, bytes: new Uint8Array(blockSizeOf(item.sizeBytes, index)) });
      await settled(1);
    };
    return { link, said, wanted, give };
  };
  await settled(1);
  return {
    ...{ clock, file, received, source },
    stalls: () => stalls,
    hasNow: (now: typeof progress) => {
      progress = now;
    },
  };
}

describe('a file that arrives', () => {
  it('asks a source that cannot give it again after a while, or as soon as it says that it can', async () => {
    const { clock, file, source } = await arriving();
    const ana = source(6);
    file.addSource(ana.link);
    expect(ana.wanted()).toEqual([0, 1, 2]);
    file.rest(ana.link.deviceId);
    expect([ana.wanted(), file.sourceCount]).toEqual([[], 0]);
    clock.advance(40_000);
    expect([ana.wanted(), file.sourceCount]).toEqual([[0, 1, 2], 1]);
    file.rest(ana.link.deviceId);
    file.addSource(ana.link);
    expect([ana.wanted(), file.sourceCount]).toEqual([[0, 1, 2], 1]);
    // What it was asked for is not asked twice.
    file.addSource(ana.link);
    expect(ana.wanted()).toEqual([]);
  });

  it('asks one that sent wrong blocks for nothing more, whatever it says', async () => {
    const { file, source } = await arriving(() => refuse('file-block-wrong'));
    const liar = source(6);
    file.addSource(liar.link);
    for (let index = 0; index < BLOCKS; index++) await liar.give(index);
    liar.wanted();
    file.addSource(liar.link);
    expect([liar.wanted(), file.sourceCount]).toEqual([[], 0]);
  });

  it('asks somebody else for the hashes where the first one says nothing', async () => {
    const { clock, file, source } = await arriving(undefined, false);
    const [ana, ben] = [source(6), source(7)];
    file.addSource(ana.link);
    file.addSource(ben.link);
    expect([ana.said.length, ben.said.length]).toEqual([1, 0]);
    clock.advance(25_000);
    expect(ben.said).toEqual([{ type: 'ask-hashes', fileId }]);
  });

  it('says that nobody gives it only once everybody was asked in vain', async () => {
    const { clock, file, source, stalls } = await arriving();
    const [ana, ben] = [source(6), source(7)];
    file.addSource(ana.link);
    file.addSource(ben.link);
    for (let passedMs = 0; passedMs < 25_000; passedMs += 1_000) {
      // It promises again and again.
      file.addSource(ana.link);
      clock.advance(1_000);
    }
    expect([stalls(), ben.wanted()]).toEqual([0, [0, 1, 2]]);
    await ben.give(0);
    clock.advance(15_000);
    expect(stalls()).toBe(0);
    clock.advance(30_000);
    expect(stalls()).toBeGreaterThan(0);
  });

  it('is complete although the answer to its last block got lost', async () => {
    let answers = 0;
    const { clock, file, source, received, hasNow } = await arriving(() => {
      answers += 1;
      return answers < BLOCKS ? accept(item) : refuse('internal');
    });
    const ana = source(6);
    file.addSource(ana.link);
    for (let index = 0; index < BLOCKS; index++) await ana.give(index);
    expect(received).toEqual([]);
    const whole: FileItem = { ...item, state: 'received', held: true };
    hasNow({ item: whole, have: null });
    clock.advance(5_000);
    await settled(1);
    expect(received).toEqual([whole]);
  });
});
