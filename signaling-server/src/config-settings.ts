import { readServerHost } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';
import { parseCidr } from './client-address.ts';
import {
  collector,
  headers,
  iceUrls,
  key,
  listOf,
  oneOf,
  orNothing,
  path,
  perMinute,
  redisAddress,
  secret,
  setting,
  text,
  whole,
  yesNo,
} from './config-kinds.ts';
import { readOrigin } from './origins.ts';

/**
 * Every setting of the server, once: its environment variable, how it is read, its default, and what an admin should know of it.
 * The program reads it from `Config` under the same name in camel case.
 */
export const SETTINGS = {
  HOST: setting(text, '127.0.0.1', 'Address to listen on; 0.0.0.0 or :: for every network'),
  PORT: setting(whole(0, 65_535), '7350', 'Port to listen on; 0 takes any free one'),
  PUBLIC_HOSTS: setting(
    listOf(readServerHost, 'a host or host:port'),
    '',
    'Names (host or host:port) that invites carry for this server, comma-separated; over loopback its own port counts as well',
  ),
  ALLOWED_ORIGINS: setting(
    listOf(readOrigin, 'an origin like https://example.org or http://localhost:*'),
    '',
    'Web origins that may connect besides the apps’ own, comma-separated; only the port may be *',
  ),
  NODE_ENV: setting(oneOf(['development', 'test', 'production']), 'development', 'Kind of environment'),
  LOG_LEVEL: setting(
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'info',
    'Least severe level that is logged',
  ),
  LOG_PRETTY: setting(yesNo, 'false', 'Log for people to read, instead of JSON'),
  LOG_FILE: setting(
    path,
    '',
    'File that the log goes to as well, always as JSON: parley.log becomes parley.1.log, parley.2.log and so on. Standard output still has every line, also those that a full disk does not take',
  ),
  LOG_FILE_MAX_MB: setting(whole(1, 10_000), '16', 'Size in MiB at which a log file is followed by the next'),
  LOG_FILES_KEPT: setting(whole(1, 1_000), '8', 'Full log files that are kept; older ones are removed'),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    collector,
    '',
    'OpenTelemetry collector that spans are sent to, as OTLP/HTTP with JSON; /v1/traces is added to it',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secret(
    headers,
    'Headers that it wants, such as authorization=Bearer%20…; comma-separated, values percent-encoded',
  ),
  TRUST_PROXY: setting(
    listOf((entry) => (parseCidr(entry) ? entry : undefined), 'an address or CIDR'),
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
  STUN_URLS: setting(iceUrls('stun'), '', 'STUN servers handed out on join, comma-separated'),
  TURN_URLS: setting(iceUrls('turn'), '', 'TURN servers handed out on join, comma-separated'),
  TURN_SECRET: secret(key, 'Secret shared with coturn (static-auth-secret); at least 32 characters'),
  TURN_TTL_S: setting(whole(60, 86_400), '3600', 'Life of TURN credentials in seconds'),
  ACCESS: setting(
    oneOf(['open', 'password', 'token']),
    'open',
    'Access to this server: for everyone, with ACCESS_PASSWORD, or with a token made with `token create`',
  ),
  ACCESS_PASSWORD: secret(
    orNothing(
      text.refine((given) => given.length >= 8 && given.length <= 256, { error: 'must have 8 to 256 characters' }),
    ),
    'Password of the server where ACCESS is password',
  ),
  TOKEN_SECRET: secret(
    key,
    'Secret that tokens are made with where ACCESS is token; at least 32 characters, the same on all nodes',
  ),
  TOKEN_FILE: setting(
    path,
    '',
    'SQLite file with the rights given by token, in a folder that the server may write to; with REDIS_URL they are in Redis instead, which has to write to disk',
  ),
  TLS_CERT_FILE: setting(path, '', 'Certificate chain (PEM) for HTTPS without a proxy; read again when it changes'),
  TLS_KEY_FILE: setting(path, '', 'Private key (PEM) of that certificate'),
  ADMIN_TOKEN: secret(key, 'Token of the admin, at least 32 characters; kept for the admin page'),
  METRICS_TOKEN: secret(
    key,
    'Bearer token that /metrics asks for, at least 32 characters; without one whoever reaches the server may read it',
  ),
  WORKERS: setting(
    whole(0, 64),
    '1',
    'Processes that share the port and, over Redis, the rooms; 0 is one for each core. Each needs memory of its own',
  ),
  REDIS_URL: secret(
    redisAddress,
    'Redis that makes several nodes one server (redis:// or rediss://, with its password percent-encoded)',
  ),
  REDIS_PREFIX: setting(
    text.regex(/^[a-z0-9_-]{1,32}$/, { error: 'must be 1 to 32 lower-case letters, digits, - or _' }),
    'parley',
    'The beginning of the names of its keys in Redis',
  ),
  HTTP_PER_MINUTE: setting(perMinute, '100', 'HTTP requests a minute per address; 0 lifts the limit'),
  SOCKETS_PER_MINUTE: setting(perMinute, '30', 'New sockets a minute per address; 0 lifts the limit'),
  SOCKETS_PER_ADDRESS: setting(
    perMinute,
    '100',
    'Open sockets per address, over all nodes together; 0 lifts the limit. An app has one for each server, so an office needs as many as it has people',
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
    'Sealed boxes a minute that a seat may go on sending, one for all as many as there are others',
  ),
  CALLS_PER_SECOND: setting(
    whole(1, 10_000),
    '8',
    'Other calls a second per socket, room:list as four of them; 32 times as many at once',
  ),
  STRIKES_PER_MINUTE: setting(
    perMinute,
    '120',
    'Malformed or refused requests a minute before an address is blocked; 0 never blocks',
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
  OUTBOUND_BYTES_MAX: setting(whole(65_536, 1_073_741_824), '1048576', 'Unsent bytes before a slow socket is closed'),
  SLOW_OPERATION_MS: setting(whole(1, 60_000), '100', 'Operations that take longer are logged as a warning'),
  SHUTDOWN_GRACE_MS: setting(whole(0, 25_000), '2000', 'How long clients have to move when the server stops'),
};

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Tail>>}`
  : Lowercase<Name>;

type Value<S> = S extends { schema: { _zod: { output: infer T } } } ? T : never;

/** The settings as the program reads them: `SEAT_GRACE_MS` is `seatGraceMs`. */
export type Config = { readonly [Name in keyof typeof SETTINGS as Camel<Name>]: Value<(typeof SETTINGS)[Name]> };

/** The name in `Config` of an environment variable. */
export const nameInConfig = (name: string): string =>
  name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
