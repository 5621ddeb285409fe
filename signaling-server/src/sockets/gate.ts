import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { ConnectAuth, type Outcome, type Refusal, refuse, refuseInput } from '@parley/shared/protocol';
import { Server, type Socket } from 'socket.io';
import { Adapter } from 'socket.io-adapter';
import type { AccessRule, Right } from '../auth/access.ts';
import type { RightEnd } from '../auth/token-record.ts';
import { repeat } from '../clock.ts';
import type { Config } from '../config.ts';
import { versionRefusal } from '../handlers/challenge.ts';
import type { Reply } from '../handlers/context.ts';
import { createDispatch } from '../handlers/dispatch.ts';
import { aboutSocket, createOperationObserver } from '../observe/operations.ts';
import { OpenCount } from '../open-count.ts';
import type { Connection } from './connection.ts';
import { CheckedSignal, Decoder, Encoder } from './parser.ts';
import { openTransport, type SocketPorts } from './transport.ts';

/** How long answers to what was taken may hold up the stop. */
const ANSWERED_MS = 4_000;
/** How long clients get to take in the last things that they are sent, on a computer that has much to do. */
const TAKEN_IN_MS = 2_000;
/** How long they get after that to close their side of a connection. */
const LEFT_OVER_MS = 500;
/** How long a socket that does not read gets to take in why it is being closed. */
const LAST_WORD_MS = 1_000;

/** Without Socket.IO's own rooms, which nothing here uses: each socket would have one of its own, two maps and two sets long. */
class NoRooms extends Adapter {
  override addAll(): void {}
  override del(): void {}
  override delAll(): void {}
}

/**
 * Runs Socket.IO on the server's HTTP port, hardened: WebSocket only, text only, one namespace, small frames, short
 * timeouts, and a cap on what may wait to be sent.
 */
