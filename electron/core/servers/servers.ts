import type { BridgeParsed } from '@parley/shared/bridge';
import type { Server, ServerCheck, ServerHost } from '@parley/shared/model';
import { accept, type Outcome, ParleyError, type Refusal, refuse, unwrap } from '@parley/shared/protocol';
import { readPasted } from '@parley/shared/sealing';
import type { HistoryClient } from '../history/history-client.ts';
import type { RightRow } from '../history/servers-store.ts';
import type { Clock, Log, SecretStore } from '../ports.ts';
import type { OpenSocket } from '../signaling/socket.ts';
import type { ServerAccessPort } from '../signaling/wires.ts';
import { enterServer } from './enter-server.ts';
import { type Credentials, createRights, type RightStore } from './rights.ts';
import type { ServerHttp } from './server-http.ts';

/** Where known servers are kept; each call has returned only when it is durable. */
export type ServerRows = Pick<HistoryClient, 'servers' | 'addServer' | 'renameServer' | 'setRight' | 'removeServer'>;

export type ServersOptions = {
  rows: ServerRows;
  http: ServerHttp;
  openSocket: OpenSocket;
  secrets: SecretStore;
  clock: Clock;
  log: Log;
  /** This app's own server: its name in this app, or null where it does not run, and whether a host is one of its names. */
  own: { host(): ServerHost | null; isOwn(host: ServerHost): boolean };
  /** How many rooms each host has. */
  roomsOn: () => ReadonlyMap<ServerHost, number>;
  /** The servers, or what is known of them, changed. */
  changed: (items: Server[]) => void;
  /** The disk did not take a renewed right. */
  notStored: (refusal: Refusal) => void;
  /** A server is known no more: connections to it have to close. */
  removed: (host: ServerHost) => void;
  /** The server on which new rooms are made. */
  homeServer: { get(): ServerHost | null; forget(): void };
};

type Known = {
  name: string | null;
  right: RightRow | null;
  addedAt: number;
  /** How many additions that are under way are all that made it known; null once it stays whatever becomes of them. */
  pendingAdditions: number | null;
};
/** The credential that a text or a form gives. */
type Given = { password: string | undefined; token: string | undefined };

/** The signaling servers that this computer knows, and this person's rights to them. */
export interface Servers extends ServerAccessPort {
  list(): Server[];
  read(text: string): { host: ServerHost; hasToken: boolean; known: boolean };
  check(input: BridgeParsed<'servers.check'>): Promise<{ host: ServerHost; check: ServerCheck }>;
  add(input: BridgeParsed<'servers.add'>): Promise<Server>;
  rename(host: ServerHost, name: string | null): Promise<Server>;
  authorize(input: BridgeParsed<'servers.authorize'>): Promise<Server>;
  remove(host: ServerHost): Promise<void>;
  /** Makes a server known without asking it anything: a room on it was made or joined. */
  know(host: ServerHost): Promise<void>;
  /** The names of a server: the one that this app uses, and those that it says of itself. Asks it. */
  namesOf(host: ServerHost): Promise<ServerHost[]>;
  /** Tells the list: what it is made of changed elsewhere. */
  announce(): void;
  close(): void;
}

