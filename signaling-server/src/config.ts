import { ServerHost } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';
import { z } from 'zod';
import { weaknessOf } from './auth/weak-secrets.ts';
import { isLoopback, parseCidr } from './client-address.ts';
import { isOriginPattern } from './origins.ts';

type Note = { about: string; fallback: string; secret: boolean };
const notes = z.registry<Note>();

function setting<T extends z.ZodType<unknown, string>>(
  value: T,
  fallback: string,
  about: string,
  kind: 'open' | 'secret' = 'open',
) {
  const schema = z.string().trim().default(fallback).pipe(value);
  notes.add(schema, { about, fallback, secret: kind === 'secret' });
  return schema;
}

const whole = (min: number, max: number) =>
  z
    .string()
    .refine((text) => /^\d{1,12}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const yesNo = z
  .string()
  .refine((text) => ['true', 'false', '1', '0'].includes(text), { error: 'must be true or false' })
  .transform((text) => text === 'true' || text === '1');

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const listOf = (fits: (entry: string) => boolean, wanted: string) =>
  z.string().transform((text, context): readonly string[] => {
    const entries = text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    for (const entry of entries)
      if (!fits(entry)) context.addIssue({ code: 'custom', message: `'${entry}' is not ${wanted}` });
    return entries;
  });

const maybeSecret = z
  .string()
  .refine((text) => text === '' || text.length >= 32, { error: 'must have at least 32 characters' })
  .refine((text) => /^[\x21-\x7e]*$/.test(text), { error: 'must have no blanks and only ASCII characters' })
  .transform((text) => (text === '' ? undefined : text));

const iceUrl = (scheme: 'stun' | 'turn') => (text: string) =>
  new RegExp(`^${scheme}s?:[a-zA-Z0-9.\\-\\[\\]:]{1,260}(\\?transport=(udp|tcp))?$`).test(text);

/** An address to send to. A name and password in it would not be kept like a secret. */
const isCollector = (text: string): boolean => {
  const url = URL.parse(text);
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === ''
  );
};

/** What the Redis client takes. Its own refusals would repeat the password. */
const isRedisAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    // What follows the host is the number of a database. Anything else is the rest of a password with / ? or # in it.
    /^(?:\/\d{0,5})?$/.test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    isPercentEncoded(url.username) &&
    isPercentEncoded(url.password)
  );
};

const isPercentEncoded = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** `name=value,name=value` with percent-encoded values, as OpenTelemetry has it. */
function readHeaders(text: string, context: z.RefinementCtx): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9a-zA-Z-]+)\s*=(.*)$/.exec(entry) ?? [];
    const decoded = value === undefined ? undefined : decodeHeader(value.trim());
    // What was given is a secret and is not repeated.
    if (name === undefined || decoded === undefined)
      context.addIssue({ code: 'custom', message: 'must be name=value' });
    else headers[name.toLowerCase()] = decoded;
  }
  return headers;
}

