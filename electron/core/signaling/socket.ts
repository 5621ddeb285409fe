import type { Agent } from 'node:https';
import { isPrivateHost, type ServerHost } from '@parley/shared/model';
import { ChallengeBytes, type ConnectAuth, SIGNALING_PATH } from '@parley/shared/protocol';
import { io } from 'socket.io-client';

/** The events of a socket. Exactly one of `opened` and `failed` comes first; `closed` only after `opened`. */
export type SocketListener = {
  /** `challenge` is the first that the server set; undefined where a Parley server would have set one. */
  opened(challenge: string | undefined): void;
  /** The server's refusal of the connection; undefined when nothing answered. */
  failed(said: unknown): void;
  closed(): void;
  heard(event: string, payload: unknown): void;
};

/** One attempt at a connection to a signaling server. It never reconnects by itself. */
export interface SignalingSocket {
  /** The raw answer. Rejects after `timeoutMs` without one, and when the socket closes meanwhile. */
  call(event: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  /** Closes it; nothing is told afterwards. */
  close(): void;
}

export type OpenSocket = (host: ServerHost, auth: ConnectAuth, listener: SocketListener) => SignalingSocket;

const CONNECT_TIMEOUT_MS = 8_000;
/** A page of a server's listed rooms is the largest that a server says. */
const HEARD_MAX_BYTES = 256 * 1024;

/** Where the signaling server of `host` listens: in the clear at private names and addresses alone, at all others by TLS. */
export const socketUrlOf = (host: ServerHost): string => `${isPrivateHost(host) ? 'ws' : 'wss'}://${host}`;

/** Opens sockets by Socket.IO, WebSocket only. */
export const socketOpener =
  (trust: () => Agent): OpenSocket =>
  (host, auth, listener) => {
    const socket = io(socketUrlOf(host), {
      path: SIGNALING_PATH,
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: CONNECT_TIMEOUT_MS,
      autoConnect: false,
      ...nodeOptions(isPrivateHost(host) ? undefined : trust()),
    });
    socket.on('connect', () => listener.opened(ChallengeBytes.safeParse(socket.io.engine.id).data));
    socket.on('connect_error', (error: Error & { data?: unknown }) => listener.failed(error.data));
    socket.on('disconnect', () => listener.closed());
    socket.onAny((event: string, payload: unknown) => listener.heard(event, payload));
    socket.connect();
    return {
      call: (event, payload, timeoutMs) => socket.timeout(timeoutMs).emitWithAck(event, payload),
      close: () => {
        socket.removeAllListeners();
        socket.offAny();
        socket.disconnect();
      },
    };
  };

/** Options of the `ws` package, which engine.io-client hands on under Node and its types do not name. */
const nodeOptions = (agent: Agent | undefined): object => ({
  perMessageDeflate: false,
  maxPayload: HEARD_MAX_BYTES,
  ...(agent ? { agent } : {}),
});
