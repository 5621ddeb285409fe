import { CallId, type CallPresence, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { newCallMemory, noteCall, ringsForMs, runningCall } from './call-state.ts';

const id = (fill: number) => CallId.parse(toBase64Url(new Uint8Array(16).fill(fill)));
const call = (fill: number, startedAt: number): CallPresence => ({
  callId: id(fill),
  startedAt,
  microphone: 'live',
  camera: false,
  screen: false,
  cameraStreamId: null,
  screenStreamId: null,
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
    noteCall(memory, call(1, 5_000_000), 1_000, false);
    expect(ringsForMs(memory, call(1, 5_000_000), 1_010, 100)).toBe(90);
    expect(ringsForMs(memory, call(1, 5_000_000), 1_100, 100)).toBe(0);
  });

  it('does not start ringing again when it is heard of again', () => {
    const memory = newCallMemory();
    noteCall(memory, call(1, 1_000), 1_000, false);
    noteCall(memory, call(1, 1_000), 1_090, true);
    expect(ringsForMs(memory, call(1, 1_000), 1_095, 100)).toBe(5);
  });

  it('rings no longer than its start allows when it ran before its participant was met', () => {
    const memory = newCallMemory();
    noteCall(memory, call(1, 940), 1_000, true);
    expect(ringsForMs(memory, call(1, 940), 1_000, 100)).toBe(40);
  });

  it('does not ring once it was joined or declined here', () => {
    const memory = newCallMemory();
    noteCall(memory, call(1, 1_000), 1_000, false);
    memory.silenced.add(id(1));
    expect(ringsForMs(memory, call(1, 1_000), 1_000, 100)).toBe(0);
  });
});
