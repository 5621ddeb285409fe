import { accept, LIMITS, type Outcome, type Refusal, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { CallRecorder } from './call-recorder.ts';
import { FakeCapture } from './testing/fake-capture.ts';

function setUp(answer: (index: number) => Promise<Outcome<{ sizeBytes: number }>> | Outcome<{ sizeBytes: number }>) {
  const capture = new FakeCapture();
  const written: { index: number; bytes: number }[] = [];
  const ended: Refusal[] = [];
  const sizes: number[] = [];
  const recorder = new CallRecorder({
    capture: capture.ports(),
    tracks: [],
    write: async (index, { length }) => {
      written.push({ index, bytes: length });
      return answer(index);
    },
    grew: (sizeBytes) => sizes.push(sizeBytes),
    ended: (why) => ended.push(why),
  });
  const piece = (sizeBytes: number) => capture.recorder?.piece(new Blob([new Uint8Array(sizeBytes)]));
  return { capture, recorder, written, ended, sizes, piece };
}

describe('the recorder of a call', () => {
  it('brings the pieces to the disk one after the other, large ones in parts', async () => {
    const { recorder, written, ended, sizes, piece } = setUp((index) => accept({ sizeBytes: 10 * (index + 1) }));
    piece(100);
    piece(LIMITS.fileBlockBytes + 1);
    await recorder.stop();
    expect(written).toEqual([
      { index: 0, bytes: 100 },
      { index: 1, bytes: LIMITS.fileBlockBytes },
      { index: 2, bytes: 1 },
    ]);
    expect(sizes).toEqual([10, 20, 30]);
    expect(ended).toEqual([]);
  });

  it('keeps what the recorder hands over last', async () => {
    const { capture, recorder, written } = setUp(() => accept({ sizeBytes: 1 }));
    capture.last = new Blob(['end']);
    await recorder.stop();
    expect(written).toEqual([{ index: 0, bytes: 3 }]);
  });

  it('ends where the disk is full, and writes nothing behind the hole', async () => {
    const { recorder, written, ended, piece } = setUp(() => refuse('disk-full'));
    piece(10);
    piece(20);
    await recorder.stop();
    expect(written).toHaveLength(1);
    expect(ended.map(({ code }) => code)).toEqual(['disk-full']);
  });

  it('ends where the disk is too slow for the call', async () => {
    const gate = Promise.withResolvers<Outcome<{ sizeBytes: number }>>();
    const { recorder, ended, piece } = setUp(() => gate.promise);
    for (let count = 0; count < 40; count++) piece(1_000_000);
    expect(ended.map(({ code }) => code)).toEqual(['recording-slow']);
    gate.resolve(accept({ sizeBytes: 1 }));
    await recorder.stop();
  });

  it('says where the browser gives up', () => {
    const { capture, ended } = setUp(() => accept({ sizeBytes: 1 }));
    capture.recorder?.failed();
    capture.recorder?.failed();
    expect(ended.map(({ code }) => code)).toEqual(['recording-failed']);
  });
});
