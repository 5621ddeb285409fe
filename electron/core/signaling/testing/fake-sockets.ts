import type { ServerHost } from '@parley/shared/model';
import type { ConnectAuth } from '@parley/shared/protocol';
import type { OpenSocket, SocketListener } from '../socket.ts';

/** The far end of one attempt at a connection, in the hands of a test. */
export type FakeSocket = {
  host: ServerHost;
  auth: ConnectAuth;
  listener: SocketListener;
  calls: { event: string; payload: unknown; answer(raw: unknown): void; fail(): void }[];
  closed: boolean;
};

/** Keeps every attempt, newest last. */
export function fakeSockets(): { sockets: FakeSocket[]; open: OpenSocket; latest(): FakeSocket } {
  const sockets: FakeSocket[] = [];
  return {
    sockets,
    open(host, auth, listener) {
      const socket: FakeSocket = { host, auth, listener, calls: [], closed: false };
      sockets.push(socket);
      return {
        call: (event, payload) =>
          new Promise((answer, reject) => {
            socket.calls.push({ event, payload, answer, fail: () => reject(new Error('no answer')) });
          }),
        close: () => {
          socket.closed = true;
        },
      };
    },
    latest() {
      const socket = sockets.at(-1);
      if (!socket) throw new Error('nothing was opened');
      return socket;
    },
  };
}
