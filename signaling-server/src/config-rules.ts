import { type IceDropReason, iceDropReason, USUAL_ICE_PORTS } from '@parley/shared/protocol';
import { isLoopback } from './client-address.ts';
import type { Config } from './config-settings.ts';
import { SETTINGS } from './config-settings.ts';

type Given = Readonly<Record<string, string | undefined>>;

/** Settings that mean something with one kind of ACCESS alone. */
const ONLY_WITH = { ACCESS_PASSWORD: 'password', TOKEN_SECRET: 'token', TOKEN_FILE: 'token' };

/**
 * Finds what is wrong between settings. Asked of their text, so that it is named even when one of them could not be read. A setting
 * that means nothing with the others is refused: its admin believes that it does something.
 */
export function problemsBetween(given: Given): string[] {
  const access = given.ACCESS ?? 'open';
  const rules: [boolean, string][] = [
    [!!given.TURN_URLS && !given.TURN_SECRET, 'TURN_SECRET: is needed when TURN_URLS is set'],
    [!!given.TURN_SECRET && !given.TURN_URLS, 'TURN_URLS: is needed when TURN_SECRET is set'],
    [access === 'password' && !given.ACCESS_PASSWORD, 'ACCESS_PASSWORD: is needed when ACCESS is password'],
    [access === 'token' && !given.TOKEN_SECRET, 'TOKEN_SECRET: is needed when ACCESS is token'],
    [
      access === 'token' && !given.TOKEN_FILE && !given.REDIS_URL,
      'TOKEN_FILE: or REDIS_URL is needed when ACCESS is token',
    ],
    ...Object.entries(ONLY_WITH).map(([name, wanted]): [boolean, string] => [
      access !== wanted && !!given[name],
      `${name}: is not used while ACCESS is ${access}; set ACCESS=${wanted} or take it away`,
    ]),
    [!given.TLS_CERT_FILE !== !given.TLS_KEY_FILE, 'TLS_KEY_FILE: TLS_CERT_FILE and TLS_KEY_FILE are needed together'],
    [
      !!given.OTEL_EXPORTER_OTLP_HEADERS && !given.OTEL_EXPORTER_OTLP_ENDPOINT,
      'OTEL_EXPORTER_OTLP_ENDPOINT: is needed when OTEL_EXPORTER_OTLP_HEADERS is set',
    ],
    [
      numberIn(given, 'WORKERS') !== 1 && !given.REDIS_URL,
      'REDIS_URL: is needed when WORKERS is not 1: several processes meet in Redis',
    ],
    [numberIn(given, 'BLOCK_MAX_MS') < numberIn(given, 'BLOCK_MIN_MS'), 'BLOCK_MAX_MS: must not be below BLOCK_MIN_MS'],
  ];
  const broken = rules.flatMap(([isBroken, sentence]) => (isBroken ? [sentence] : []));
  return given.NODE_ENV === 'production' ? [...broken, ...unfitForProduction(given)] : broken;
}

const numberIn = (given: Given, name: keyof typeof SETTINGS): number => Number(given[name] ?? SETTINGS[name].fallback);

/** Settings that make a server on the internet less safe than its admin believes. */
function unfitForProduction(given: Given): string[] {
  const problems: string[] = [];
  if (!given.TRUST_PROXY && !given.TLS_CERT_FILE) {
    problems.push(
      'TRUST_PROXY: production needs HTTPS: name the proxy that ends it, or give TLS_CERT_FILE and TLS_KEY_FILE',
    );
  }
  for (const name of ['ADMIN_TOKEN', 'METRICS_TOKEN', 'TURN_SECRET', 'TOKEN_SECRET', 'ACCESS_PASSWORD']) {
    const secret = given[name] ?? '';
    const isPassword = name === 'ACCESS_PASSWORD';
    // A value that is too short was refused for that.
    const why = secret.length < (isPassword ? 8 : 32) ? undefined : weaknessOf(secret, isPassword ? 5 : 10);
    if (why) problems.push(`${name}: ${why}; make one with: openssl rand -hex 32`);
  }
  return problems;
}

