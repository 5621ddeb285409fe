import { accept, RoomId, refuse, refuseInput } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from '../log.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createOperationObserver } from './operations.ts';
import type { Span } from './spans.ts';
import { readTraceparent, traceOfSocket } from './trace.ts';

const ROOM = RoomId.parse('AAAAAAAAAAAAAAAAAAAAAA');
const socket = { id: 'socket-1', caller: undefined };
const { traceId, spanId } = traceOfSocket('socket-1', undefined);

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const spans: Span[] = [];
  const { log } = createLog(
    { logLevel: 'debug', logPretty: false },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const observer = createOperationObserver({
    log,
    spans: { add: (span) => void spans.push(span), close: () => Promise.resolve() },
    clock: new FakeClock(),
    slowOperationMs: 100,
    pseudonymOf: (roomId) => `pseudonym-${roomId.length}`,
  });
  return { observer, lines, spans };
}

describe('createOperationObserver (S9)', () => {
  it('warns of what was slow: which call, in which room, with what result', () => {
    const { observer, lines, spans } = setUp();
    observer.settled(socket, 'stream:start', { roomId: ROOM, kind: 'camera' }, refuse('rate-limited'), 100.6);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: 'slow operation',
        socket: 'socket-1',
        traceId,
        spanId,
        event: 'stream:start',
        room: 'pseudonym-22',
        code: 'rate-limited',
        tookMs: 101,
      }),
    ]);
    expect(spans).toMatchObject([
      {
        name: 'stream:start',
        tookMs: 100.6,
        failed: false,
        trace: { traceId, parentSpanId: spanId },
        attributes: { 'parley.room': 'pseudonym-22', 'parley.code': 'rate-limited', 'parley.slow': true },
      },
    ]);
  });

  it('says nothing of a call that is neither slow nor a join, and hands each join on', () => {
    const { observer, lines, spans } = setUp();
    observer.settled(socket, 'signal:send', { roomId: ROOM }, accept({ handedTo: 1 }), 100);
    expect(spans).toEqual([]);
    observer.settled(socket, 'room:join', { roomId: ROOM }, accept({}), 3);
    observer.settled(socket, 'room:join', { roomId: ROOM }, refuse('internal'), 3);
    expect(spans.map(({ failed, attributes }) => [failed, attributes['parley.code']])).toEqual([
      [false, 'ok'],
      [true, 'internal'],
    ]);
    expect(lines).toEqual([]);
  });

  it.each([undefined, null, 7, 'text', [], { roomId: 7 }, { roomId: 'Anna, born 1 April' }])(
    'writes down nothing of a payload like %j',
    (payload) => {
      const { observer, lines } = setUp();
      observer.refused(socket, 'room:join', payload, refuseInput(new z.ZodError([])).code);
      observer.failed(socket, 'room:join', payload, new Error('broken'));
      expect(lines).toMatchObject([
        { level: 'debug', msg: 'refused', socket: 'socket-1', traceId, event: 'room:join', code: 'bad-request' },
        { level: 'error', msg: 'handler failed', socket: 'socket-1', traceId, event: 'room:join' },
      ]);
      for (const line of lines) expect(line).not.toHaveProperty('room');
      expect(JSON.stringify(lines)).not.toContain('Anna');
    },
  );

  it("goes on with the trace of the socket's caller", () => {
    const { observer, spans } = setUp();
    const caller = readTraceparent(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    observer.opened({ id: 'socket-1', caller }, 5);
    observer.settled({ id: 'socket-1', caller }, 'room:join', {}, accept({}), 1);
    expect(spans.map(({ name, trace }) => [name, trace.traceId, trace.parentSpanId])).toEqual([
      ['socket', 'a'.repeat(32), 'b'.repeat(16)],
      ['room:join', 'a'.repeat(32), spanId],
    ]);
  });
});
