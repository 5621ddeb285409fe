import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket as TcpSocket } from 'node:net';
import { type ErrorCode, LIMITS, refuse } from '@parley/shared/protocol';
import { Server as Engine } from 'engine.io';
import type { AddressReader } from '../client-address.ts';
import type { Config } from '../config.ts';
import { newChallenge } from '../handlers/challenge.ts';
import type { HandlerContext, OpenChallenge } from '../handlers/context.ts';
import type { OpenSockets } from '../limits/open-sockets.ts';
import type { Tracing } from '../observe/tracing.ts';
import { OpenCount } from '../open-count.ts';
import type { OriginRule } from '../origins.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import { type Admission, AdmissionDesk } from './admission.ts';
import { Connection, type ConnectionPorts, type EngineConnection } from './connection.ts';
import { readUpgrade, refuseUpgrade } from './upgrade.ts';
import { WriteTurn } from './write-turn.ts';

/** The options of every socket. */
export type SocketPorts = {
  context: HandlerContext;
  addressOf: AddressReader;
  originAllowed: OriginRule;
  pseudonyms: Pseudonyms;
  tracing: Tracing;
  openSockets: OpenSockets;
  /** Whether the event loop has hardly a moment to spare. */
  isSaturated: () => boolean;
};

type TransportPorts = SocketPorts & {
  /** A connection does not read and is being closed for it. */
  onClogged(connection: Connection): void;
  /** A connection is closed. */
  onClosed(connection: Connection, reason: string): void;
};

/** How long a client may take to answer that its socket is closed, while the server runs. */
const FAREWELL_MS = 3_000;
/** The same for a client that broke a protocol. */
const FAULTY_FAREWELL_MS = 500;
/** Timers may be a little early. */
const TIMER_MS = 50;
/** Socket.IO's packet by which a client leaves the namespace. */
const LEAVE = '1';

const ignoreError = (): void => {};

/** A client whose upgrade is under way or done. */
type Arrival = { admission: Admission; challenge: OpenChallenge | undefined };

/** Tells Engine.IO whether to go on with an upgrade. */
type Decide = (error: string | null, ok: boolean) => void;

/** A packet as Engine.IO describes it. */
type EnginePacket = { type: string; data?: unknown };

/**
 * Takes the upgrades of the HTTP server: admission before the upgrade, Engine.IO for WebSocket alone, and what no honest
 * client sends.
 */
