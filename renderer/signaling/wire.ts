import type { ConnectAuth } from '@parley/shared/protocol';
import { SIGNALING_PATH } from '@parley/shared/protocol';
import { io } from 'socket.io-client';

/** What a wire tells. Exactly one of `opened` and `failed` comes first; `closed` only after `opened`. */
export type WireListener = {
  opened(): void;
  /** What the server said when it refused the connection; undefined when nothing answered. */
  failed(said: unknown): void;
  closed(): void;
  heard(event: string, payload: unknown): void;
};

/** One attempt at a connection. It never reconnects by itself: the client decides that. */
export interface Wire {
  /** The raw answer. Rejects after `timeoutMs` without one, and when the wire is closed meanwhile. */
  call(event: string, input: unknown, timeoutMs: number): Promise<unknown>;
  close(): void;
}

export type OpenWire = (url: string, auth: ConnectAuth, listener: WireListener) => Wire;

const CONNECT_TIMEOUT_MS = 8_000;

/** A wire over Socket.IO, WebSocket only. */
export const openSocketWire: OpenWire = (url, auth, listener) => {
  const socket = io(url, {
    path: SIGNALING_PATH,
    auth,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: CONNECT_TIMEOUT_MS,
    autoConnect: false,
  });
  socket.on('connect', () => listener.opened());
  socket.on('connect_error', (error: Error & { data?: unknown }) => listener.failed(error.data));
  socket.on('disconnect', () => listener.closed());
  socket.onAny((event: string, payload: unknown) => listener.heard(event, payload));
  socket.connect();
  return {
    call: (event, input, timeoutMs) => socket.timeout(timeoutMs).emitWithAck(event, input),
    close: () => {
      socket.removeAllListeners();
      socket.offAny();
      socket.disconnect();
    },
  };
};
