import { performance } from 'node:perf_hooks';
import {
  type ClientEvent,
  clientEvents,
  type ErrorCode,
  type Outcome,
  type Refusal,
  refusalOf,
  refuse,
  refuseInput,
  type SignalSend,
} from '@parley/shared/protocol';
import { createOperationObserver } from '../observe/operations.ts';
import type { Connection } from '../sockets/connection.ts';
import type { Handler, HandlerContext } from './context.ts';
import { handlers } from './table.ts';

const isKnown = (event: string): event is ClientEvent => Object.hasOwn(clientEvents, event);

/** Refusals that a well-made client does not cause; enough of them block an address (R7). */
const STRIKES: ReadonlySet<ErrorCode> = new Set([
  'bad-request',
  'unknown-call',
  'rate-limited',
  'proof-invalid',
  'owner-proof-invalid',
  'internal',
]);

/** How many calls an event counts as, where it is more than one: a page of the list costs more than the rest. */
const WEIGHTS: Partial<Record<ClientEvent, number>> = { 'room:list': 4 };

/**
 * Takes one event from a socket: known? parsed? within limits? handled; then the Outcome goes back. Never throws.
 */
export function createDispatch(context: HandlerContext) {
  const { tally, limits, clock } = context;
  const observer = createOperationObserver(context);

  function finish(
    event: string,
    connection: Connection,
    call: number | undefined,
    payload: unknown,
    outcome: Outcome<unknown>,
  ): void {
    if (!outcome.ok) {
      tally.error(outcome.code);
      observer.refused(connection, event, payload, outcome.code);
      if (STRIKES.has(outcome.code)) void limits.blocks.strike(connection.limitKey);
    }
    if (call !== undefined) connection.answer(call, outcome);
  }

  function run<E extends ClientEvent>(
    event: E,
    connection: Connection,
    payload: unknown,
  ): Outcome<unknown> | Promise<Outcome<unknown>> {
    const parsed = clientEvents[event].input.safeParse(payload);
    if (!parsed.success) return refuseInput(parsed.error);
    if (event !== 'signal:send') {
      // Signals have a bucket of their own, in their seat.
      const burst = context.callsPerSecond * 32;
      const waitMs = connection.calls.take(WEIGHTS[event] ?? 1, clock.now(), burst, context.callsPerSecond / 1_000);
      if (waitMs > 0) {
        tally.limit('calls');
        return refuse('rate-limited', { retryAfterMs: waitMs });
      }
    }
    // TypeScript cannot follow that handlers and schemas are indexed by the same event; the table's type holds it.
    const handler = handlers[event] as Handler<E>;
    return handler(context, connection, parsed.data as Parameters<Handler<E>>[2]);
  }

  let stopped = false;
  let pending = 0;
  let noteSettled: (() => void) | undefined;

  /** Does `work` for a call, times it and answers. Never throws. */
  function answer(
    event: string,
    connection: Connection,
    call: number | undefined,
    payload: unknown,
    work: () => Outcome<unknown> | Promise<Outcome<unknown>>,
  ): void {
    tally.event(event);
    const startedAt = performance.now();
    const settle = (outcome: Outcome<unknown>): void => {
      observer.settled(connection, event, payload, outcome, performance.now() - startedAt);
      finish(event, connection, call, payload, outcome);
    };
    const fail = (thrown: unknown): void => {
      observer.failed(connection, event, payload, thrown);
      const outcome = refusalOf(thrown);
      observer.settled(connection, event, payload, outcome, performance.now() - startedAt);
      finish(event, connection, call, payload, outcome);
    };
    try {
      const outcome = work();
      if (!(outcome instanceof Promise)) {
        settle(outcome);
        return;
      }
      pending += 1;
      outcome.then(settle, fail).finally(() => {
        pending -= 1;
        if (pending === 0) noteSettled?.();
      });
    } catch (thrown) {
      fail(thrown);
    }
  }

  return {
    /** An event as it arrived, with the number under which it wants its answer. */
    event(connection: Connection, event: string, payload: unknown, call: number | undefined): void {
      if (connection.state !== 'open') return;
      if (!isKnown(event)) {
        tally.event('unknown');
        finish('unknown', connection, call, undefined, refuse(stopped ? 'server-draining' : 'unknown-call'));
      } else if (stopped) finish(event, connection, call, payload, refuse('server-draining'));
      else {
        answer(event, connection, call, payload, () => run(event, connection, payload));
      }
    },
    /** A sealed box whose fields were checked while it was read. */
    signal(connection: Connection, signal: SignalSend, call: number | undefined): void {
      if (connection.state !== 'open') return;
      if (stopped) finish('signal:send', connection, call, signal, refuse('server-draining'));
      else answer('signal:send', connection, call, signal, () => handlers['signal:send'](context, connection, signal));
    },
    /** A box that was found to be none while it was read. */
    refusedSignal(connection: Connection, about: object, call: number | undefined, refusal: Refusal): void {
      if (connection.state !== 'open') return;
      if (stopped) finish('signal:send', connection, call, about, refuse('server-draining'));
      else answer('signal:send', connection, call, about, () => refusal);
    },
    /**
     * Takes nothing more and resolves when everything that was taken is answered: what a server did before it stopped
     * must be known to whoever asked for it.
     */
    stop(): Promise<void> {
      stopped = true;
      if (pending === 0) return Promise.resolve();
      return new Promise((resolve) => {
        noteSettled = resolve;
      });
    },
  };
}
