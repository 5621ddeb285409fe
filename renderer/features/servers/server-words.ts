import {
  type EmbeddedServerState,
  isLoopbackHost,
  isolated,
  isPrivateHost,
  type Server,
  type ServerCheck,
} from '@parley/shared/model';
import type { ErrorCode } from '@parley/shared/protocol';
import type { ServerConnection } from '../../stores/state.ts';
import { formatNumber } from '../../ui/format.ts';
import type { Tone } from '../connection-words.ts';

/** How a server is called on the screen, where its name stands alone. */
export const serverTitle = (server: Pick<Server, 'host' | 'name' | 'own'>): string =>
  server.own ? 'This computer' : (server.name ?? server.host);

/**
 * How the server at `host` is called in a sentence: by the person's name for it, else by its address; 'this computer' is
 * the app's own server alone, also while it does not run and so is on no list.
 */
export function serverNameOf(servers: readonly Server[], host: string): string {
  const server = servers.find((one) => one.host === host);
  if (server?.own || (!server && isLoopbackHost(host))) return 'this computer';
  return isolated(server?.name ?? host);
}

/** The server on which new rooms are made: the chosen one, else the app's own, else the first that is known. */
export const homeServerOf = (servers: readonly Server[], chosen: Server['host'] | null): Server | undefined =>
  servers.find(({ host }) => host === chosen) ?? servers.find(({ own }) => own) ?? servers[0];

type Fact = { key: string; text: string };
type Found = Extract<ServerCheck, { at: 'ok' }>;

export const accessWords: Record<Found['access'], string> = {
  open: 'Anybody may use it',
  password: 'Needs a password',
  token: 'Needs a personal invitation',
};

/** The findings of a check of a server, in words. */
export const factsOf = (check: Found): Fact[] => [
  { key: 'answers', text: `Answers in ${formatNumber(Math.max(1, Math.round(check.roundTripMs)))} ms` },
  { key: 'version', text: `Version ${check.version}` },
  { key: 'access', text: accessWords[check.access] },
  {
    key: 'relay',
    text: check.relay ? 'Offers a relay where no direct way is found' : 'Offers no relay: some networks need one',
  },
  { key: 'list', text: check.listedRooms ? 'Keeps a list of rooms' : 'Keeps no list of rooms' },
];

/** Says what to do where a server at this address does not answer. */
export function unreachableAdvice(host: string): string {
  if (isLoopbackHost(host)) {
    return 'Every computer uses this address for itself. If the invite was made on another one, ask for a new invite: there, “Invite people”, then “Let them join”. If the server is on this one, check that it runs.';
  }
  if (isPrivateHost(host)) {
    return 'It is an address inside a home or office network. Check that both computers are in the same network, that Parley is open on the other one, and that its firewall lets Parley through.';
  }
  return 'Check the address and your connection to the internet. If both are right, ask the person who runs the server.';
}

/** A refusal by a server in a sentence, with what can be done. `name`: how the server is called on the screen. */
export const refusalWithAdvice = (refusal: { code: ErrorCode; message: string }, host: string, name = host): string =>
  refusal.code === 'server-unreachable' || refusal.code === 'timed-out'
    ? `${name} does not answer. ${unreachableAdvice(host)}`
    : refusal.message;

/** Why a right to use a server was lost, and the way on. */
export function lostRightWords({ kind, code }: Extract<Server['right'], { at: 'lost' }>): string {
  if (kind === 'password')
    return 'The server no longer accepts this password. Ask the person who runs it for the new one.';
  switch (code) {
    case 'access-expired':
      return 'Your invitation to this server has ended. Ask the person who runs it for a new one.';
    case 'access-revoked':
      return 'The person who runs this server took your invitation back. With a new one from them you can use it again.';
    case 'access-refused':
      return 'The server no longer accepts your invitation. Ask the person who runs it for a new one.';
  }
}

export type StateWords = { tone: Tone; sentence: string };

/** The app's own server in words. */
export function ownServerWords(server: EmbeddedServerState): StateWords {
  switch (server.at) {
    case 'off':
      return { tone: 'off', sentence: 'Switched off' };
    case 'starting':
      return { tone: 'waiting', sentence: 'Starting…' };
    case 'failed':
      return { tone: 'trouble', sentence: `Does not run: ${server.message}` };
    case 'running':
      return {
        tone: 'good',
        sentence: server.lanHosts.length > 0 ? 'Runs, for computers on this network' : 'Runs, for this computer only',
      };
  }
}

/**
 * The state of a server in words: of the connections of its rooms where there are some, else of its last check. A lost
 * right comes first, because nothing else can be done before.
 */
export function serverWords(
  server: Server,
  embedded: EmbeddedServerState,
  connections: readonly ServerConnection[],
): StateWords {
  if (server.own) return ownServerWords(embedded);
  if (server.right.at === 'lost') return { tone: 'trouble', sentence: lostRightWords(server.right) };
  if (connections.some(({ at }) => at === 'online')) return { tone: 'good', sentence: 'Connected' };
  const refused = connections.find((connection) => connection.at === 'refused');
  if (refused?.at === 'refused') {
    return {
      tone: 'trouble',
      sentence: refusalWithAdvice(refused.refusal, server.host, isolated(serverTitle(server))),
    };
  }
  if (server.check?.at === 'failed') {
    const { code, message } = server.check;
    return {
      tone: 'trouble',
      sentence: refusalWithAdvice({ code: code as ErrorCode, message }, server.host, isolated(serverTitle(server))),
    };
  }
  if (connections.some(({ at }) => at === 'connecting' || at === 'reconnecting')) {
    return { tone: 'waiting', sentence: 'Connecting…' };
  }
  return server.check ? { tone: 'good', sentence: 'Answers' } : { tone: 'off', sentence: 'Not asked yet' };
}

/** Says what removing a server means for its rooms. */
export function removalWords(server: Server): string {
  if (server.rooms === 0) return 'No room on this computer uses it.';
  const rooms = server.rooms === 1 ? 'One room uses it. It keeps its' : `${server.rooms} rooms use it. They keep their`;
  const them = server.rooms === 1 ? 'it' : 'them';
  return `${rooms} messages on this computer, but nobody can reach you in ${them} until you add the server again.`;
}
