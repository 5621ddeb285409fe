import type { ServerHost } from '@parley/shared/model';
import {
  accept,
  Challenge,
  type Outcome,
  outcomeOf,
  PROTOCOL_VERSION,
  refusalSaidBy,
  refuse,
} from '@parley/shared/protocol';
import type { Clock } from '../ports.ts';
import type { OpenSocket } from '../signaling/socket.ts';
import type { Credentials } from './rights.ts';

/** How long a server that opened the socket may take to answer. */
const ANSWER_TIMEOUT_MS = 6_000;

/**
 * Connects to a server once, measures a round trip and leaves. Refuses with what the server said, with
 * `server-unreachable`, or with `not-a-server` where something else opened the socket.
 */
export async function enterServer(
  { openSocket, clock }: { openSocket: OpenSocket; clock: Clock },
  host: ServerHost,
  credentials: Credentials,
): Promise<Outcome<{ roundTripMs: number }>> {
  let socket: ReturnType<OpenSocket> | undefined;
  let undoTimer = () => {};
  try {
    const opened = await new Promise<Outcome<null>>((resolve) => {
      undoTimer = clock.after(2 * ANSWER_TIMEOUT_MS, () => resolve(refuse('server-unreachable')));
      socket = openSocket(
        host,
        { v: PROTOCOL_VERSION, ...credentials },
        {
          opened: () => resolve(accept(null)),
          failed: (said) => resolve(refusalSaidBy(host, said) ?? refuse('server-unreachable')),
          closed: () => resolve(refuse('server-unreachable')),
          heard: () => {},
        },
      );
    });
    if (!opened.ok || !socket) return opened.ok ? refuse('internal') : opened;
    const startedAt = performance.now();
    // The call rejects when nothing answers in time: something that is not our server keeps the socket open.
    const raw = await socket
      .call('challenge:get', { v: PROTOCOL_VERSION }, ANSWER_TIMEOUT_MS)
      .catch(() => refuse('not-a-server'));
    const roundTripMs = Math.max(0, Math.round((performance.now() - startedAt) * 10) / 10);
    const answer = outcomeOf(Challenge).safeParse(raw);
    if (!answer.success) return refuse('not-a-server');
    return answer.data.ok ? accept({ roundTripMs }) : (refusalSaidBy(host, answer.data) ?? refuse('not-a-server'));
  } finally {
    undoTimer();
    socket?.close();
  }
}
