import { describe, expect, it } from 'vitest';
import type { FileNow } from '../../stores/state.ts';
import { filesAt } from '../../testing/gallery/samples/files.ts';
import { design } from '../../testing/gallery/samples/rooms.ts';
import { kindWords, percentOf, progressWords, riskWords, stateWords, timeLeftWords } from './file-words.ts';

const files = filesAt(1_700_000_000_000).files[design] ?? [];
const fileNamed = (name: string): FileNow => {
  const file = files.find((each) => each.shownName === name);
  if (!file) throw new Error(`no sample is called ${name}`);
  return file;
};

describe('the words about a file', () => {
  it('tell kind and size, and what may harm', () => {
    expect(kindWords(fileNamed('Agenda.pdf'))).toBe('Document, 12.4 MB');
    expect(riskWords(fileNamed('Agenda.pdf'))).toBeNull();
    expect(riskWords(fileNamed('setup.exe'))).toContain('harm your computer');
    expect(riskWords({ ...fileNamed('setup.exe'), mine: true })).toBeNull();
  });

  it('tell how far it is, how fast, and for how long', () => {
    expect(progressWords(fileNamed('Workshop recording.mp4'))).toBe('45 %, 3.2 MB/s, 1 min left');
    expect(progressWords({ ...fileNamed('Workshop recording.mp4'), bytesPerSecond: null })).toBe('45 %');
    expect(timeLeftWords(10, 0)).toBeNull();
    expect(timeLeftWords(10, 5)).toBe('2 s left');
    expect(timeLeftWords(1, 1_000)).toBe('1 s left');
    expect(timeLeftWords(7_200, 1)).toBe('2 hours left');
  });

  it('say 100 percent only of a whole file', () => {
    expect(percentOf(499_999_999, 500_000_000)).toBe(99);
    expect(percentOf(500_000_000, 500_000_000)).toBe(100);
    expect(percentOf(0, 0)).toBe(100);
  });

  it('say how it stands: why it waits, who has it, and what the person has to do', () => {
    const receiving = fileNamed('Workshop recording.mp4');
    expect(stateWords(receiving)).toBe('Downloading');
    expect(stateWords({ ...receiving, sources: 0 })).toBe('Waiting for somebody who has it');
    expect(stateWords(fileNamed('صور الرحلة.zip'))).toMatch(/disk is full/);
    expect(stateWords(fileNamed('poster.png'))).toBe('Choose this file again to go on sending it');
    const own = fileNamed('plan.txt');
    expect(stateWords(own)).toBe('Offered to the room');
    expect(stateWords({ ...own, peers: own.peers.map((peer) => ({ ...peer, state: 'received' })) })).toMatch(
      /^Sent to .*Benedikt/,
    );
  });
});
