import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  ConnectAuth,
  type ErrorCode,
  LIMITS,
  type Outcome,
  type Refusal,
  refuse,
  refuseInput,
  SIGNALING_PATH,
} from '@parley/shared/protocol';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { AccessRule, Admitted } from '../auth/access.ts';
import type { RightEnd } from '../auth/token-record.ts';
import { base64UrlText } from '../base64url.ts';
import type { AddressReader } from '../client-address.ts';
import { type Clock, repeat } from '../clock.ts';
import type { Config } from '../config.ts';
import { newChallenge } from '../handlers/challenge.ts';
import type { HandlerContext } from '../handlers/context.ts';
import { createDispatch } from '../handlers/dispatch.ts';
import { versionRefusal } from '../handlers/version-check.ts';
import type { OpenSockets } from '../limits/open-sockets.ts';
import { aboutSocket, createOperationObserver } from '../observe/operations.ts';
import type { TracedSpan, Tracing } from '../observe/tracing.ts';
import type { OriginRule } from '../origins.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import { type Admission, AdmissionDesk } from './admission.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { ClientSocket, Line, lineOf, Outbox, type OverReason } from './line.ts';
import { readSignal } from './signal-frame.ts';
import { CLOSE, MESSAGE, NOOP, OPEN, PONG, UPGRADE } from './text-frames.ts';
import { CONNECT, CONNECT_ERROR, DISCONNECT, decodePacket, EVENT, MalformedPacket } from './text-parser.ts';

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
  closeRight(right: string, end: RightEnd): void;
  /** Answers what was taken, says goodbye, closes. `cutOff` ends the connections that do not close by then. */
  close(cutOff: () => void): Promise<void>;
};

/** How long answers to what was taken may hold up the stop. */
const ANSWERED_MS = 4_000;

/** How long clients get to take in the last things that they are sent, on a computer that has much to do. */
const TAKEN_IN_MS = 2_000;

/** How long they get after that to close their side of a connection. */
const LEFT_OVER_MS = 500;

/** How long a client may take to answer that its socket is closed, while the server runs. */
const FAREWELL_MS = 10_000;

/** How long a socket that does not read gets to take in why it is being closed. */
const LAST_WORD_MS = 1_000;

/** Pings, pongs and the like that a client may send in a second; honest ones send two a minute. */
const CONTROL_MAX_PER_SECOND = 20;

const PATH = `${SIGNALING_PATH}/`;