/**
 * The warnings about a configuration that is valid. `environment` is searched for names that are one slip off a
 * setting's.
 */
export function warningsOf(config: Config, environment: Given = {}): string[] {
  const { nodeEnv, host, adminToken, publicHosts, connectionsPerAddress, socketsPerAddress } = config;
  const isForOthers = host !== 'localhost' && !isLoopback(host);
  const open = adminToken === undefined ? '/_debug (with blocked addresses) and /openapi.json' : '/openapi.json';
  const cases: [boolean, string][] = [
    [
      // Each socket is a connection.
      connectionsPerAddress > 0 && (socketsPerAddress === 0 || socketsPerAddress > connectionsPerAddress),
      'SOCKETS_PER_ADDRESS allows more than CONNECTIONS_PER_ADDRESS, which cuts what is beyond it without an answer',
    ],
    [
      nodeEnv === 'production' && publicHosts.length === 0,
      'PUBLIC_HOSTS is empty: whoever comes by a name that an invite carries is told proof-invalid',
    ],
    [
      nodeEnv === 'development' && isForOthers,
      `NODE_ENV is development and HOST is not this computer alone: ${open} can be read by everybody who reaches it`,
    ],
  ];
  return [
    ...cases.flatMap(([holds, sentence]) => (holds ? [sentence] : [])),
    ...unusedIceUrls(config),
    ...slips(environment),
  ];
}

const WHY_DROPPED: Readonly<Record<IceDropReason, string>> = {
  malformed: 'it cannot be read',
  'private-address': 'it lies in a private network and this server does not',
  'other-site': 'it has to have the same name, one below it, or one beside it below the same domain',
  'unusual-port': `its port has to be ${USUAL_ICE_PORTS.join(' or ')}`,
};

/** STUN and TURN servers that apps leave alone, because they do not lie with this server. */
function unusedIceUrls({ publicHosts, stunUrls, turnUrls }: Config): string[] {
  const named = [...stunUrls.map((url) => ['STUN_URLS', url]), ...turnUrls.map((url) => ['TURN_URLS', url])] as const;
  return publicHosts.flatMap((host) =>
    named.flatMap(([setting, url = '']) => {
      const reason = iceDropReason(host, url);
      return reason === undefined
        ? []
        : [`${setting}: apps that know this server as ${host} do not use ${url}: ${WHY_DROPPED[reason]}`];
    }),
  );
}

/** Names of the environment that are nearly those of settings. Short ones may be anything. */
function slips(environment: Given): string[] {
  const names = Object.keys(SETTINGS);
  const known = new Set([...names, ...names.map((name) => `${name}_FILE`)]);
  return Object.keys(environment).flatMap((name) => {
    if (known.has(name) || name.length < 6) return [];
    const meant = names.find((setting) => isOneSlipOff(name.toUpperCase(), setting));
    return meant === undefined ? [] : [`${name} is no setting and does nothing; ${meant} is one`];
  });
}

/** One letter more, less, different, or two in the wrong order. */
function isOneSlipOff(name: string, meant: string): boolean {
  let at = 0;
  while (at < name.length && name[at] === meant[at]) at++;
  const [rest, other] = [name.slice(at), meant.slice(at)];
  return (
    rest.slice(1) === other ||
    rest === other.slice(1) ||
    rest.slice(1) === other.slice(1) ||
    (rest.slice(2) === other.slice(2) && rest[0] === other[1] && rest[1] === other[0])
  );
}

/** Words that people leave in from an example. */
const PLACEHOLDER = /change.?me|replace|example|placeholder|default|your.?(secret|token|password)|xxxx|1234567890/i;

/** Why a generated secret is none; undefined when it looks random. */
function weaknessOf(secret: string, differentCharacters: number): string | undefined {
  if (PLACEHOLDER.test(secret)) return 'looks like a placeholder';
  if (new Set(secret).size < differentCharacters) return 'has too few different characters';
  return undefined;
}
