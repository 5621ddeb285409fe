import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { NoAnswer, type Transport, TurnClient, type TurnCredentials } from './turn-client.ts';
import type { Endpoint } from './turn-message.ts';

/** How a relay fails, in one word. */
export type RelayFault =
  | 'name-unknown'
  | 'unreachable'
  | 'certificate'
  | 'secret-refused'
  | 'clock-off'
  | 'full'
  | 'peer-denied'
  | 'nothing-relayed'
  | 'refused';

/** `sentence` tells an admin what to correct; it has no secret in it. */
export type RelayVerdict =
  | { at: 'ok'; url: string; tookMs: number }
  | { at: 'failed'; url: string; fault: RelayFault; sentence: string };

export type RelayTestPorts = {
  /** Credentials that are good for so many seconds from now. */
  credentialsFor: (ttlS: number) => TurnCredentials;
  /** The usual life of credentials, in seconds. */
  ttlS: number;
  /** A certificate (PEM) that counts beside the usual ones. */
  trusted?: string | undefined;
};

/** As a credential would be needed to last if the relay's clock were years ahead. */
const TEN_YEARS_S = 10 * 365 * 86_400;
const ARRIVES_WITHIN_MS = 3_000;
/** A datagram may be lost; three in a row are a fault. */
const DATAGRAMS = 3;

type RelayAddress = { host: string; port: number; transport: 'udp' | 'tcp' | 'tls' };

/** Reads a `turn:` or `turns:` address that the configuration has accepted. Undefined: none of ours. */
export function readRelayUrl(url: string): RelayAddress | undefined {
  const [, scheme, name, port, given] =
    /^(turns?):(\[[0-9a-f:.]+\]|[^:?[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i.exec(url) ?? [];
  if (scheme === undefined || name === undefined) return undefined;
  const isSecure = scheme.toLowerCase() === 'turns';
  // DTLS over UDP is in no browser: turns: is TLS over TCP.
  const transport = isSecure ? 'tls' : given === 'tcp' ? 'tcp' : 'udp';
  return { host: name.replaceAll(/^\[|\]$/g, ''), port: Number(port ?? (isSecure ? 5_349 : 3_478)), transport };
}

class Failed extends Error {
  readonly fault: RelayFault;
  constructor(fault: RelayFault, sentence: string) {
    super(sentence);
    this.fault = fault;
  }
}

/**
 * Sends a datagram from one allocation on the relay to another one, as two people do who can reach nothing but the relay.
 * Takes 25 s at most. Never rejects.
 */
export async function testRelay(url: string, ports: RelayTestPorts): Promise<RelayVerdict> {
  const startedAt = performance.now();
  const clients: TurnClient[] = [];
  try {
    await sendThrough(url, ports, clients);
    return { at: 'ok', url, tookMs: Math.round(performance.now() - startedAt) };
  } catch (failure) {
    const { fault, message } = failure instanceof Failed ? failure : faultOf(failure, url);
    return { at: 'failed', url, fault, sentence: message };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function sendThrough(url: string, ports: RelayTestPorts, clients: TurnClient[]): Promise<void> {
  const relay = readRelayUrl(url);
  if (!relay) throw new Failed('refused', `${url} is no address of a relay.`);
  const address = isIP(relay.host) === 0 ? await resolve(relay.host, url) : relay.host;
  const over: Transport =
    relay.transport === 'tls' ? { tls: { name: relay.host, trusted: ports.trusted } } : relay.transport;
  const open = async (credentials: TurnCredentials): Promise<TurnClient> => {
    const client = await TurnClient.open({ address, port: relay.port }, credentials, over);
    clients.push(client);
    return client;
  };
  const allocate = async () => {
    const client = await open(ports.credentialsFor(ports.ttlS));
    const { code, relayed } = await client.allocate();
    if (code === 401 || code === 431) throw await whyUnauthorized(url, () => open(ports.credentialsFor(TEN_YEARS_S)));
    if (code === 486 || code === 508)
      throw new Failed('full', `The relay ${url} has no room for a test: its user-quota or total-quota is reached.`);
    if (code !== 0 || !relayed)
      throw new Failed('refused', `The relay ${url} refuses to allocate an address, with STUN error ${code}.`);
    return { client, relayed };
  };
  const from = await allocate();
  const to = await allocate();
  for (const [client, peer] of [
    [from.client, to.relayed],
    [to.client, from.relayed],
  ] as const) {
    const { code } = await client.permit(peer.address);
    if (code === 0) continue;
    throw new Failed(
      'peer-denied',
      `The relay ${url} does not relay to its own address ${peer.address} (STUN error ${code}): external-ip of coturn is missing or wrong, or denied-peer-ip has that address.`,
    );
  }
  if (await arrives(from.client, to)) return;
  throw new Failed(
    'nothing-relayed',
    `The relay ${url} grants everything, but nothing comes through it: look at external-ip of coturn, and whether its UDP ports from min-port to max-port are open.`,
  );
}

/** Whether a datagram gets through. */
function arrives(from: TurnClient, to: { client: TurnClient; relayed: Endpoint }): Promise<boolean> {
  const text = randomBytes(12).toString('base64url');
  const timers: NodeJS.Timeout[] = [];
  return new Promise<boolean>((settle) => {
    to.client.onData((data) => data === text && settle(true));
    for (let sent = 0; sent < DATAGRAMS; sent += 1)
      timers.push(setTimeout(() => from.send(to.relayed, text), (sent * ARRIVES_WITHIN_MS) / DATAGRAMS));
    timers.push(setTimeout(() => settle(false), ARRIVES_WITHIN_MS));
  }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
  });
}

async function resolve(host: string, url: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    throw new Failed('name-unknown', `The name in the relay's address ${url} cannot be resolved.`);
  }
}

/** A relay whose clock is ahead takes new credentials for old ones, and refuses them as it refuses a wrong secret. */
async function whyUnauthorized(url: string, open: () => Promise<TurnClient>): Promise<Failed> {
  const { code } = await (await open()).allocate();
  if (code === 401 || code === 431)
    return new Failed(
      'secret-refused',
      `The relay ${url} refuses the credentials of this server: TURN_SECRET must equal static-auth-secret of coturn.`,
    );
  return new Failed(
    'clock-off',
    `The relay ${url} takes new credentials for expired ones: its clock is ahead of this server's. Let both keep time by NTP.`,
  );
}

function faultOf(failure: unknown, url: string): { fault: RelayFault; message: string } {
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|HOSTNAME/.test(code);
  if (isCertificate)
    return {
      fault: 'certificate',
      message: `Apps do not trust the certificate of the relay ${url} (${code}): renew it, let it name the relay, and restart coturn.`,
    };
  const { transport, port } = readRelayUrl(url) ?? { transport: 'udp', port: 0 };
  const protocol = transport === 'udp' ? 'UDP' : 'TCP';
  const how = failure instanceof NoAnswer ? 'does not answer' : `cannot be reached (${code || 'no answer'})`;
  return {
    fault: 'unreachable',
    message: `The relay ${url} ${how}: coturn must be running, and ${protocol} port ${port} must be open on the way to it.`,
  };
}
