import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type IceUrl, parseIceUrl } from '@parley/shared/protocol';
import { NoAnswer, type Transport, TurnClient, type TurnCredentials } from './turn-client.ts';
import type { Endpoint } from './turn-message.ts';

/** `sentence` tells an admin what to correct; it has no secret in it. */
export type RelayVerdict = { at: 'ok'; url: string; tookMs: number } | { at: 'failed'; url: string; sentence: string };

/** Makes credentials that are good for so many seconds from now, or else for their usual time. */
export type MakeCredentials = (ttlS?: number) => TurnCredentials;

/** The relay still knows the local port from an earlier allocation; RFC 8656 advises to try from another port, three times at most. */
const PORT_KNOWN = 437;
const RETRIES = 3;
/** As a credential would be needed to last if the relay's clock were years ahead. */
const TEN_YEARS_S = 10 * 365 * 86_400;
const ARRIVES_WITHIN_MS = 3_000;
/** A datagram may be lost; three in a row are a fault. */
const DATAGRAMS = 3;

/** Browsers know no DTLS over UDP: `turns:` is TLS over TCP. */
const transportOf = ({ scheme, name, transport }: IceUrl): Transport =>
  scheme === 'turns' ? { tls: name } : (transport ?? 'udp');

/** Its message is a sentence for the admin. */
class RelayFault extends Error {}

/**
 * Sends a datagram from one allocation on the relay to another one, as two people do who can reach nothing but the relay.
 * Takes 25 s at most. Never rejects.
 */
export async function testRelay(url: string, credentials: MakeCredentials): Promise<RelayVerdict> {
  const startedAt = performance.now();
  const clients: TurnClient[] = [];
  const relay = parseIceUrl(url);
  try {
    if (!relay) throw new RelayFault(`${url} is no address of a relay.`);
    await sendThrough(url, relay, credentials, clients);
    return { at: 'ok', url, tookMs: Math.round(performance.now() - startedAt) };
  } catch (failure) {
    const sentence = failure instanceof RelayFault ? failure.message : sentenceFor(failure, url, relay);
    return { at: 'failed', url, sentence };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function sendThrough(
  url: string,
  relay: IceUrl,
  credentials: MakeCredentials,
  clients: TurnClient[],
): Promise<void> {
  const address = isIP(relay.name) === 0 ? await resolve(relay.name, url) : relay.name;
  const open = async (ttlS?: number): Promise<TurnClient> => {
    const client = await TurnClient.open({ address, port: relay.port }, credentials(ttlS), transportOf(relay));
    clients.push(client);
    return client;
  };
  const allocate = async () => {
    let client = await open();
    let answer = await client.allocate();
    for (let retries = 0; answer.code === PORT_KNOWN && retries < RETRIES; retries++) {
      client = await open();
      answer = await client.allocate();
    }
    const { code, relayed } = answer;
    if (code === 401 || code === 431) throw await whyUnauthorized(url, () => open(TEN_YEARS_S));
    if (code === 486 || code === 508)
      throw new RelayFault(`The relay ${url} has no room for a test: its user-quota or total-quota is reached.`);
    if (code !== 0 || !relayed)
      throw new RelayFault(`The relay ${url} refuses to allocate an address, with STUN error ${code}.`);
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
    throw new RelayFault(
      `The relay ${url} does not relay to its own address ${peer.address} (STUN error ${code}): external-ip of coturn is missing or wrong, or denied-peer-ip has that address.`,
    );
  }
  if (await arrives(from.client, to)) return;
  throw new RelayFault(
    `The relay ${url} grants everything, but nothing comes through it: look at external-ip of coturn, and whether its UDP ports from min-port to max-port are open.`,
  );
}

/** Whether a datagram gets through. */
function arrives(from: TurnClient, to: { client: TurnClient; relayed: Endpoint }): Promise<boolean> {
  const text = randomBytes(12).toString('base64url');
  const timers: NodeJS.Timeout[] = [];
  return new Promise<boolean>((settle) => {
    to.client.onData = (data) => data === text && settle(true);
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
    throw new RelayFault(`The name in the relay's address ${url} cannot be resolved.`);
  }
}

/** A relay whose clock is ahead takes new credentials for old ones, and refuses them as it refuses a wrong secret. */
async function whyUnauthorized(url: string, open: () => Promise<TurnClient>): Promise<RelayFault> {
  const { code } = await (await open()).allocate();
  if (code === 401 || code === 431)
    return new RelayFault(
      `The relay ${url} refuses the credentials of this server: TURN_SECRET must equal static-auth-secret of coturn.`,
    );
  return new RelayFault(
    `The relay ${url} takes new credentials for expired ones: its clock is ahead of this server's. Let both keep time by NTP.`,
  );
}

/** The correction for an admin to make when the relay could not be asked. */
function sentenceFor(failure: unknown, url: string, relay: IceUrl | undefined): string {
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|HOSTNAME/.test(code))
    return `Apps do not trust the certificate of the relay ${url} (${code}): renew it, let it name the relay, and restart coturn.`;
  const protocol = relay && transportOf(relay) !== 'udp' ? 'TCP' : 'UDP';
  const how = failure instanceof NoAnswer ? 'does not answer' : `cannot be reached (${code || 'no answer'})`;
  return `The relay ${url} ${how}: coturn must be running, and ${protocol} port ${relay?.port} must be open on the way to it.`;
}
