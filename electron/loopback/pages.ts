import type { ServerResponse } from 'node:http';
import type { BridgeEvent } from '@parley/shared/bridge';
import { type Outcome, refuse } from '@parley/shared/protocol';
import type { CorePage } from '#core/core.ts';
import type { Clock } from '#core/ports.ts';

const HEARTBEAT_MS = 15_000;
/** Limit of what waits for a window that reads too slowly; above that it has to connect again. */
const WAITING_MAX_BYTES = 4 * 1024 * 1024;
export const STREAMS_MAX = 16;
/** How long a page may call without listening to events. Its first call can overtake its event stream. */
export const UNHEARD_MAX_MS = 10_000;
/** Events that are kept for a page until it listens. */
const KEPT_MAX = 256;

/**
 * The pages in the windows: each has an id of its own making, calls by requests and hears events by one stream
 * (server-sent events). A page whose stream ends is closed.
 */
export interface Pages {
  /** A call of the page with this id; null for a caller that is no page and hears nothing. */
  call(pageId: string | null, name: string, input: unknown): Promise<Outcome<unknown>>;
  /**
   * Takes the response over until the window or the host closes it; the longest open one gives way to the 17th. `again`
   * when the page had a stream before: it hears `signaling.lost` first.
   */
  listen(pageId: string | null, response: ServerResponse, again: boolean): void;
  /** To every page that listens. */
  send(name: BridgeEvent, payload: unknown): void;
  close(): void;
  /** How many listen now. */
  readonly size: number;
  /** How many ever did. */
  readonly opened: number;
}

type Page = {
  core: CorePage;
  to: { at: 'waiting'; kept: string[]; undo: () => void } | { at: 'open'; response: ServerResponse };
};

type PagePorts = {
  clock: Clock;
  call(name: string, input: unknown): Promise<Outcome<unknown>>;
  openPage(tell: (event: BridgeEvent, payload: unknown) => void): CorePage;
};

// JSON has no line breaks of its own, so one data line is enough.
const eventText = (name: string, payload: unknown) => `event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`;

export function createPages({ clock, call, openPage }: PagePorts): Pages {
  const pages = new Map<string, Page>();
  const open = new Set<ServerResponse>();
  let undoBeat: (() => void) | null = null;
  let opened = 0;

  const write = (response: ServerResponse, text: string) => {
    if (response.writableLength > WAITING_MAX_BYTES) response.destroy();
    else response.write(text);
  };
  const beat = () => {
    for (const response of open) write(response, ': alive\n\n');
    undoBeat = clock.after(HEARTBEAT_MS, beat);
  };

  const forget = (pageId: string, page: Page) => {
    if (pages.get(pageId) === page) pages.delete(pageId);
    if (page.to.at === 'waiting') page.to.undo();
    page.core.close();
  };
  const pageOf = (pageId: string): Page | null => {
    const known = pages.get(pageId);
    if (known) return known;
    if (pages.size >= STREAMS_MAX * 2) return null;
    const page: Page = {
      core: openPage((event, payload) => {
        const text = eventText(event, payload);
        if (page.to.at === 'open') write(page.to.response, text);
        else if (page.to.kept.length < KEPT_MAX) page.to.kept.push(text);
      }),
      to: { at: 'waiting', kept: [], undo: clock.after(UNHEARD_MAX_MS, () => forget(pageId, page)) },
    };
    pages.set(pageId, page);
    return page;
  };

  const start = (response: ServerResponse) => {
    const oldest = open.values().next().value;
    if (open.size >= STREAMS_MAX && oldest) oldest.end();
    open.add(response);
    opened++;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    // A browser names this id when it opens the stream again.
    response.write('id: 1\nevent: hello\ndata: {}\n\n');
    undoBeat ??= clock.after(HEARTBEAT_MS, beat);
  };

  return {
    async call(pageId, name, input) {
      if (pageId === null) return call(name, input);
      const page = pageOf(pageId);
      return page ? page.core.call(name, input) : refuse('rate-limited');
    },
    listen(pageId, response, again) {
      if (pageId !== null) {
        const before = pages.get(pageId);
        // Whatever it had was told to a stream that is gone.
        if (before && (again || before.to.at === 'open')) forget(pageId, before);
      }
      start(response);
      const page = pageId === null ? null : pageOf(pageId);
      if (again) write(response, eventText('signaling.lost', {}));
      if (page?.to.at === 'waiting') {
        page.to.undo();
        for (const text of page.to.kept) write(response, text);
        page.to = { at: 'open', response };
      }
      response.on('close', () => {
        open.delete(response);
        if (page && pageId !== null) forget(pageId, page);
        if (open.size > 0) return;
        undoBeat?.();
        undoBeat = null;
      });
    },
    send(name, payload) {
      const text = eventText(name, payload);
      for (const response of open) write(response, text);
    },
    close() {
      // Each ends the heartbeat's reason to be as it closes.
      for (const response of open) response.end();
      for (const [pageId, page] of pages) if (page.to.at === 'waiting') forget(pageId, page);
    },
    get size() {
      return open.size;
    },
    get opened() {
      return opened;
    },
  };
}
