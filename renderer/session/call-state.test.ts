import { CallId, type CallPresence, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { cameTooLate, newCallMemory, nextTurn, noteCall, ringsForMs, runningCall, topHand } from './call-state.ts';

const id = (fill: number) => CallId.parse(toBase64Url(new Uint8Array(16).fill(fill)));
const call = (fill: number, startedAt: number): CallPresence => ({
  callId: id(fill),
  startedAt,
  ranMs: 0,
  turn: 1,
  microphone: 'live',
  camera: false,
  screen: false,
  hand: false,
});

describe('the call of a room', () => {
  it('is the earliest, and of two of the same moment the one with the lower id, in whatever order they are heard', () => {
    expect(runningCall([])).toBe(null);
    for (const parts of [
      [call(1, 20), call(2, 10)],
      [call(2, 10), call(1, 20)],
    ]) {
      expect(runningCall(parts)).toEqual({ callId: id(2), startedAt: 10 });
    }
    for (const parts of [
      [call(1, 10), call(2, 10)],
      [call(2, 10), call(1, 10)],
    ]) {
      expect(runningCall(parts)).toEqual({ callId: id(1), startedAt: 10 });
    }
  });

  it('rings from the moment it starts before our eyes, whatever the other clock says', () => {
    const memory = newCallMemory();
    noteCall(memory, id(1), 1_000, 0);
    expect(ringsForMs(memory, call(1, 5_000_000), 1_010, 100)).toBe(90);
    expect(ringsForMs(memory, call(1, 5_000_000), 1_100, 100)).toBe(0);
  });

  it('does not start ringing again when it is heard of again', () => {
    const memory = newCallMemory();
    noteCall(memory, id(1), 1_000, 0);
    noteCall(memory, id(1), 1_090, 60);
    expect(ringsForMs(memory, call(1, 1_000), 1_095, 100)).toBe(5);
  });

  it('rings no longer than its start allows when it ran before its participant was met', () => {
    const memory = newCallMemory();
    noteCall(memory, id(1), 1_000, 60);
    expect(ringsForMs(memory, call(1, 940), 1_000, 100)).toBe(40);
  });

  it('does not ring once it was joined or declined here', () => {
    const memory = newCallMemory();
    noteCall(memory, id(1), 1_000, 0);
    memory.silenced.add(id(1));
    expect(ringsForMs(memory, call(1, 1_000), 1_000, 100)).toBe(0);
  });
});

describe('places in a call', () => {
  const others = (turns: number[]) => turns.map((turn, i) => ({ turn, peerId: `s${i}` }));

  it('count on from the highest', () => {
    expect(nextTurn([])).toBe(1);
    expect(nextTurn(others([1, 5, 3]))).toBe(6);
    expect(nextTurn(others([1_000_000]))).toBe(1_000_000);
  });

  it('are eight: who came later than eight others has to go, and of the same moment the later peer', () => {
    const seven = others([1, 2, 3, 4, 5, 6, 7]);
    expect(cameTooLate({ turn: 8, peerId: 'a' }, seven)).toBe(false);
    expect(cameTooLate({ turn: 8, peerId: 'b' }, [...seven, { turn: 8, peerId: 'a' }])).toBe(true);
    expect(cameTooLate({ turn: 8, peerId: 'a' }, [...seven, { turn: 8, peerId: 'b' }])).toBe(false);
    expect(cameTooLate({ turn: 1, peerId: 'z' }, others([2, 3, 4, 5, 6, 7, 8, 9]))).toBe(false);
  });
});

describe('raised hands', () => {
  it('count on from the highest, and anew once none is up', () => {
    expect(topHand([], 7)).toBe(0);
    expect(topHand([3, 1, 2], 0)).toBe(3);
  });

  it('do not follow one that leaps, and stay beyond those that followed it step by step', () => {
    expect(topHand([1_000_000, 2], 0)).toBe(2);
    expect(topHand([1_000_000], 0)).toBe(0);
    expect(topHand([2_500], 1_800)).toBe(2_500);
  });
});

describe('the memory of calls', () => {
  it('forgets the oldest of very many, so that nobody can fill it', () => {
    const memory = newCallMemory();
    for (let i = 0; i < 1_000; i++) {
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setUint32(0, i);
      noteCall(memory, CallId.parse(toBase64Url(bytes)), i, 0);
    }
    expect(memory.startedAt.size).toBeLessThanOrEqual(256);
  });
});
