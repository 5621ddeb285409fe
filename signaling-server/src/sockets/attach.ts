import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import {
  ConnectAuth,
  LIMITS,
  type Outcome,
  type Refusal,
  refuse,
  refuseInput,
  SIGNALING_PATH,
} from '@parley/shared/protocol';
import { Server, type Socket } from 'socket.io';
import type { AccessRule, Admitted } from '../auth/access.ts';
import type { AddressReader } from '../client-address.ts';
import { type Clock, repeat } from '../clock.ts';
import type { Config } from '../config.ts';
import { newChallenge } from '../handlers/challenge.ts';
import type { HandlerContext } from '../handlers/context.ts';
import { createDispatch } from '../handlers/dispatch.ts';
import { versionRefusal } from '../handlers/version-check.ts';
import type { OriginRule } from '../origins.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import { type Admission, AdmissionDesk } from './admission.ts';
import { Connection } from './connection.ts';
import { Decoder, Encoder } from './text-parser.ts';

export type SocketGate = {
  connections: () => number;
  /** Tells every client to move elsewhere. */
  announceDrain(retryAfterMs: number): void;
  /** Resolves when no client is left, or after `withinMs`. */
  whenEmpty: (withinMs: number) => Promise<void>;
  /** Closes every socket of an address that was just blocked. */
  closeBlocked(limitKey: string): void;
  /** How many sockets each right has, where the server gives rights by token. */
  rights(): Map<string, number>;
  /** Closes every socket of a right that ended. */
  closeRight(right: string): void;
  close(): Promise<void>;
};

type RawSocket = Socket['conn'];

/** What engine.io keeps and does not declare; read here and nowhere else. */
type Innards = {
  writeBuffer: unknown[];
  request: IncomingMessage | null;
  transport: { socket?: { bufferedAmount: number; terminate(): void; on(event: 'ping', listener: () => void): void } };
};
const innardsOf = (raw: RawSocket): Innards => raw as unknown as Innards;

/** How long answers to what was taken may hold up the stop. */
const ANSWERED_MS = 4_000;

/** How long a socket that does not read gets to take in why it is being closed. */
const LAST_WORD_MS = 1_000;

