import { type Outcome, RoomId } from '@parley/shared/protocol';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { noSpans, type Spans } from './spans.ts';
import { type Caller, partOf, type Trace, traceOfSocket } from './trace.ts';

/** A socket, as far as the log knows it. */
type Observed = { readonly id: string; readonly caller: Caller | undefined };

const traceOf = ({ id, caller }: Observed): Trace => traceOfSocket(id, caller);

/** What every log line about a socket has in it. */
export function aboutSocket(socket: Observed): { socket: string; traceId: string; spanId: string } {
  const { traceId, spanId } = traceOf(socket);
  return { socket: socket.id, traceId, spanId };
}

export type OperationPorts = {
  log: Log;
  spans: Spans;
  clock: Clock;
  slowOperationMs: number;
  pseudonymOf: (roomId: RoomId) => string;
};

/** What becomes known of the calls that come over sockets. For one that is neither slow nor refused it costs two comparisons. */
export function createOperationObserver({ log, spans, clock, slowOperationMs, pseudonymOf }: OperationPorts) {
  /** The room that a call is about, whatever else is wrong with it. */
  function roomIn(payload: unknown): string | undefined {
    const given = typeof payload === 'object' && payload !== null && 'roomId' in payload ? payload.roomId : undefined;
    const parsed = RoomId.safeParse(given);
    return parsed.success ? pseudonymOf(parsed.data) : undefined;
  }

  return {
    settled(socket: Observed, event: string, payload: unknown, outcome: Outcome<unknown>, tookMs: number): void {
      const isSlow = tookMs > slowOperationMs;
      if (isSlow) {
        const code = outcome.ok ? undefined : outcome.code;
        const line = { ...aboutSocket(socket), event, room: roomIn(payload), code, tookMs: Math.round(tookMs) };
        log.warn(line, 'slow operation');
      }
      if (spans === noSpans || (!isSlow && event !== 'room:join')) return;
      spans.add({
        name: event,
        kind: 'server',
        trace: partOf(traceOf(socket)),
        endedAt: clock.now(),
        tookMs,
        failed: !outcome.ok && outcome.code === 'internal',
        attributes: {
          'parley.socket': socket.id,
          'parley.room': roomIn(payload),
          'parley.code': outcome.ok ? 'ok' : outcome.code,
          'parley.slow': isSlow,
        },
      });
    },
    /** `event` is one of ours: what a client calls an event of its own is not written down. */
    refused(socket: Observed, event: string, payload: unknown, code: string): void {
      if (!log.isLevelEnabled('debug')) return;
      log.debug({ ...aboutSocket(socket), event, room: roomIn(payload), code }, 'refused');
    },
    failed(socket: Observed, event: string, payload: unknown, thrown: unknown): void {
      log.error({ ...aboutSocket(socket), event, room: roomIn(payload), err: thrown }, 'handler failed');
    },
    /** From the upgrade until it was let in; what it does afterwards hangs on this. */
    opened(socket: Observed, tookMs: number): void {
      if (spans === noSpans) return;
      const attributes = { 'parley.socket': socket.id };
      const trace = traceOf(socket);
      spans.add({ name: 'socket', kind: 'server', trace, endedAt: clock.now(), tookMs, failed: false, attributes });
    },
  };
}
