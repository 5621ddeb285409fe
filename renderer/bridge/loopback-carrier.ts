import { refuse } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import type { Carrier } from './parsed-bridge.ts';

/** The part of the page that the loopback carrier uses. */
export type LoopbackPage = {
  /** Tells this page from others of the same host: 16 to 64 letters, digits, hyphens or underscores. */
  id: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  openEvents(url: string): Pick<EventSource, 'addEventListener' | 'removeEventListener'>;
  log: Log;
};

/** A call that takes longer is given up; the core may still finish it, and calls that matter are repeatable. */
const CALL_TIMEOUT_MS = 30_000;

/** Calls by POST /bridge/call, events by server-sent events from /bridge/events; the browser reopens those by itself. */
export function loopbackCarrier(page: LoopbackPage): Carrier {
  let events: ReturnType<LoopbackPage['openEvents']> | undefined;
  return {
    async call(name, input) {
      try {
        const response = await page.fetch('/bridge/call', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          credentials: 'same-origin',
          body: JSON.stringify({ page: page.id, name, input }),
          signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        });
        // Refusals carry an HTTP status as well; the body says everything.
        return await response.json();
      } catch (error) {
        if (error instanceof DOMException && error.name === 'TimeoutError') return refuse('timed-out');
        throw error;
      }
    },
    on(name, listener) {
      events ??= page.openEvents(`/bridge/events?page=${page.id}`);
      const source = events;
      const heard = (event: Event) => {
        let payload: unknown;
        try {
          payload = JSON.parse(String((event as MessageEvent).data)); // server-sent events are MessageEvents
        } catch (error) {
          page.log.warn('an event of the host was not JSON', errorFields(error));
          return;
        }
        listener(payload);
      };
      source.addEventListener(name, heard);
      return () => source.removeEventListener(name, heard);
    },
  };
}
