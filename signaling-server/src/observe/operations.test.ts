import { accept, RoomId, refuse, refuseInput } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from '../log.ts';
import { Counters } from '../metrics/counters.ts';
import { createOperationObserver } from './operations.ts';
import type { SpanFacts } from './tracing.ts';

const ROOM = RoomId.parse('AAAAAAAAAAAAAAAAAAAAAA');

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const spans: { name: string; tookMs?: number; facts: SpanFacts }[] = [];
  const { log } = createLog(
    { logLevel: 'debug', logPretty: false },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const trace = {
    ids: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
    part: (name: string, tookMs: number, facts: SpanFacts) => void spans.push({ name, tookMs, facts }),
    end: (name: string, facts: SpanFacts) => void spans.push({ name, facts }),
  };
  const pseudonymOf = (roomId: RoomId) => `pseudonym-${roomId.length}`;
  const observer = createOperationObserver({ log, counters: new Counters(), slowOperationMs: 100, pseudonymOf });
  return { observer, lines, spans, socket: { id: 'socket-1', trace } };
}

describe('createOperationObserver (S9)', () => {
  it('warns of what was slow: which call, in which room, with what result', () => {
    const { observer, lines, spans, socket } = setUp();
    observer.settled(socket, 'stream:start', { roomId: ROOM, kind: 'camera' }, refuse('rate-limited'), 100.6);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: 'slow operation',
        socket: 'socket-1',
        ...socket.trace.ids,
        event: 'stream:start',
        room: 'pseudonym-22',
        code: 'rate-limited',
        tookMs: 101,
      }),
    ]);
    const attributes = { 'parley.room': 'pseudonym-22', 'parley.code': 'rate-limited', 'parley.slow': true };
    expect(spans).toMatchObject([{ name: 'stream:start', tookMs: 100.6, facts: { failed: false, attributes } }]);
  });

  it('says nothing of a call that is neither slow nor a join, and traces each join', () => {
    const { observer, lines, spans, socket } = setUp();
    observer.settled(socket, 'signal:send', { roomId: ROOM }, accept({ handedTo: 1 }), 100);
    expect(spans).toEqual([]);
    observer.settled(socket, 'room:join', { roomId: ROOM }, accept({}), 3);
    observer.settled(socket, 'room:join', { roomId: ROOM }, refuse('internal'), 3);
    expect(spans.map(({ facts: { failed, attributes } }) => [failed, attributes['parley.code']])).toEqual([
      [false, 'ok'],
      [true, 'internal'],
    ]);
    expect(lines).toEqual([]);
  });

  it.each([undefined, null, 7, 'text', [], { roomId: 7 }, { roomId: 'Anna, born 1 April' }])(
    'writes down nothing of a payload like %j',
    (payload) => {
      const { observer, lines } = setUp();
      const socket = { id: 'socket-1', trace: undefined };
      observer.refused(socket, 'room:join', payload, refuseInput(new z.ZodError([])).code);
      observer.failed(socket, 'room:join', payload, new Error('broken'));
      expect(lines).toMatchObject([
        { level: 'debug', msg: 'refused', socket: 'socket-1', event: 'room:join', code: 'bad-request' },
        { level: 'error', msg: 'handler failed', socket: 'socket-1', event: 'room:join' },
      ]);
      for (const line of lines) for (const name of ['room', 'traceId']) expect(line).not.toHaveProperty(name);
      expect(JSON.stringify(lines)).not.toContain('Anna');
    },
  );
});