export function openTransport(http: HttpServer | HttpsServer, config: Config, ports: TransportPorts) {
  const { context, addressOf, originAllowed, pseudonyms } = ports;
  const { clock, counters, limits, log } = context;
  const connections = new Map<EngineConnection, Connection>();
  /** TCP connections that are not closed yet. */
  const openTcp = new OpenCount(clock);
  /** Those that may come in, until their TCP connection is closed. */
  const arrivals = new Map<TcpSocket, Arrival>();
  const desk = new AdmissionDesk({
    ...context,
    openMax: config.socketsPerAddress,
    open: ports.openSockets,
    isBusy: () => context.isBusy() || connections.size >= config.maxConnections,
    isSaturated: ports.isSaturated,
    onLimit: (limitKey, limit) => log.warn({ address: pseudonyms.address(limitKey), limit }, 'limit reached'),
  });
  const engine = new Engine({
    transports: ['websocket'],
    allowUpgrades: false,
    maxHttpBufferSize: LIMITS.frameMaxBytes,
    pingInterval: config.pingIntervalMs,
    pingTimeout: config.pingTimeoutMs,
    perMessageDeflate: false,
    httpCompression: false,
    allowRequest: admit,
  });

  // The id that the handshake tells is the first challenge of the client. It opens nothing: there is no polling, and a request
  // with a `sid` is refused.
  engine.generateId = ({ socket }: IncomingMessage) => {
    const challenge = newChallenge(context.random, clock.now());
    const arrival = arrivals.get(socket);
    if (arrival) arrival.challenge = challenge;
    return challenge.text;
  };

  // Polling is off, so a plain request to the path is a mistake; Fastify answers it.
  http.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
    counters.upgrades += 1;
    // Until it is a WebSocket nobody else listens, and an unheard error would end the process.
    socket.on('error', ignoreError);
    const wanted = readUpgrade(request);
    if (wanted === 'other-path') return refuseUpgrade(request, '404 Not Found', refuse('unknown-call'));
    if (wanted === 'other-protocol') return refuseUpgrade(request, '400 Bad Request', refuse('bad-request'));
    engine.handleUpgrade(request, socket, head);
  });

  /** Admission before the upgrade. A request that is refused here is answered here, and Engine.IO hears no more of it. */
  function admit(request: IncomingMessage, decide: Decide): void {
    if (!originAllowed(request.headers.origin)) {
      counters.error('origin-refused');
      noteRefused(request, 'origin-refused');
      refuseUpgrade(request, '403 Forbidden', refuse('origin-refused'));
      return;
    }
    const deciding = desk.decide(addressOf(request));
    if (!(deciding instanceof Promise)) {
      onAdmission(request, deciding, decide);
      return;
    }
    deciding.then(
      (admission) => onAdmission(request, admission, decide),
      (thrown: unknown) => {
        log.error({ err: thrown }, 'admission failed');
        refuseUpgrade(request, '503 Service Unavailable', refuse('server-busy'));
      },
    );
  }

  function onAdmission(request: IncomingMessage, admission: Admission, decide: Decide): void {
    if (admission.at === 'cut' && admission.refusal) {
      const { code } = admission.refusal;
      noteRefused(request, code);
      const status = code === 'server-busy' ? '503 Service Unavailable' : '429 Too Many Requests';
      refuseUpgrade(request, status, admission.refusal);
      return;
    }
    const tcp = request.socket;
    if (tcp.destroyed) {
      desk.closed(admission);
      return;
    }
    arrivals.set(tcp, { admission, challenge: undefined });
    openTcp.add();
    tcp.on('close', onTcpClose);
    // The answer to the upgrade and Engine.IO's first packet, which comes some ticks later, are one piece.
    tcp.cork();
    decide(null, true);
  }

  /** An upgrade that came to nothing: there is no socket yet to name. */
  function noteRefused(request: IncomingMessage, code: ErrorCode): void {
    if (!log.isLevelEnabled('debug')) return;
    log.debug({ address: pseudonyms.address(addressOf(request)), code }, 'upgrade refused');
  }

  // One function for all connections: a closure for each would be kept as long as its connection.
  function onTcpClose(this: TcpSocket): void {
    openTcp.remove();
    const arrival = arrivals.get(this);
    arrivals.delete(this);
    if (arrival) desk.closed(arrival.admission);
  }

  const connectionPorts: ConnectionPorts = {
    outboundBytesMax: config.outboundBytesMax,
    onClogged: ports.onClogged,
    counters,
  };

  engine.on('connection', (conn: EngineConnection) => {
    const { request } = conn;
    const tcp = request.socket;
    const { admission, challenge } = arrivals.get(tcp) ?? {};
    // Its first packet is written.
    tcp.uncork();
    // Socket.IO's own advice: it is most of what an idle connection would keep.
    (conn as { request: IncomingMessage | null }).request = null;
    if (!admission || !challenge) {
      conn.close();
      return;
    }
    counters.socketsOpened += 1;
    const trace = ports.tracing.start(request.headers.traceparent);
    const about = { admission, challenge, openedAt: clock.now(), trace };
    connections.set(conn, new Connection(about, conn, tcp, connectionPorts));
    conn.on('packet', onPacket);
    conn.on('packetCreate', onPacketCreate);
    conn.on('close', onClose);
  });
  const turn = new WriteTurn();
  engine.on('flush', (conn: EngineConnection, packets: readonly EnginePacket[]) => {
    const connection = connections.get(conn);
    if (!connection) return;
    connection.flushed();
    turn.flushes(connection, packets.length);
  });

  function onPacketCreate(this: EngineConnection, { data }: EnginePacket): void {
    connections.get(this)?.queued(typeof data === 'string' ? data.length : 0);
  }

  function onPacket(this: EngineConnection, { type, data }: EnginePacket): void {
    const connection = connections.get(this);
    // A packet that comes after the end was on its way already, and is not counted twice.
    if (!connection || connection.state === 'closing') return;
    switch (type) {
      case 'message':
        counters.messagesReceived += 1;
        connection.received(data);
        // Nothing more could be said on it.
        if (data === LEAVE) connection.end();
        return;
      case 'pong':
        if (connection.isControlFlood(Math.trunc(clock.now() / 1_000))) cutFor(connection);
        return;
      case 'close':
        connection.end();
        return;
      // Engine.IO closes it by itself.
      case 'ping':
      case 'error':
        return;
      default:
        cutFor(connection);
    }
  }

  /** Ends a connection that sends what no honest client does. */
  function cutFor(connection: Connection): void {
    noteMalformed(connection);
    connection.end();
    connection.cut();
  }

  function noteMalformed({ limitKey }: Connection): void {
    counters.malformed += 1;
    void limits.blocks.strike(limitKey, 'malformed');
  }

  function onClose(this: EngineConnection, reason: string, description: unknown): void {
    const connection = connections.get(this);
    if (!connection) return;
    connections.delete(this);
    const isFaulty = isFault(connection, reason, description);
    if (isFaulty) noteMalformed(connection);
    connection.markClosed();
    desk.closed(connection.admission);
    // A client that does not finish the closing handshake must not hold its TCP connection.
    connection.cutLate(clock, isFaulty ? FAULTY_FAREWELL_MS : FAREWELL_MS);
    ports.onClosed(connection, reason);
  }

  /** Whether the far end broke a protocol, in the words of Engine.IO's reasons. */
  function isFault(connection: Connection, reason: string, description: unknown): boolean {
    if (connection.state === 'closing') return false;
    if (reason === 'parse error') return true;
    if (reason === 'transport error') return description instanceof Error && description.message !== 'write error';
    // Socket.IO closes a connection for what it cannot read, or because nothing was asked for in time.
    if (reason !== 'forced close' && reason !== 'forced server close') return false;
    return connection.isOpen() || clock.now() - connection.openedAt < config.connectTimeoutMs - TIMER_MS;
  }

  return {
    engine,
    /** Every connection, let in or not. */
    connections: connections as ReadonlyMap<EngineConnection, Connection>,
    /** Takes a client out of the queue of newcomers: its first join arrived, or it was turned away. */
    leaveQueue: ({ admission }: Connection) => desk.leaveQueue(admission),
    /** Begins a new second: ends connections that flood or do not read. Called once in each. */
    turnSecond(): void {
      desk.turnSecond();
      for (const connection of connections.values()) {
        if (connection.isFlooding()) cutFor(connection);
        else if (connection.isClogged()) connection.cut();
      }
    },
    /** Forgets what was only counted for a while. */
    sweep: () => desk.sweep(),
    /** Resolves when every TCP connection is closed, or after `withinMs`. */
    whenGone: (withinMs: number) => openTcp.whenNone(withinMs),
  };
}