/** Packets of Engine.IO without a message that a client may send; only the server asks for signs of life. */
const CONTROL: ReadonlySet<number> = new Set([OPEN, PONG, UPGRADE, NOOP]);

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
 * Speaks Socket.IO on the server's HTTP port, hardened: WebSocket only, text only, one namespace, small frames, short
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
    tracing: Tracing;
    access: AccessRule;
    openSockets: OpenSockets;
  },
): SocketGate {
  const { context, clock, addressOf, originAllowed, pseudonyms, access } = ports;
  const { tally, limits, rooms, log } = context;
  const dispatch = createDispatch(context);
  const connections = new Set<Connection>();
  const desk = new AdmissionDesk({
    limits,
    openMax: config.socketsPerAddress,
    open: ports.openSockets,
    tally,
    isDraining: () => context.isDraining(),
    isBusy: () => context.isBusy(),
    random: context.random,
  });
  let noteEmpty: (() => void) | undefined;
  const observer = createOperationObserver(context);

  /** An upgrade that came to nothing: there is no socket yet to name. */
  function noteRefused(request: IncomingMessage, code: ErrorCode): void {
    if (!log.isLevelEnabled('debug')) return;
    log.debug({ address: pseudonyms.address(addressOf(request)), code }, 'upgrade refused');
  }

  const linePorts = { outbox: new Outbox(config), over };
  /** Who has not said yet who they are. */
  const strangers = new Set<Line>();

  // Not written in place: the types do not know `closeTimeout` yet.
  const webSocketOptions = {
    noServer: true,
    WebSocket: ClientSocket,
    clientTracking: false,
    maxPayload: LIMITS.frameMaxBytes,
    perMessageDeflate: false,
    closeTimeout: FAREWELL_MS,
  };
  const sockets = new WebSocketServer(webSocketOptions);
  /** Sockets whose far end has not closed its side yet. */
  let opened = 0;
  let noteGone: (() => void) | undefined;
  const heart = new Heartbeat<Line>(
    clock,
    { intervalMs: config.pingIntervalMs, timeoutMs: config.pingTimeoutMs },
    (line) => line.cut('ping timeout'),
  );
  const handshake = {
    upgrades: [],
    pingInterval: config.pingIntervalMs,
    pingTimeout: config.pingTimeoutMs,
    maxPayload: LIMITS.frameMaxBytes,
  };

  // Polling is off, so every plain request to the path is a mistake; Fastify answers it.
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    tally.upgrades += 1;
    // Until it is a WebSocket nobody else listens, and an unheard error would end the process.
    socket.on('error', ignoreError);
    const [path, query] = (request.url ?? '').split('?', 2);
    if (path !== PATH) return refuseUpgrade(request, '404 Not Found', refuse('unknown-call'));
    if (!isHandshake(new URLSearchParams(query)))
      return refuseUpgrade(request, '400 Bad Request', refuse('bad-request'));
    if (!originAllowed(request.headers.origin)) {
      tally.error('origin-refused');
      noteRefused(request, 'origin-refused');
      return refuseUpgrade(request, '403 Forbidden', refuse('origin-refused'));
    }
    desk.decide(addressOf(request)).then(
      (admission) => {
        if (admission.at === 'cut' && admission.refusal) {
          noteRefused(request, admission.refusal.code);
          return refuseUpgrade(request, '429 Too Many Requests', admission.refusal);
        }
        const trace = ports.tracing.start(request.headers.traceparent);
        // The answer to the upgrade and the handshake are one piece for the system to send.
        socket.cork();
        let isOpen = false;
        sockets.handleUpgrade(request, socket, head, (opening) => {
          isOpen = true;
          socket.off('error', ignoreError);
          open(opening, admission, trace);
        });
        socket.uncork();
        // It calls back at once, or never: not every request for a WebSocket makes one.
        if (!isOpen && admission.at === 'welcome') desk.closed(admission.limitKey);
      },
      (thrown) => {
        log.error({ err: thrown }, 'admission failed');
        refuseUpgrade(request, '503 Service Unavailable', refuse('server-busy'));
      },
    );
  });

  function noteMalformed(line: Line): void {
    tally.malformed += 1;
    void limits.blocks.strike(line.admission.limitKey);
  }

  /** What keeps a line alive costs little, and nothing else counts it: who sends a flood of it is cut off. */
  function noteControl(line: Line): void {
    if (line.countControl(Math.trunc(clock.now() / 1_000)) !== CONTROL_MAX_PER_SECOND + 1) return;
    noteMalformed(line);
    line.cut();
  }

  // Socket.IO's own server is not there at all, nor is Engine.IO's: with one namespace, one transport, no attachments and no
  // rooms of their own their protocols are a handful of packets, while their objects and timers are most of a connection's
  // memory and of what a message costs besides I/O.
  function open(socket: ClientSocket, admission: Admission, trace: TracedSpan | undefined): void {
    tally.socketsOpened += 1;
    opened += 1;
    const id = base64UrlText(context.random(15));
    const line = new Line({ id, admission, openedAt: clock.now(), trace }, socket, linePorts);
    strangers.add(line);
    socket.on('message', onMessage);
    socket.on('ping', onControl);
    socket.on('pong', onControl);
    socket.on('error', onError);
    socket.on('close', onClose);
    line.open({ sid: id, ...handshake });
    heart.add(line);
  }

  function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    const line = lineOf(this);
    if (!line) return;
    if (line.isOver) {
      line.hearLate();
      return;
    }
    heart.heard(line);
    try {
      // Binary data comes in other forms; text is one buffer.
      if (isBinary || !Buffer.isBuffer(data)) throw new MalformedPacket();
      if (data[0] === MESSAGE) heard(line, data.toString('utf8', 1));
      else if (data[0] === CLOSE) line.end();
      else if (data.length > 0 && CONTROL.has(data[0] ?? 0)) noteControl(line);
      else throw new MalformedPacket();
    } catch (failure) {
      if (failure instanceof MalformedPacket) noteMalformed(line);
      else log.error({ ...aboutSocket(line), err: failure }, 'frame could not be handled');
      line.end('parse error');
    }
  }

  /** Pings and pongs of WebSocket itself, asked for or not: the server never asks in this way. */
  function onControl(this: WebSocket): void {
    const line = lineOf(this);
    if (!line) return;
    if (line.isOver) {
      line.hearLate();
      return;
    }
    line.cutIfClogged();
    noteControl(line);
  }

  function onError(this: WebSocket, error: Error): void {
    const line = lineOf(this);
    if (!line || line.isOver) return;
    // The far end broke the WebSocket protocol; `ws` closes it.
    if ('code' in error && typeof error.code === 'string' && error.code.startsWith('WS_ERR_')) noteMalformed(line);
    line.hasEnded('transport error');
  }

  function onClose(this: WebSocket): void {
    opened -= 1;
    if (opened === 0) noteGone?.();
    lineOf(this)?.hasEnded('transport close');
  }

  function over(line: Line, reason: OverReason): void {
    heart.remove(line);
    strangers.delete(line);
    if (line.admission.at === 'welcome') desk.closed(line.admission.limitKey);
    if (line.connection) closed(line.connection, reason);
  }

  /** Takes a frame in. Throws MalformedPacket for what nobody can read. */
  function heard(line: Line, frame: string): void {
    tally.messagesReceived += 1;
    // Who keeps talking without listening is cut off here, also before it has joined anything.
    if (line.isClogged()) {
      line.cut();
      return;
    }
    const { connection } = line;
    const signal = connection && readSignal(frame);
    if (signal) {
      if (signal.refusal) dispatch.refusedSignal(connection, signal.about, signal.call, signal.refusal);
      else dispatch.signal(connection, signal.signal, signal.call);
      return;
    }
    const packet = decodePacket(frame);
    if (packet.type === CONNECT && !connection) connect(line, packet.data ?? {});
    else if (packet.type === EVENT && connection) {
      const [event, payload] = packet.data as [string, unknown];
      dispatch.event(connection, event, payload, packet.id);
    } else if (packet.type === DISCONNECT && connection) {
      // Nothing more could be said on it.
      line.end();
    } else throw new MalformedPacket();
  }

  function connect(line: Line, given: unknown): void {
    if (line.asked) throw new MalformedPacket();
    line.asked = true;
    const decide = (outcome: Outcome<Admitted>): void => {
      // It may have gone while its right was looked up, or have taken too long to wait for it.
      if (!strangers.delete(line)) return;
      if (outcome.ok) welcome(line, outcome.value.right);
      else turnAway(line, outcome);
    };
    const checked = checkConnect(line, given);
    if (!(checked instanceof Promise)) decide(checked);
    else
      checked.then(decide, (thrown: unknown) => {
        log.error({ ...aboutSocket(line), err: thrown }, 'access could not be checked');
        decide(refuse('server-busy', { retryAfterMs: 2_000 }));
      });
  }

  function turnAway(line: Line, { code, message, retryAfterMs }: Refusal): void {
    // What it was refused for at the upgrade was counted there.
    if (!line.admission.refusal) tally.error(code);
    if (log.isLevelEnabled('debug')) log.debug({ ...aboutSocket(line), code }, 'socket refused');
    const data = { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    line.write(`${CONNECT_ERROR}${JSON.stringify({ message, data })}`);
    line.end();
  }

  function welcome(line: Line, right: string | undefined): void {
    const { id } = line;
    const { ip, limitKey } = line.admission;
    const about = { id, ip, limitKey, right, trace: line.trace, openedAt: clock.now() };
    const connection = new Connection(about, line, connectionPorts);
    line.connection = connection;
    connections.add(connection);
    // A pseudonym is a keyed hash: not for a line that nobody asked for.
    if (log.isLevelEnabled('debug'))
      log.debug({ ...aboutSocket(connection), address: pseudonyms.address(ip) }, 'socket opened');
    observer.opened(connection);
    line.write(`${CONNECT}{"sid":"${id}"}`);
    connection.send('server:challenge', newChallenge(context, connection));
  }

  function checkConnect(line: Line, given: unknown): Outcome<Admitted> | Promise<Outcome<Admitted>> {
    const { admission } = line;
    if (admission.refusal) return admission.refusal;
    const auth = ConnectAuth.safeParse(given);
    if (!auth.success) return refuseInput(auth.error);
    const otherVersion = versionRefusal(auth.data.v);
    if (otherVersion) return otherVersion;
    const checked = access(auth.data);
    return checked instanceof Promise
      ? checked.then((outcome) => countWrong(outcome, line))
      : countWrong(checked, line);
  }

  /** Guessing passwords or tokens leads to a block (R7). */
  function countWrong(outcome: Outcome<Admitted>, line: Line): Outcome<Admitted> {
    if (!outcome.ok && outcome.code === 'access-refused') {
      const { limitKey } = line.admission;
      log.warn({ ...aboutSocket(line), address: pseudonyms.address(limitKey), audit: true }, 'access refused');
      void limits.blocks.strike(limitKey, WRONG_ACCESS_STRIKES);
    }
    return outcome;
  }

  const connectionPorts = { onClogged, onSent: () => (tally.messagesSent += 1) };

  function closed(connection: Connection, reason: string): void {
    connection.markClosed();
    lost(connection);
    connections.delete(connection);
    if (log.isLevelEnabled('debug'))
      log.debug({ ...aboutSocket(connection), reason, code: connection.closedFor }, 'socket closed');
    if (connections.size === 0) noteEmpty?.();
  }

  /** Its seats are away from now on. */
  function lost(connection: Connection): void {
    for (const { room } of connection.seats.values())
      log.info({ ...aboutSocket(connection), room: room.pseudonym }, 'seat away');
    rooms.lost(connection);
  }

  function onClogged(connection: Connection): void {
    tally.slowConsumers += 1;
    tally.error('slow-consumer');
    log.warn(aboutSocket(connection), 'slow consumer closed');
    // Not at once: the registry may be in the middle of telling a room something.
    queueMicrotask(() => lost(connection));
    clock.after(LAST_WORD_MS, () => connection.cut());
  }

  const stopReaping = repeat(clock, Math.max(50, Math.min(5_000, config.idleSocketMs / 4)), () => {
    const before = clock.now() - config.idleSocketMs;
    for (const connection of connections) {
      if (connection.seats.size > 0) connection.idleSince = clock.now();
      else if (connection.idleSince < before) connection.close('timed-out');
    }
  });
  const stopWaiting = repeat(clock, Math.max(20, config.connectTimeoutMs / 4), () => {
    const before = clock.now() - config.connectTimeoutMs;
    for (const line of strangers) if (line.openedAt <= before) line.end();
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

  /** Resolves when every client has closed its side, or after `withinMs`. */
  function whenGone(withinMs: number): Promise<void> {
    if (opened === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.after(withinMs, resolve);
      noteGone = () => {
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
      for (const line of strangers) if (line.admission.limitKey === limitKey) line.cut();
      for (const connection of connections) if (connection.limitKey === limitKey) connection.close('blocked');
    },
    rights() {
      const sockets = new Map<string, number>();
      for (const { right } of connections) if (right !== undefined) sockets.set(right, (sockets.get(right) ?? 0) + 1);
      return sockets;
    },
    closeRight(right, end) {
      for (const connection of connections) if (connection.right === right) connection.close(end);
    },
    async close(cutOff) {
      stopReaping();
      stopWaiting();
      stopSweeping();
      // No longer than another node may take to answer.
      await Promise.race([dispatch.stop(), new Promise<void>((resolve) => clock.after(ANSWERED_MS, resolve))]);
      for (const connection of connections) connection.close('server-draining');
      for (const line of strangers) line.end();
      // Not cut off at once: the last thing that is said to them is the reason why they are closed.
      await whenGone(TAKEN_IN_MS);
      heart.stop();
      sockets.close();
      // A client that does not finish its side of the closing handshake must not hold up the stop.
      const cancel = clock.after(LEFT_OVER_MS, cutOff);
      // No more connections, and those that are there end.
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
      });
      cancel();
    },
  };
}

/** Whether this asks for a new connection of Engine.IO, protocol 4; polling and changing over are not to be had. */
const isHandshake = (query: URLSearchParams): boolean =>
  query.get('transport') === 'websocket' && query.get('EIO') === '4' && !query.has('sid');
