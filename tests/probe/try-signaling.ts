import type { ServerHost } from '@parley/shared/model';
import {
  type ClientAck,
  type ClientEvent,
  type ClientInput,
  clientEvents,
  ErrorCode,
  fromBase64Url,
  type Outcome,
  outcomeOf,
  PROTOCOL_VERSION,
  SIGNALING_PATH,
  sentenceOf,
  toBase64Url,
} from '@parley/shared/protocol';
import { createInvite, deriveRoomKeys, proveMembership } from '@parley/shared/sealing';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { allowedIceServers } from '#renderer/session/ice-policy.ts';
import { keepToken, type Right } from './right.ts';

export type Signaling = {
  connectMs: number;
  joinMs: number;
  /** Relays that the app uses. */
  relays: string[];
  /** Relays that the server names and the app leaves alone, because they lie elsewhere. */
  ignoredRelays: string[];
};

/** Something that does not work, in a sentence for the admin. */
export class NotWorking extends Error {
  override name = 'NotWorking';
}

const ANSWER_MS = 10_000;
const ServerName = z.object({ name: z.literal('parley-signaling') });
const ConnectError = z.object({ data: z.object({ code: ErrorCode }) });

/** Connects, joins a room of its own and leaves, as the app does. Throws NotWorking with what an admin can do about it. */
export async function trySignaling(url: string, host: ServerHost, right: Right = { kind: 'none' }): Promise<Signaling> {
  await askName(url);
  const auth = await authBy(url, right);
  const startedAt = performance.now();
  const socket = io(url, {
    path: SIGNALING_PATH,
    transports: ['websocket'],
    reconnection: false,
    timeout: ANSWER_MS,
    auth: { v: PROTOCOL_VERSION, ...auth },
    // As the app's page on this computer says it.
    extraHeaders: { origin: 'http://127.0.0.1' },
  });
  try {
    const asked = fromBase64Url(await connected(socket));
    const connectedAt = performance.now();
    if (!asked) throw new NotWorking('The server’s challenge cannot be read.');
    const { invite } = await createInvite(host);
    const keys = await deriveRoomKeys(invite.secret, null, invite.ownerPub);
    const joined = await ask(socket, 'room:join', {
      v: PROTOCOL_VERSION,
      roomId: keys.roomId,
      authPub: toBase64Url(keys.authPub),
      ownerPub: toBase64Url(keys.ownerPub),
      sig: toBase64Url(await proveMembership(keys, host, asked)),
    });
    if (!joined.ok) {
      if (joined.code !== 'proof-invalid') throw new NotWorking(`The server refused a join: ${joined.message}`);
      throw new NotWorking(`The server takes no proofs for ${host}. PUBLIC_HOSTS has to name it exactly like this.`);
    }
    const joinedAt = performance.now();
    await ask(socket, 'room:leave', { roomId: keys.roomId });
    const relaysIn = (servers: readonly { urls: string | string[] }[]) =>
      servers.flatMap(({ urls }) => urls).filter((name) => /^turns?:/.test(name));
    const { iceServers } = joined.value.ice;
    const relays = relaysIn(allowedIceServers(host, iceServers));
    return {
      connectMs: Math.round(connectedAt - startedAt),
      joinMs: Math.round(joinedAt - connectedAt),
      relays,
      ignoredRelays: relaysIn(iceServers).filter((name) => !relays.includes(name)),
    };
  } finally {
    socket.disconnect();
  }
}

const Renewed = z.object({ access_token: z.string(), refresh_token: z.string() });
const Refused = z.object({ code: ErrorCode });

/** The credentials of the connection. A token is exchanged for an access token, and the next one is kept. */
async function authBy(url: string, right: Right): Promise<{ password?: string; token?: string }> {
  if (right.kind === 'none') return {};
  if (right.kind === 'password') return { password: right.password };
  const answer = await fetch(`${url}/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: right.refreshToken }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.status === 404) throw new NotWorking('The server gives no rights by token: the probe needs none for it.');
  const renewed = Renewed.safeParse(body);
  if (!renewed.success) {
    const said = Refused.safeParse(body);
    throw new NotWorking(
      `The server does not renew the probe’s token: ${said.success ? sentenceOf(said.data.code) : `HTTP ${answer.status}.`}`,
    );
  }
  if (right.file !== undefined) await keepToken(right.file, renewed.data.refresh_token);
  return { token: renewed.data.access_token };
}

async function askName(url: string): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new NotWorking(`${url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  if (answer.status === 429) throw new NotWorking('The server has limited or blocked this address for now.');
  const body: unknown = await answer.json().catch(() => undefined);
  if (!ServerName.safeParse(body).success)
    throw new NotWorking(`${sentenceOf('not-a-server')} It answered with HTTP ${answer.status}.`);
}

const letNobodyIn = (code: ErrorCode): string =>
  `The server let nobody in: ${sentenceOf(code)}${code === 'access-refused' ? ' PARLEY_PROBE_PASSWORD and PARLEY_PROBE_TOKEN say how the probe gets in; --help has more.' : ''}`;

/** Resolves with the first challenge. */
const connected = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new NotWorking('The server does not greet who connects.')), ANSWER_MS);
    socket.once('connect', () => {
      clearTimeout(deadline);
      resolve(socket.io.engine.id ?? '');
    });
    socket.once('connect_error', (error: unknown) => {
      clearTimeout(deadline);
      const said = ConnectError.safeParse(error);
      reject(
        new NotWorking(
          said.success
            ? letNobodyIn(said.data.data.code)
            : 'No WebSocket could be opened. Does the proxy pass upgrades on, and does ALLOWED_ORIGINS have http://127.0.0.1:*?',
        ),
      );
    });
  });

async function ask<E extends ClientEvent>(
  socket: Socket,
  event: E,
  input: ClientInput<E>,
): Promise<Outcome<ClientAck<E>>> {
  const raw: unknown = await socket
    .timeout(ANSWER_MS)
    .emitWithAck(event, input)
    .catch(() => {
      throw new NotWorking(`The server does not answer ${event}.`);
    });
  return outcomeOf(clientEvents[event].ack).parse(raw) as Outcome<ClientAck<E>>;
}