/** Opens the servers of a profile. All of it throws ParleyErrors. */
export async function openServers(options: ServersOptions): Promise<Servers> {
  const { rows, http, clock, own, homeServer } = options;
  const known = new Map<ServerHost, Known>();
  const entering = new Map<ServerHost, Promise<Known>>();
  const checks = new Map<ServerHost, ServerCheck>();
  for (const row of await rows.servers())
    known.set(row.host, { name: row.name, right: row.right, addedAt: row.addedAt, pendingAdditions: null });

  const changed = () => options.changed(list());
  const store: RightStore = {
    read: (host) => known.get(host)?.right ?? null,
    async write(host, right) {
      const entry = known.get(host);
      if (!entry) return;
      await rows.setRight(host, right);
      entry.right = right;
    },
  };
  const rights = createRights({ ...options, store, changed });

  const serverOf = (host: ServerHost): Server => ({
    host,
    name: known.get(host)?.name ?? null,
    own: own.isOwn(host),
    right: rights.right(host),
    rooms: options.roomsOn().get(host) ?? 0,
    check: checks.get(host) ?? null,
  });
  const list = (): Server[] => {
    const ownHost = own.host();
    const others = [...known].sort(([, a], [, b]) => a.addedAt - b.addedAt).map(([host]) => host);
    return [...(ownHost ? [ownHost] : []), ...others.filter((host) => !own.isOwn(host))].map(serverOf);
  };
  const rename = async (host: ServerHost, name: string | null): Promise<Server> => {
    const entry = needKnown(host);
    await rows.renameServer(host, name);
    entry.name = name;
    changed();
    return serverOf(host);
  };
  const needKnown = (host: ServerHost): Known => {
    const entry = known.get(host);
    if (!entry) throw new ParleyError('bad-request', { path: 'host' });
    entry.pendingAdditions = null;
    return entry;
  };
  /** Makes the entry of a host that is not known. All who ask while the disk writes get the same one. */
  const enter = (host: ServerHost, name: string | null): Promise<Known> => {
    const writing = entering.get(host);
    if (writing) return writing;
    const entered = rows
      .addServer(host, name)
      .then(() => {
        const entry: Known = { name, right: null, addedAt: clock.now(), pendingAdditions: 0 };
        known.set(host, entry);
        return entry;
      })
      .finally(() => entering.delete(host));
    entering.set(host, entered);
    return entered;
  };
  const know = async (host: ServerHost) => {
    if (own.isOwn(host)) return;
    const isNew = !known.has(host);
    const entry = known.get(host) ?? (await enter(host, null));
    entry.pendingAdditions = null;
    if (isNew) changed();
  };

  /** Says who the server is, and whether one gets in with what was given; nothing is stored. */
  const look = async (host: ServerHost, credentials: Credentials | null): Promise<Outcome<ServerCheck>> => {
    const about = await http.about(host);
    if (!about.ok) return about;
    const { version, access, relay, listed_rooms, roundTripMs } = about.value;
    const entered =
      access === 'open' || credentials !== null
        ? await enterServer(options, host, credentials ?? {})
        : accept({ roundTripMs });
    if (!entered.ok) return entered;
    return accept({
      at: 'ok',
      version,
      access,
      relay,
      listedRooms: listed_rooms,
      roundTripMs: entered.value.roundTripMs,
      checkedAt: clock.now(),
    });
  };
  const noted = (host: ServerHost, looked: Outcome<ServerCheck>): ServerCheck => {
    const check = looked.ok ? looked.value : failedCheck(looked, clock.now());
    checks.set(host, check);
    if (known.has(host) || own.isOwn(host)) changed();
    return check;
  };

  /** Gets in with what was given and keeps it. */
  const getIn = async (host: ServerHost, { password, token }: Given): Promise<void> => {
    if (password !== undefined) {
      const looked = await look(host, { password });
      noted(host, looked);
      unwrap(looked);
      await rights.keepPassword(host, password);
    } else if (token !== undefined) {
      const looked = unwrap(await look(host, null));
      if (looked.at === 'ok' && looked.access !== 'token') {
        throw new ParleyError('not-allowed', { message: `${host} gives no rights by token.` });
      }
      unwrap(await rights.redeem(host, token));
      noted(host, accept(looked));
    } else {
      const looked = await look(host, null);
      noted(host, looked);
      const check = unwrap(looked);
      if (check.at === 'ok' && check.access !== 'open') throw new ParleyError('access-refused');
    }
  };

  // A home server that was chosen before there was a list of servers.
  const home = homeServer.get();
  if (home !== null && !own.isOwn(home)) (known.get(home) ?? (await enter(home, null))).pendingAdditions = null;

  return {
    isKnown: (host) => known.has(host) || own.isOwn(host),
    credentials: (host) => rights.credentials(host),
    refused: (host, said) => rights.refused(host, said),

    list,

    read(text) {
      const { host, token } = readServerText(text);
      return { host, hasToken: token !== undefined, known: known.has(host) || own.isOwn(host) };
    },

    async check({ text, password }) {
      const { host } = readServerText(text);
      if (password !== undefined) return { host, check: resultOf(await look(host, { password }), clock.now()) };
      const { right } = serverOf(host);
      const credentials = right.at === 'held' ? await rights.credentials(host) : null;
      const looked = credentials?.ok === false ? credentials : await look(host, credentials?.value ?? null);
      if (right.at === 'held') rights.refused(host, looked);
      return { host, check: noted(host, looked) };
    },

    async add({ text, name, password }) {
      const { host, token } = readServerText(text);
      if (own.isOwn(host)) throw new ParleyError('not-allowed', { message: 'That is this computer’s own server.' });
      const entry = known.get(host) ?? (await enter(host, name ?? null));
      if (entry.pendingAdditions !== null) entry.pendingAdditions += 1;
      try {
        await getIn(host, { password, token });
        entry.pendingAdditions = null;
      } catch (error) {
        if (entry.pendingAdditions !== null) entry.pendingAdditions -= 1;
        if (entry.pendingAdditions === 0 && known.get(host) === entry) {
          known.delete(host);
          checks.delete(host);
          await rows.removeServer(host);
        }
        throw error;
      } finally {
        changed();
      }
      if (name !== undefined && name !== null && name !== entry.name) await rename(host, name);
      return serverOf(host);
    },

    rename,

    async authorize({ host, password, text }) {
      needKnown(host);
      const given = text === undefined ? undefined : readServerText(text, host);
      if (given && given.host !== host) {
        throw new ParleyError('bad-request', { path: 'text', message: `That invitation is for ${given.host}.` });
      }
      if (password === undefined && given?.token === undefined)
        throw new ParleyError('bad-request', { path: 'password' });
      await getIn(host, { password, token: given?.token });
      return serverOf(host);
    },

    async remove(host) {
      needKnown(host);
      await rows.removeServer(host);
      known.delete(host);
      checks.delete(host);
      rights.forget(host);
      options.removed(host);
      if (homeServer.get() === host) homeServer.forget();
      changed();
    },

    know,
    async namesOf(host) {
      const { hosts } = unwrap(await http.about(host));
      return [...new Set([host, ...hosts])];
    },
    announce: changed,
    close: () => rights.close(),
  };
}

const failedCheck = ({ code, message }: Refusal, checkedAt: number): ServerCheck => ({
  at: 'failed',
  code,
  message,
  checkedAt,
});
const resultOf = (looked: Outcome<ServerCheck>, now: number): ServerCheck =>
  looked.ok ? looked.value : failedCheck(looked, now);

/** The server that a pasted text names; a token alone belongs to `host`, where one is asked for. */
function readServerText(text: string, host?: ServerHost): { host: ServerHost; token: string | undefined } {
  const pasted = unwrap(readPasted(text));
  switch (pasted.kind) {
    case 'address':
      return { host: pasted.host, token: undefined };
    case 'room':
      return { host: pasted.invite.host, token: undefined };
    case 'server':
      return { host: pasted.invite.host, token: pasted.invite.refreshToken };
    case 'token':
      if (host === undefined)
        throw new ParleyError('bad-request', { path: 'text', message: refuse('access-refused').message });
      return { host, token: pasted.refreshToken };
  }
}