class ConnectRefused extends Error {
  readonly data: Omit<Refusal, 'ok'>;
  constructor({ code, message, retryAfterMs }: Refusal) {
    super(message);
    this.data = { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}

/** A wrong password or token weighs as much as this many malformed frames. */
const WRONG_ACCESS_STRIKES = 10;

const ignoreError = (): void => {};

/**
 * Answers an upgrade with a refusal and ends the connection. Programs can read it; a web page only learns that it
 * failed.
 */
function refuseUpgrade(request: IncomingMessage, status: string, refusal: Refusal): void {
  const { socket } = request;
  const body = JSON.stringify(refusal);
  const retry = refusal.retryAfterMs === undefined ? '' : `Retry-After: ${Math.ceil(refusal.retryAfterMs / 1_000)}\r\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\n${retry}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/**
 * Puts Socket.IO on the server's HTTP port, hardened: WebSocket only, text only, one namespace, small frames, short
 * timeouts, and a cap on what may wait to be sent.
 */
export function attachSockets(
  http: HttpServer | HttpsServer,
  config: Config,
  ports: {
    context: HandlerContext;
    clock: Clock;
    addressOf: AddressReader;
    originAllowed: OriginRule;
    pseudonyms: Pseudonyms;
    access: AccessRule;
  },
): SocketGate {
  const { context, clock, addressOf, originAllowed, pseudonyms, access } = ports;
  const { tally, limits, rooms, log } = context;
  const { dispatch, stop: stopDispatch } = createDispatch(context);
  const connections = new Set<Connection>();
  const admitted = new WeakMap<IncomingMessage, Admission>();
  const admissionOf = new WeakMap<RawSocket, Admission>();
  const rightOf = new WeakMap<RawSocket, string | undefined>();
  const desk = new AdmissionDesk({
    limits,
    openMax: config.socketsPerAddress,
    tally,
    isDraining: () => context.isDraining(),
    isBusy: () => context.isBusy(),
    random: context.random,
  });
  let noteEmpty: (() => void) | undefined;

  // The decoder is made by Socket.IO and not told whose it is; frames are read one at a time, so this is enough.
  let receiving: RawSocket | undefined;
  class CountingDecoder extends Decoder {
    override add(frame: unknown): void {
      try {
        super.add(frame);
      } catch (malformed) {
        if (receiving) noteMalformed(receiving);
        throw malformed;
      }
    }
  }

  const io = new Server(http, {
    path: SIGNALING_PATH,
    transports: ['websocket'],
    maxHttpBufferSize: LIMITS.frameMaxBytes,
    connectTimeout: config.connectTimeoutMs,
    pingInterval: config.pingIntervalMs,
    pingTimeout: config.pingTimeoutMs,
    upgradeTimeout: 5_000,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    allowEIO3: false,
    cleanupEmptyChildNamespaces: true,
    parser: { Encoder, Decoder: CountingDecoder },
    // Never calls back when it refuses: the answer is written here, with a status and a time to wait.
    allowRequest: (request, proceed) => {
      // Between the upgrade and the WebSocket nobody else listens, and an unheard error would end the process.
      request.socket.on('error', ignoreError);
      const { origin } = request.headers;
      if (!originAllowed(origin)) {
        tally.error('origin-refused');
        return refuseUpgrade(request, '403 Forbidden', refuse('origin-refused'));
      }
      const ip = addressOf(request);
      desk.decide(ip).then(
        (admission) => {
          if (admission.at === 'cut' && admission.refusal) {
            return refuseUpgrade(request, '429 Too Many Requests', admission.refusal);
          }
          admitted.set(request, admission);
          proceed(null, true);
        },
        (thrown) => {
          log.error({ err: thrown }, 'admission failed');
          refuseUpgrade(request, '503 Service Unavailable', refuse('server-busy'));
        },
      );
    },
  });
  // Polling is off, so every plain request to the path is a mistake; Fastify answers it like any other.
  http.removeAllListeners('request');

  const isClogged = (raw: RawSocket): boolean => {
    const { writeBuffer, transport } = innardsOf(raw);
    return (
      writeBuffer.length > config.outboundPacketsMax ||
      (transport.socket?.bufferedAmount ?? 0) > config.outboundBytesMax
    );
  };

  function noteMalformed(raw: RawSocket): void {
    tally.malformed += 1;
    const admission = admissionOf.get(raw);
    if (admission) void limits.blocks.strike(admission.limitKey);
  }

  function noteFrame(raw: RawSocket): void {
    receiving = raw;
    tally.messagesReceived += 1;
    // Who keeps talking without listening is cut off here, also before it has joined anything.
    if (isClogged(raw)) innardsOf(raw).transport.socket?.terminate();
  }

  io.engine.on('connection', (raw: RawSocket) => {
    tally.socketsOpened += 1;
    const admission = admitted.get(raw.request);
    if (!admission) {
      raw.close(true);
      return;
    }
    admissionOf.set(raw, admission);
    if (admission.at === 'welcome') desk.opened(admission.limitKey);
    raw.prependListener('data', () => noteFrame(raw));
    innardsOf(raw).transport.socket?.on('ping', () => {
      if (isClogged(raw)) innardsOf(raw).transport.socket?.terminate();
    });
    raw.once('close', (reason: string, cause: unknown) => {
      if (admission.at === 'welcome') desk.closed(admission.limitKey);
      if (reason === 'parse error' || isFrameError(cause)) noteMalformed(raw);
    });
  });

  io.use((socket, next) => {
    const decide = (outcome: Outcome<Admitted>): void => {
      if (outcome.ok) {
        rightOf.set(socket.conn, outcome.value.right);
        next();
        return;
      }
      tally.error(outcome.code);
      next(new ConnectRefused(outcome));
      // After the refusal was written, which happens in the next tick.
      setImmediate(() => socket.conn.close());
    };
    const checked = checkConnect(socket);
    if (!(checked instanceof Promise)) decide(checked);
    else
      checked.then(decide, (thrown: unknown) => {
        log.error({ err: thrown }, 'access could not be checked');
        decide(refuse('server-busy', { retryAfterMs: 2_000 }));
      });
  });

  function checkConnect(socket: Socket): Outcome<Admitted> | Promise<Outcome<Admitted>> {
    const admission = admissionOf.get(socket.conn);
    if (!admission) return refuse('internal');
    if (admission.refusal) return admission.refusal;
    const auth = ConnectAuth.safeParse(socket.handshake.auth);
    if (!auth.success) return refuseInput(auth.error);
    const otherVersion = versionRefusal(auth.data.v);
    if (otherVersion) return otherVersion;
    const checked = access(auth.data);
    return checked instanceof Promise
      ? checked.then((outcome) => countWrong(outcome, admission))
      : countWrong(checked, admission);
  }

  /** Guessing passwords or tokens leads to a block (R7). */
  function countWrong(outcome: Outcome<Admitted>, admission: Admission): Outcome<Admitted> {
    if (!outcome.ok && outcome.code === 'access-refused') {
      log.warn({ address: pseudonyms.address(admission.limitKey), audit: true }, 'access refused');
      void limits.blocks.strike(admission.limitKey, WRONG_ACCESS_STRIKES);
    }
    return outcome;
  }

  io.on('connection', (socket) => {
    const raw = socket.conn;
    const admission = admissionOf.get(raw);
    if (!admission) {
      socket.disconnect(true);
      return;
    }
    // A kept request is kilobytes per connection, and nothing reads it after this.
    innardsOf(raw).request = null;
    const connection = new Connection(
      {
        id: socket.id,
        ip: admission.ip,
        limitKey: admission.limitKey,
        right: rightOf.get(raw),
        openedAt: clock.now(),
      },
      {
        emit: (event, payload) => socket.emit(event, payload),
        isClogged: () => isClogged(raw),
        end: () => raw.close(),
        cut: () => innardsOf(raw).transport.socket?.terminate(),
      },
      { onClogged, onSent: () => (tally.messagesSent += 1) },
    );
    connections.add(connection);
    log.debug({ socket: socket.id, address: pseudonyms.address(admission.ip) }, 'socket opened');
    socket.onAny((event: string, ...parts: unknown[]) => dispatch(connection, event, parts));
    socket.once('disconnect', (reason) => {
      connection.markClosed();
      rooms.lost(connection);
      connections.delete(connection);
      log.debug({ socket: socket.id, reason }, 'socket closed');
      // Leaving the namespace keeps the transport open; nothing could be said on it any more.
      if (raw.readyState === 'open') raw.close();
      if (connections.size === 0) noteEmpty?.();
    });
    connection.send('server:challenge', newChallenge(context, connection));
  });

  function onClogged(connection: Connection): void {
    tally.slowConsumers += 1;
    tally.error('slow-consumer');
    log.warn({ socket: connection.id }, 'slow consumer closed');
    // Not at once: the registry may be in the middle of telling a room something.
    queueMicrotask(() => rooms.lost(connection));
    clock.after(LAST_WORD_MS, () => connection.cut());
  }

  const stopReaping = repeat(clock, Math.max(50, Math.min(5_000, config.idleSocketMs / 4)), () => {
    const before = clock.now() - config.idleSocketMs;
    for (const connection of connections) {
      if (connection.seats.size > 0) connection.idleSince = clock.now();
      else if (connection.idleSince < before) connection.close('timed-out');
    }
  });
  const stopSweeping = repeat(clock, 60_000, () => {
    desk.sweep();
    limits.blocks.sweep();
  });

  function whenEmpty(withinMs: number): Promise<void> {
    if (connections.size === 0 || withinMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.after(withinMs, resolve);
      noteEmpty = () => {
        cancel();
        resolve();
      };
    });
  }

  return {
    connections: () => connections.size,
    announceDrain(retryAfterMs) {
      for (const connection of connections) connection.send('server:drain', { retryAfterMs });
    },
    whenEmpty,
    closeBlocked(limitKey) {
      for (const connection of connections) if (connection.limitKey === limitKey) connection.close('blocked');
    },
    rights() {
      const sockets = new Map<string, number>();
      for (const { right } of connections) if (right !== undefined) sockets.set(right, (sockets.get(right) ?? 0) + 1);
      return sockets;
    },
    closeRight(right) {
      for (const connection of connections) if (connection.right === right) connection.close('access-expired');
    },
    async close() {
      stopReaping();
      stopSweeping();
      // No longer than another node may take to answer.
      await Promise.race([stopDispatch(), new Promise<void>((resolve) => clock.after(ANSWERED_MS, resolve))]);
      for (const connection of connections) connection.close('server-draining');
      // Socket.IO throws away what still waits to be sent, and that is the reason why they are closed.
      await whenEmpty(LAST_WORD_MS / 2);
      await io.close();
    },
  };
}

/** Whether a transport ended because its far end broke the WebSocket protocol. */
function isFrameError(cause: unknown): boolean {
  const inner =
    cause instanceof Error ? ((cause as Error & { description?: unknown }).description ?? cause) : undefined;
  const code = inner instanceof Error && 'code' in inner ? inner.code : undefined;
  return typeof code === 'string' && code.startsWith('WS_ERR_');
}