function decodeHeader(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return /^[\x20-\x7e]*$/.test(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

const perMinute = whole(0, 1_000_000);

/** Every setting of the server: one environment variable each. */
export const Settings = z.object({
  HOST: setting(z.string().min(1), '127.0.0.1', 'Address to listen on; 0.0.0.0 or :: for every network'),
  PORT: setting(whole(0, 65_535), '7350', 'Port to listen on; 0 takes any free one'),
  PUBLIC_HOSTS: setting(
    listOf((entry) => ServerHost.safeParse(entry.toLowerCase()).success, 'a host or host:port'),
    '',
    'Names (host or host:port) that invites carry for this server, comma-separated; over loopback its own port counts as well',
  ),
  ALLOWED_ORIGINS: setting(
    listOf(isOriginPattern, 'an origin like https://example.org or http://localhost:*'),
    'app://bundle,http://127.0.0.1:*,http://localhost:*',
    'Web origins that may connect, comma-separated; only the port may be *',
  ),
  NODE_ENV: setting(oneOf(['development', 'test', 'production']), 'development', 'Kind of environment'),
  LOG_LEVEL: setting(
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'info',
    'Least severe level that is logged',
  ),
  LOG_PRETTY: setting(yesNo, 'false', 'Log for eyes instead of JSON'),
  LOG_FILE: setting(
    z.string().transform((text) => (text === '' ? undefined : text)),
    '',
    'File that the log goes to as well, always as JSON: parley.log becomes parley.1.log, parley.2.log and so on. Standard output still has every line, also those that a full disk does not take',
  ),
  LOG_FILE_MAX_MB: setting(whole(1, 10_000), '16', 'Size in MiB at which a log file is followed by the next'),
  LOG_FILES_KEPT: setting(whole(1, 1_000), '8', 'Full log files that are kept; older ones are removed'),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    z
      .string()
      .refine((text) => text === '' || isCollector(text), { error: 'must be like http://127.0.0.1:4318' })
      .transform((text) => (text === '' ? undefined : text)),
    '',
    'OpenTelemetry collector that spans are sent to, as OTLP/HTTP with JSON; /v1/traces is added to it',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: setting(
    z.string().transform(readHeaders),
    '',
    'Headers that it wants, such as authorization=Bearer%20…; comma-separated, values percent-encoded',
    'secret',
  ),
  TRUST_PROXY: setting(
    listOf((entry) => parseCidr(entry) !== undefined, 'an address or CIDR'),
    '',
    'Reverse proxies (addresses or CIDRs) whose X-Forwarded-For is believed',
  ),
  ROOM_CAPACITY: setting(whole(2, 256), String(LIMITS.roomCapacityDefault), 'Seats in one room'),
  SEAT_GRACE_MS: setting(whole(0, 3_600_000), '30000', 'How long a seat waits for its dropped socket to come back'),
  ROOM_LINGER_MS: setting(whole(0, 3_600_000), '0', 'How long the record of an empty room stays'),
  LISTED_LINGER_MS: setting(
    whole(0, 2_592_000_000),
    '3600000',
    'How long a listed room stays on the list after the last one left it',
  ),
  LISTED_MAX: setting(whole(0, 100_000), '1000', 'Most rooms on the list; 0 allows none'),
  LISTED_PER_ADDRESS: setting(
    whole(0, 100_000),
    '20',
    'Most rooms on the list that one address listed; 0 lifts the limit',
  ),
  STUN_URLS: setting(listOf(iceUrl('stun'), 'a stun: or stuns: address'), '', 'STUN servers handed out on join'),
  TURN_URLS: setting(listOf(iceUrl('turn'), 'a turn: or turns: address'), '', 'TURN servers handed out on join'),
  TURN_SECRET: setting(
    maybeSecret,
    '',
    'Secret shared with coturn (static-auth-secret); at least 32 characters',
    'secret',
  ),
  TURN_TTL_S: setting(whole(60, 86_400), '3600', 'Life of TURN credentials in seconds'),
  ACCESS: setting(
    oneOf(['open', 'password', 'token']),
    'open',
    'Who may use this server: everyone, who knows ACCESS_PASSWORD, or who has a token made with `token create`',
  ),
  ACCESS_PASSWORD: setting(
    z
      .string()
      .refine((text) => text === '' || (text.length >= 8 && text.length <= 256), {
        error: 'must have 8 to 256 characters',
      })
      .transform((text) => (text === '' ? undefined : text)),
    '',
    'Password of the server where ACCESS is password',
    'secret',
  ),
  TOKEN_SECRET: setting(
    maybeSecret,
    '',
    'Secret that tokens are made with where ACCESS is token; at least 32 characters, the same on all nodes',
    'secret',
  ),
  TOKEN_FILE: setting(
    z.string().transform((text) => (text === '' ? undefined : text)),
    '',
    'SQLite file with the rights given by token, in a folder that the server may write to; not used with REDIS_URL: they are in Redis then, which has to write to disk',
  ),
  ACCESS_TOKEN_TTL_S: setting(whole(30, 86_400), '600', 'Life of access tokens in seconds'),
  TLS_CERT_FILE: setting(
    z.string().transform((text) => (text === '' ? undefined : text)),
    '',
    'Certificate chain (PEM) for HTTPS without a proxy; read again when it changes',
  ),
  TLS_KEY_FILE: setting(
    z.string().transform((text) => (text === '' ? undefined : text)),
    '',
    'Private key (PEM) of that certificate',
  ),
  ADMIN_TOKEN: setting(
    maybeSecret,
    '',
    'Token of the admin, at least 32 characters; kept for the admin page',
    'secret',
  ),
  WORKERS: setting(
    whole(0, 64),
    '1',
    'Processes that share the port and the rooms; 0 is one for each core. Each needs memory of its own',
  ),
  REDIS_URL: setting(
    z
      .string()
      .refine((text) => text === '' || isRedisAddress(text), {
        error:
          'must be like redis://:password@host:6379, with everything else than letters and digits in the password percent-encoded (/ is %2F)',
      })
      .transform((text) => (text === '' ? undefined : text)),
    '',
    'Redis that makes several nodes one server (redis:// or rediss://, with its password percent-encoded)',
    'secret',
  ),
  REDIS_PREFIX: setting(
    z.string().regex(/^[a-z0-9_-]{1,32}$/, { error: 'must be 1 to 32 lower-case letters, digits, - or _' }),
    'parley',
    'What the names of its keys in Redis begin with',
  ),
  HTTP_PER_MINUTE: setting(perMinute, '100', 'HTTP requests a minute per address; 0 lifts the limit'),
  SOCKETS_PER_MINUTE: setting(perMinute, '30', 'New sockets a minute per address; 0 lifts the limit'),
  SOCKETS_PER_ADDRESS: setting(
    perMinute,
    '20',
    'Open sockets per address: all workers of a computer together, each node for itself; 0 lifts the limit',
  ),
  CONNECTIONS_PER_ADDRESS: setting(
    perMinute,
    '256',
    'TCP connections at once of one address that is no proxy of TRUST_PROXY, of each worker; more are cut without an answer; 0 lifts the limit',
  ),
  JOINS_PER_MINUTE: setting(perMinute, '30', 'Joins a minute per address, resumed seats apart; 0 lifts the limit'),
  STREAM_STARTS_PER_MINUTE: setting(perMinute, '5', 'Starts of one kind of stream a minute per seat; 0 lifts it'),
  SIGNALS_PER_LINK: setting(
    whole(8, 10_000),
    '64',
    'Sealed boxes that a seat may send at once for each other seat a room can hold',
  ),
  RELAYED_PER_MINUTE: setting(
    whole(1, 100_000),
    '20',
    'Sealed boxes a minute that a seat may go on sending to each other participant',
  ),
  CALLS_PER_SECOND: setting(
    whole(1, 10_000),
    '8',
    'Other calls a second per socket, room:list as four of them; 32 times as many at once',
  ),
  STRIKES_PER_MINUTE: setting(
    perMinute,
    '120',
    'Malformed, refused or over-limit requests a minute before an address is blocked; 0 never blocks',
  ),
  BLOCK_MIN_MS: setting(whole(1_000, 86_400_000), '60000', 'First block; doubles each time'),
  BLOCK_MAX_MS: setting(whole(1_000, 86_400_000), '3600000', 'Longest block'),
  BUSY_DELAY_MS: setting(
    whole(0, 60_000),
    '300',
    'How late the event loop may run before newcomers are turned away for a moment; 0 turns nobody away',
  ),
  MAX_CONNECTIONS: setting(whole(1, 1_000_000), '10000', 'TCP connections at once, of each worker'),
  PING_INTERVAL_MS: setting(whole(100, 300_000), '10000', 'Time between heartbeats'),
  PING_TIMEOUT_MS: setting(whole(100, 300_000), '8000', 'How long a heartbeat may stay unanswered'),
  CONNECT_TIMEOUT_MS: setting(whole(100, 60_000), '5000', 'How long a socket may take to say who it is'),
  IDLE_SOCKET_MS: setting(whole(100, 3_600_000), '60000', 'How long a socket may sit in no room'),
  OUTBOUND_PACKETS_MAX: setting(whole(16, 100_000), '256', 'Unsent packets before a slow socket is closed'),
  OUTBOUND_BYTES_MAX: setting(whole(65_536, 1_073_741_824), '1048576', 'Unsent bytes before a slow socket is closed'),
  SLOW_OPERATION_MS: setting(whole(1, 60_000), '100', 'Operations that take longer are logged as a warning'),
  SHUTDOWN_GRACE_MS: setting(whole(0, 25_000), '2000', 'How long clients have to move when the server stops'),
  RECORD_RECEIVED_TO: setting(
    z.string().transform((text) => (text === '' ? undefined : text)),
    '',
    'File that gets every byte the server receives, to prove what it cannot read; refused in production',
  ),
});
type Settings = z.infer<typeof Settings>;

const toConfig = (s: Settings) => ({
  host: s.HOST,
  port: s.PORT,
  publicHosts: s.PUBLIC_HOSTS.map((host) => host.toLowerCase()),
  allowedOrigins: s.ALLOWED_ORIGINS,
  environment: s.NODE_ENV,
  logLevel: s.LOG_LEVEL,
  logPretty: s.LOG_PRETTY,
  logFile: s.LOG_FILE,
  logFileMaxMb: s.LOG_FILE_MAX_MB,
  logFilesKept: s.LOG_FILES_KEPT,
  otlpEndpoint: s.OTEL_EXPORTER_OTLP_ENDPOINT,
  otlpHeaders: s.OTEL_EXPORTER_OTLP_HEADERS,
  trustedProxies: s.TRUST_PROXY,
  roomCapacity: s.ROOM_CAPACITY,
  seatGraceMs: s.SEAT_GRACE_MS,
  roomLingerMs: s.ROOM_LINGER_MS,
  listedLingerMs: s.LISTED_LINGER_MS,
  listedMax: s.LISTED_MAX,
  listedPerAddress: s.LISTED_PER_ADDRESS,
  stunUrls: s.STUN_URLS,
  turnUrls: s.TURN_URLS,
  turnSecret: s.TURN_SECRET,
  turnTtlS: s.TURN_TTL_S,
  access: s.ACCESS,
  accessPassword: s.ACCESS_PASSWORD,
  tokenSecret: s.TOKEN_SECRET,
  tokenFile: s.TOKEN_FILE,
  accessTokenTtlS: s.ACCESS_TOKEN_TTL_S,
  tlsCertFile: s.TLS_CERT_FILE,
  tlsKeyFile: s.TLS_KEY_FILE,
  adminToken: s.ADMIN_TOKEN,
  workers: s.WORKERS,
  redisUrl: s.REDIS_URL,
  redisPrefix: s.REDIS_PREFIX,
  httpPerMinute: s.HTTP_PER_MINUTE,
  socketsPerMinute: s.SOCKETS_PER_MINUTE,
  socketsPerAddress: s.SOCKETS_PER_ADDRESS,
  connectionsPerAddress: s.CONNECTIONS_PER_ADDRESS,
  joinsPerMinute: s.JOINS_PER_MINUTE,
  streamStartsPerMinute: s.STREAM_STARTS_PER_MINUTE,
  signalsPerLink: s.SIGNALS_PER_LINK,
  relayedPerMinute: s.RELAYED_PER_MINUTE,
  callsPerSecond: s.CALLS_PER_SECOND,
  strikesPerMinute: s.STRIKES_PER_MINUTE,
  blockMinMs: s.BLOCK_MIN_MS,
  blockMaxMs: s.BLOCK_MAX_MS,
  busyDelayMs: s.BUSY_DELAY_MS,
  maxConnections: s.MAX_CONNECTIONS,
  pingIntervalMs: s.PING_INTERVAL_MS,
  pingTimeoutMs: s.PING_TIMEOUT_MS,
  connectTimeoutMs: s.CONNECT_TIMEOUT_MS,
  idleSocketMs: s.IDLE_SOCKET_MS,
  outboundPacketsMax: s.OUTBOUND_PACKETS_MAX,
  outboundBytesMax: s.OUTBOUND_BYTES_MAX,
  slowOperationMs: s.SLOW_OPERATION_MS,
  shutdownGraceMs: s.SHUTDOWN_GRACE_MS,
  recordReceivedTo: s.RECORD_RECEIVED_TO,
});
export type Config = Readonly<ReturnType<typeof toConfig>>;

export type ConfigReading = { ok: true; config: Config } | { ok: false; problems: string[] };

/**
 * Reads the configuration. On trouble every problem is named, also those between settings, so that an admin corrects
 * them in one go. Values are repeated only where they are not secret.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigReading {
  // An empty variable is an unset one: compose files and shells make no difference either.
  const given = Object.fromEntries(
    Object.keys(Settings.shape).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value.trim() === '' ? [] : [[name, value]];
    }),
  );
  const parsed = Settings.safeParse(given);
  const problems = parsed.error?.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`) ?? [];
  // Asked of the raw text, so that they are named even when another setting could not be read.
  if (given.TURN_URLS && !given.TURN_SECRET) problems.push('TURN_SECRET: is needed when TURN_URLS is set');
  if (given.TURN_SECRET && !given.TURN_URLS) problems.push('TURN_URLS: is needed when TURN_SECRET is set');
  if (given.ACCESS === 'password' && !given.ACCESS_PASSWORD)
    problems.push('ACCESS_PASSWORD: is needed when ACCESS is password');
  if (given.ACCESS === 'token' && !given.TOKEN_SECRET) problems.push('TOKEN_SECRET: is needed when ACCESS is token');
  if (given.ACCESS === 'token' && !given.TOKEN_FILE && !given.REDIS_URL)
    problems.push('TOKEN_FILE: or REDIS_URL is needed when ACCESS is token');
  if (Boolean(given.TLS_CERT_FILE) !== Boolean(given.TLS_KEY_FILE))
    problems.push('TLS_KEY_FILE: TLS_CERT_FILE and TLS_KEY_FILE are needed together');
  if (given.NODE_ENV?.trim() === 'production') problems.push(...unfitForProduction(given));
  if (parsed.success && parsed.data.BLOCK_MAX_MS < parsed.data.BLOCK_MIN_MS)
    problems.push('BLOCK_MAX_MS: must not be below BLOCK_MIN_MS');
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: toConfig(parsed.data) };
}

/** What an admin should know of a configuration that is valid: outside production more is told, and not only to this computer. */
export function warningsOf(config: Config): string[] {
  const { environment, host, adminToken, publicHosts, connectionsPerAddress, socketsPerAddress } = config;
  // Each socket is a connection.
  const unreachable =
    connectionsPerAddress > 0 && (socketsPerAddress === 0 || socketsPerAddress > connectionsPerAddress)
      ? ['SOCKETS_PER_ADDRESS allows more than CONNECTIONS_PER_ADDRESS, which cuts what is beyond it without an answer']
      : [];
  if (environment === 'production' && publicHosts.length === 0) {
    return [
      ...unreachable,
      'PUBLIC_HOSTS is empty: whoever comes by a name that an invite carries is told proof-invalid',
    ];
  }
  if (environment !== 'development' || host === 'localhost' || isLoopback(host)) return unreachable;
  const open = adminToken === undefined ? '/_debug (with blocked addresses) and /openapi.json' : '/openapi.json';
  return [
    ...unreachable,
    `NODE_ENV is development and HOST is not this computer alone: ${open} can be read by everybody who reaches it`,
  ];
}

/** What a person needs to know about each setting. */
export function settings(): (Note & { name: string })[] {
  return Object.entries(Settings.shape).map(([name, schema]) => {
    const note = notes.get(schema);
    if (!note) throw new Error(`${name} has no note`);
    return { name, ...note };
  });
}

/** What would make a server on the internet less safe than its admin believes. */
function unfitForProduction(given: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  if (given.RECORD_RECEIVED_TO) problems.push('RECORD_RECEIVED_TO: is refused in production');
  if (!given.TRUST_PROXY && !given.TLS_CERT_FILE) {
    problems.push(
      'TRUST_PROXY: production needs HTTPS: name the proxy that ends it, or give TLS_CERT_FILE and TLS_KEY_FILE',
    );
  }
  for (const name of ['ADMIN_TOKEN', 'TURN_SECRET', 'TOKEN_SECRET', 'ACCESS_PASSWORD']) {
    const secret = given[name]?.trim() ?? '';
    const isPassword = name === 'ACCESS_PASSWORD';
    // What is too short was refused for that.
    const why = secret.length < (isPassword ? 8 : 32) ? undefined : weaknessOf(secret, isPassword ? 5 : 10);
    if (why) problems.push(`${name}: ${why}; make one with: openssl rand -hex 32`);
  }
  return problems;
}

/** The table of all settings as `--help` prints it. */
export function settingsTable(): string {
  const rows = settings();
  const nameWidth = Math.max(...rows.map((row) => row.name.length));
  return rows
    .map(
      (row) => `${row.name.padEnd(nameWidth)}  ${row.about}\n${' '.repeat(nameWidth)}  default: ${row.fallback || '-'}`,
    )
    .join('\n');
}
