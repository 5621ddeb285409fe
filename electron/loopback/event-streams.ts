import type { ServerResponse } from 'node:http';
import type { Clock } from '#core/ports.ts';

const HEARTBEAT_MS = 15_000;
/** What may wait for a window that reads too slowly; above that it has to connect again. */
const WAITING_MAX_BYTES = 4 * 1024 * 1024;
const STREAMS_MAX = 16;

/** Server-sent events to the windows. */
export interface EventStreams {
  /** Takes the response over until the window or the host closes it; the longest open one gives way to the 17th. */
  open(response: ServerResponse): void;
  send(name: string, payload: unknown): void;
  close(): void;
  readonly size: number;
  /** How many were ever opened. */
  readonly opened: number;
}

export function createEventStreams(clock: Clock): EventStreams {
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

  return {
    open(response) {
      const [oldest] = open;
      if (open.size >= STREAMS_MAX && oldest) oldest.end();
      open.add(response);
      opened++;
      response.on('close', () => {
        open.delete(response);
        if (open.size > 0) return;
        undoBeat?.();
        undoBeat = null;
      });
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.write('event: hello\ndata: {}\n\n');
      undoBeat ??= clock.after(HEARTBEAT_MS, beat);
    },
    send(name, payload) {
      // JSON has no line breaks of its own, so one data line is enough.
      const text = `event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`;
      for (const response of open) write(response, text);
    },
    close() {
      // Each ends the heartbeat's reason to be as it closes.
      for (const response of open) response.end();
    },
    get size() {
      return open.size;
    },
    get opened() {
      return opened;
    },
  };
}