export function openGate(http: HttpServer | HttpsServer, config: Config, ports: SocketPorts & { access: AccessRule }) {
  const { context, pseudonyms, access } = ports;
  const { clock, counters, limits, rooms, log } = context;
  const dispatch = createDispatch(context);
  const observer = createOperationObserver(context);
  const transport = openTransport(http, config, { ...ports, onClogged, onClosed });
  const { connections } = transport;
  const letIn = new OpenCount(clock);
  const io = new Server({
    parser: { Encoder, Decoder },
    adapter: NoRooms,
    connectTimeout: config.connectTimeoutMs,
    serveClient: false,
    cleanupEmptyChildNamespaces: true,
  });
  io.bind(transport.engine);

  io.use((socket, next) => {
    const connection = connections.get(socket.conn);
    // It was closed by what came after its handshake. Socket.IO forgets a socket only once this is answered.
    if (!connection) return next();
    connection.id = socket.id;
    const { auth } = socket.handshake;
    // A password is not kept longer than it takes to look at it.
    socket.handshake.auth = {};
    checkConnect(connection, auth, next);
  });

  /** Lets a connection in, or turns it away. */
  function checkConnect(connection: Connection, given: unknown, next: (refusal?: Error) => void): void {
    const { admission } = connection;
    if (admission.refusal) {
      turnAway(connection, admission.refusal, next);
      return;
    }
    const auth = ConnectAuth.safeParse(given);
    if (!auth.success) {
      turnAway(connection, refuseInput(auth.error), next);
      return;
    }
    const { v, password, token } = auth.data;
    const decide = (outcome: Outcome<Right>): void => {
      if (outcome.ok) {
        connection.right = outcome.value;
        next();
        return;
      }
      turnAway(connection, outcome, next);
      if (outcome.code === 'access-refused') noteRefusedSecret(connection, password ?? token ?? '');
    };
    const checking = versionRefusal(v) ?? access(auth.data);
    if (!(checking instanceof Promise)) decide(checking);
    else
      checking.then(decide, (thrown: unknown) => {
        log.error({ ...aboutSocket(connection), err: thrown }, 'access could not be checked');
        decide(refuse('server-busy', { retryAfterMs: 2_000 }));
      });
  }

  /** Guessing passwords or tokens leads to a block (R7). Not before the refusal: a block cuts connections that are new. */
  function noteRefusedSecret(connection: Connection, secret: string): void {
    const { limitKey } = connection;
    log.warn({ ...aboutSocket(connection), address: pseudonyms.address(limitKey), audit: true }, 'access refused');
    void limits.blocks.strike(limitKey, 'access-refused', limits.wrongSecrets.strikesFor(limitKey, secret));
  }

  function turnAway(
    connection: Connection,
    { code, message, retryAfterMs }: Refusal,
    next: (refusal: Error) => void,
  ): void {
    // A refusal at the upgrade was counted there.
    if (!connection.admission.refusal) counters.error(code);
    transport.leaveQueue(connection);
    if (log.isLevelEnabled('debug')) log.debug({ ...aboutSocket(connection), code }, 'socket refused');
    const data = { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    connection.refused();
    next(Object.assign(new Error(message), { data }));
    // Socket.IO says it in the next turn.
    setImmediate(() => connection.end());
  }

  io.on('connection', (socket) => {
    const connection = connections.get(socket.conn);
    if (!connection?.open(socket, clock.now())) return;
    letIn.add();
    socket.onAny(onEvent);
    // A pseudonym is a keyed hash: not for a line that nobody asked for.
    if (log.isLevelEnabled('debug'))
      log.debug({ ...aboutSocket(connection), address: pseudonyms.address(connection.ip) }, 'socket opened');
    observer.opened(connection);
  });

  /** The one listener for every event of every socket. Socket.IO gives the acknowledgement last. */
  function onEvent(this: Socket, event: string, ...given: unknown[]): void {
    const connection = connections.get(this.conn);
    if (!connection) return;
    const reply = typeof given.at(-1) === 'function' ? (given.pop() as Reply) : undefined;
    const [payload] = given;
    if (event === 'room:join') transport.leaveQueue(connection);
    dispatch.event(connection, event, payload, reply, payload instanceof CheckedSignal);
  }

  function onClosed(connection: Connection, reason: string): void {
    if (!connection.wasLetIn) return;
    letIn.remove();
    lost(connection);
    if (log.isLevelEnabled('debug'))
      log.debug({ ...aboutSocket(connection), reason, code: connection.closedFor }, 'socket closed');
  }

  /** Its seats are away from now on. */
  function lost(connection: Connection): void {
    for (const { room } of connection.seats.values())
      log.info({ ...aboutSocket(connection), room: room.pseudonym }, 'seat away');
    rooms.seats.lost(connection);
  }

  function onClogged(connection: Connection): void {
    counters.slowConsumers += 1;
    counters.error('slow-consumer');
    log.warn(aboutSocket(connection), 'slow consumer closed');
    // Not at once: the registry may be in the middle of telling a room something.
    queueMicrotask(() => lost(connection));
    connection.cutLate(clock, LAST_WORD_MS);
  }

  const stopReaping = repeat(clock, Math.max(50, Math.min(5_000, config.idleSocketMs / 4)), () => {
    const before = clock.now() - config.idleSocketMs;
    for (const connection of connections.values()) {
      if (connection.seats.size > 0) connection.idleSince = clock.now();
      else if (connection.idleSince < before) connection.close('timed-out');
    }
  });
  const stopTurning = repeat(clock, 1_000, () => transport.turnSecond());
  const stopSweeping = repeat(clock, 60_000, () => {
    transport.sweep();
    limits.blocks.sweep();
  });

  return {
    connections: () => letIn.size,
    /** Tells every client to move elsewhere. */
    announceDrain(retryAfterMs: number): void {
      for (const connection of connections.values()) connection.send('server:drain', { retryAfterMs });
    },
    /** Resolves when no client is left, or after `withinMs`. */
    whenEmpty: (withinMs: number) => letIn.whenNone(withinMs),
    /** Closes every socket of an address that was just blocked, but those that have a seat: others may sit behind that address. */
    closeBlocked(limitKey: string): void {
      for (const connection of connections.values()) {
        if (connection.limitKey !== limitKey) continue;
        if (connection.seats.size > 0) continue;
        if (connection.isOpen()) connection.close('blocked');
        else if (connection.state === 'new') connection.cut();
      }
    },
    /** How many sockets each right has, where the server gives rights by token. */
    rights() {
      const sockets = new Map<string, number>();
      for (const { right, state } of connections.values())
        if (right !== undefined && state === 'open') sockets.set(right, (sockets.get(right) ?? 0) + 1);
      return sockets;
    },
    /** Closes every socket of a right that ended. */
    closeRight(right: string, end: RightEnd): void {
      for (const connection of connections.values()) if (connection.right === right) connection.close(end);
    },
    /** Answers what was taken, says goodbye, closes. `cutOff` ends the connections that do not close by then. */
    async close(cutOff: () => void): Promise<void> {
      stopReaping();
      stopTurning();
      stopSweeping();
      // No longer than another node may take to answer.
      await dispatch.stop(ANSWERED_MS);
      for (const connection of connections.values()) {
        if (connection.isOpen()) connection.close('server-draining');
        else connection.end();
      }
      // Not cut off at once: the last thing that is said to them is the reason why they are closed.
      await transport.whenGone(TAKEN_IN_MS);
      await io.close();
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

export type SocketGate = ReturnType<typeof openGate>;
