import { performance } from 'node:perf_hooks';
import {
  type ClientEvent,
  clientEvents,
  type ErrorCode,
  LIMITS,
  type Outcome,
  type Refusal,
  refusalOf,
  refuse,
  refuseInput,
} from '@parley/shared/protocol';
import { createOperationObserver } from '../observe/operations.ts';
import { OpenCount } from '../open-count.ts';
import type { Client, Handler, HandlerContext, Reply } from './context.ts';
import { handlers } from './table.ts';

const isKnown = (event: string): event is ClientEvent => Object.hasOwn(clientEvents, event);

/** Refusals that a well-made client does not cause; enough of them block an address (R7). */
const STRIKES: ReadonlySet<ErrorCode> = new Set([
  'bad-request',
  'unknown-call',
  'proof-invalid',
  'owner-proof-invalid',
]);

/** How many calls an event counts as, where it is more than one: a page of the list costs more than the rest. */
const WEIGHTS: Partial<Record<ClientEvent, number>> = { 'room:list': 4 };

/** Each kind of question about each room of a socket may be told to wait. */
const ASKED_MAX = 4 * LIMITS.seatsPerSocket;

const roomOf = (payload: unknown): string =>
  typeof payload === 'object' && payload !== null && 'roomId' in payload && typeof payload.roomId === 'string'
    ? payload.roomId
    : '';

/**
 * Takes one event from a socket: known? parsed? within limits? handled; then the Outcome goes back. Never throws.
 */
export function createDispatch(context: HandlerContext) {
  const { counters, limits, clock } = context;
  const observer = createOperationObserver(context);
  /** Until when clients were told to wait, by event and room. */
  const toldToWait = new WeakMap<Client, Map<string, number>>();

  function finish(
    event: string,
    client: Client,
    reply: Reply | undefined,
    payload: unknown,
    outcome: Outcome<unknown>,
  ): void {
    if (!outcome.ok) {
      counters.error(outcome.code);
      observer.refused(client, event, payload, outcome.code);
      if (STRIKES.has(outcome.code) || isTooEarly(client, event, payload, outcome)) strike(client, outcome.code);
    }
    if (reply) client.answer(reply, outcome);
  }

  /**
   * Whether it asks for the same again before the time that it was told: only that is held against it, not the limit itself.
   * An app asks for all its rooms at once, so that each room has its own time. More rooms than a socket may have are not honest.
   */
  function isTooEarly(client: Client, event: string, payload: unknown, { code, retryAfterMs }: Refusal): boolean {
    if (code !== 'rate-limited' || retryAfterMs === undefined) return false;
    const now = clock.now();
    const untils = toldToWait.get(client) ?? new Map<string, number>();
    toldToWait.set(client, untils);
    for (const [asked, until] of untils) if (until <= now) untils.delete(asked);
    const asked = `${event} ${roomOf(payload)}`;
    const isAgain = untils.has(asked);
    const isTooMany = !isAgain && untils.size >= ASKED_MAX;
    if (!isTooMany) untils.set(asked, now + retryAfterMs);
    // A socket that waits as it was told is not idle.
    client.idleSince = Math.max(client.idleSince, now + retryAfterMs);
    return isAgain || isTooMany;
  }

  /** A block closes the socket that earned it, and nobody else's seat behind the same address. */
  function strike(client: Client, why: string): void {
    void limits.blocks.strike(client.limitKey, why).then(() => {
      if (limits.blocks.remainingMs(client.limitKey) > 0) client.close('blocked');
    });
  }

  function run<E extends ClientEvent>(
    event: E,
    client: Client,
    payload: unknown,
    isChecked: boolean,
  ): Outcome<unknown> | Promise<Outcome<unknown>> {
    // TypeScript cannot follow that handlers and schemas are indexed by the same event; the table's type holds it.
    const handler = handlers[event] as Handler<E>;
    if (isChecked) return handler(context, client, payload as Parameters<Handler<E>>[2]);
    const parsed = clientEvents[event].input.safeParse(payload);
    if (!parsed.success) return refuseInput(parsed.error);
    if (event !== 'signal:send') {
      // Signals have a bucket of their own, in their seat.
      const burst = context.callsPerSecond * 32;
      const waitMs = client.calls.take(WEIGHTS[event] ?? 1, clock.now(), burst, context.callsPerSecond / 1_000);
      if (waitMs > 0) {
        counters.limit('calls');
        return refuse('rate-limited', { retryAfterMs: waitMs });
      }
    }
    return handler(context, client, parsed.data as Parameters<Handler<E>>[2]);
  }

  let stopped = false;
  const pending = new OpenCount(clock);
  const answered = (): void => pending.remove();

  /** Handles a call, times it and answers. Never throws. */
  function answer(
    event: ClientEvent,
    client: Client,
    reply: Reply | undefined,
    payload: unknown,
    isChecked: boolean,
  ): void {
    counters.event(event);
    const startedAt = performance.now();
    const settle = (outcome: Outcome<unknown>): void => {
      observer.settled(client, event, payload, outcome, performance.now() - startedAt);
      finish(event, client, reply, payload, outcome);
    };
    const fail = (thrown: unknown): void => {
      observer.failed(client, event, payload, thrown);
      settle(refusalOf(thrown));
    };
    try {
      const outcome = run(event, client, payload, isChecked);
      if (!(outcome instanceof Promise)) {
        settle(outcome);
        return;
      }
      pending.add();
      outcome.then(settle, fail).finally(answered);
    } catch (thrown) {
      fail(thrown);
    }
  }

  return {
    /** Takes an event as it arrived. `isChecked`: the payload was read to the letter of the event's schema already. */
    event(client: Client, event: string, payload: unknown, reply: Reply | undefined, isChecked: boolean): void {
      if (!client.isOpen()) return;
      if (!isKnown(event)) {
        counters.event('unknown');
        finish('unknown', client, reply, undefined, refuse(stopped ? 'server-draining' : 'unknown-call'));
      } else if (stopped) finish(event, client, reply, payload, refuse('server-draining'));
      else answer(event, client, reply, payload, isChecked);
    },
    /**
     * Takes nothing more and resolves when everything that was taken is answered, or after `withinMs`: a client must know
     * what the server did for it before it stopped.
     */
    stop(withinMs: number): Promise<void> {
      stopped = true;
      return pending.whenNone(withinMs);
    },
  };
}
