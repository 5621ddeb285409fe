import { type Outcome, RoomId } from '@parley/shared/protocol';
import type { Log } from '../log.ts';
import type { Counters } from '../metrics/counters.ts';
import type { TracedSpan } from './tracing.ts';

/** A socket, as far as the log knows it. */
type Observed = { readonly id: string; readonly trace: TracedSpan | undefined };

/** The fields of every log line about a socket. */
export function aboutSocket({ id, trace }: Observed): { socket: string; traceId?: string; spanId?: string } {
  return { socket: id, ...trace?.ids };
}

export type OperationPorts = {
  log: Log;
  counters: Pick<Counters, 'handled'>;
  slowOperationMs: number;
  pseudonymOf: (roomId: RoomId) => string;
};

/** Logs and counts the calls that come over sockets. A call that is neither slow nor refused costs two comparisons. */
export function createOperationObserver({ log, counters, slowOperationMs, pseudonymOf }: OperationPorts) {
  /** The room that a call is about, whatever else is wrong with it. */
  function roomIn(payload: unknown): string | undefined {
    const given = typeof payload === 'object' && payload !== null && 'roomId' in payload ? payload.roomId : undefined;
    const parsed = RoomId.safeParse(given);
    return parsed.success ? pseudonymOf(parsed.data) : undefined;
  }

  return {
    settled(socket: Observed, event: string, payload: unknown, outcome: Outcome<unknown>, tookMs: number): void {
      counters.handled(event, outcome.ok ? 'ok' : outcome.code, tookMs);
      const isSlow = tookMs > slowOperationMs;
      if (isSlow) {
        const code = outcome.ok ? undefined : outcome.code;
        const line = { ...aboutSocket(socket), event, room: roomIn(payload), code, tookMs: Math.round(tookMs) };
        log.warn(line, 'slow operation');
      }
      if (!socket.trace || (!isSlow && event !== 'room:join')) return;
      socket.trace.part(event, tookMs, {
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
    /** The socket was let in; its span begins at the upgrade and ends here, and what it does later hangs on that. */
    opened({ id, trace }: Observed): void {
      trace?.end('socket', { failed: false, attributes: { 'parley.socket': id } });
    },
  };
}
