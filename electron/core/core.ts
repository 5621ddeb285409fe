import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BridgeEvent, type BridgePayload, bridgeEvents } from '@parley/shared/bridge';
import type { AppInfo, PeerStanding, ServerHost } from '@parley/shared/model';
import { accept, type Outcome, ParleyError, refuse, sentenceOf } from '@parley/shared/protocol';
import { readDeepLink } from './deep-link/deep-link.ts';
import { createEmbeddedServer } from './embedded-server/embedded-server.ts';
import { checkExternalLink } from './external-link.ts';
import { asFileError } from './file-errors.ts';
import { startHistory } from './history/history-client.ts';
import { openIdentity } from './identity/device-identity.ts';
import { writePageLog } from './page-log.ts';
import type { CorePorts } from './ports.ts';
import { createRooms } from './rooms/rooms.ts';
import { type BridgeHandlers, createRouter } from './router.ts';
import { openSettings } from './settings/settings-store.ts';
import { socketOpener } from './signaling/socket.ts';
import { systemTrust } from './signaling/system-trust.ts';
import { createWires, type PageWires } from './signaling/wires.ts';

/** The desktop core: history, identity, settings, rooms and the embedded server, behind one table of calls. */
export type Core = {
  /** Answers a bridge call; never rejects. */
  call(name: string, input: unknown): Promise<Outcome<unknown>>;
  /** Hears every bridge event that is for all pages; returns the undo. */
  subscribe(listener: (event: BridgeEvent, payload: unknown) => void): () => void;
  /** A page has opened: `tell` hears the events that are for it alone. */
  openPage(tell: (event: BridgeEvent, payload: unknown) => void): CorePage;
  /** Takes a parley:// link: it fills in the lobby and never joins. What is no invite becomes a notice. */
  openDeepLink(text: string): void;
  /** Closes everything in reverse; later calls are refused. */
  close(): Promise<void>;
};

/** One page, for as long as it is loaded: what it opened is closed with it. */
export type CorePage = {
  /** As `Core.call`, and also opens wires to signaling servers. */
  call(name: string, input: unknown): Promise<Outcome<unknown>>;
  close(): void;
};

type Notice = AppInfo['notices'][number];

/**
 * Opens the core on a profile. Throws a ParleyError when it cannot work at all: `disk-read-only`, `disk-full`,
 * `history-from-future`, `history-locked`. Damaged files are set aside and told in `app.info`.
 */
export async function createCore(ports: CorePorts): Promise<Core> {
  const { clock, log, paths, secrets } = ports;
  makeProfile(paths.profile);
  const inProfile = (name: string) => join(paths.profile, name);

  const listeners = new Set<(event: BridgeEvent, payload: unknown) => void>();
  const emit = <E extends BridgeEvent>(event: E, payload: BridgePayload<E>) => {
    const parsed = bridgeEvents[event].safeParse(payload);
    if (!parsed.success) return log.error('a bridge event is outside its contract', { event });
    for (const listener of listeners) listener(event, parsed.data);
  };

  const notices: Notice[] = [];
  const notice = (code: Notice['code'], message: string = sentenceOf(code)) => {
    notices.push({ code, message });
    emit('app.noticed', { code, message });
  };

  const { store: settings, damaged } = openSettings(inProfile('settings.json'), () => clock.now());
  if (damaged) notice('settings-damaged');
  const identity = await openIdentity(inProfile('device.key'), secrets);
  const { history, recovered } = await startHistory({
    file: inProfile('history.db'),
    seed: identity.seed,
    log,
    workerUrl: ports.historyWorkerUrl,
  });
  if (recovered) {
    const instead = recovered.fromBackup ? 'The newest backup took its place.' : 'A new one was started.';
    notice('history-damaged', `${sentenceOf('history-damaged')} ${instead} It lies in ${recovered.setAsideAs}.`);
  }

  const embedded = createEmbeddedServer({
    process: ports.serverProcess,
    portFile: inProfile('server.port'),
    clock,
    log,
    changed: (state) => {
      emit('server.changed', state);
      roomsChanged();
    },
  });
  const rooms = createRooms({
    history,
    secrets,
    clock,
    ownServer: embedded,
    homeServer: () => settings.get().homeServer,
  });

  // A disk that is full or cannot be written is told once, not with every message that it refuses.
  let toldTrouble: Outcome<unknown> | undefined;
  const tellTrouble = (outcome: Outcome<unknown>): Outcome<unknown> => {
    if (outcome.ok) return outcome;
    const { code, message } = outcome;
    const isTrouble = code === 'disk-full' || code === 'disk-read-only' || code === 'history-damaged';
    if (isTrouble && !(toldTrouble && !toldTrouble.ok && toldTrouble.code === code)) {
      toldTrouble = outcome;
      emit('app.noticed', { code, message });
    }
    return outcome;
  };

  let knownHosts: readonly ServerHost[] = [];
  let roomsChangedSoon: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const refreshRooms = async () => {
    const items = await rooms.list();
    knownHosts = items.map((room) => room.host);
    return items;
  };
  // Several changes at once are told once.
  const roomsChanged = () => {
    if (roomsChangedSoon || closing) return;
    roomsChangedSoon = clock.after(20, () => {
      roomsChangedSoon = undefined;
      refreshRooms().then(
        (items) => emit('rooms.changed', { items }),
        () => log.warn('rooms could not be listed'),
      );
    });
  };
  const changing = async <T>(work: Promise<T>): Promise<T> => {
    const value = await work;
    toldTrouble = undefined;
    roomsChanged();
    return value;
  };

  /** Names stand on messages and in the list of rooms: both are told when one of them changed. */
  const peerMet = ({ peer, looksOther }: { peer: PeerStanding; looksOther: boolean }): PeerStanding => {
    if (looksOther) {
      emit('peers.changed', peer);
      roomsChanged();
    }
    return peer;
  };

  const wires = createWires({
    openSocket: ports.openSocket ?? socketOpener(systemTrust(log)),
    access: {
      isKnown: (host) => host === embedded.host() || host === settings.get().homeServer || knownHosts.includes(host),
      credentials: async () => accept({}),
      refused: () => {},
    },
    clock,
    log,
  });

  let deepLink: string | null = null;

  const handlers: BridgeHandlers = {
    'app.info': () => ({
      ...ports.app,
      deviceId: identity.deviceId,
      keysProtectedBy: secrets.protectedBy,
      notices: [...notices],
    }),
    'app.open-external': async ({ url }) => {
      const agreed = await ports.shell.openExternal(checkExternalLink(url));
      if (!agreed) throw new ParleyError('cancelled');
      return {};
    },
    'app.take-deep-link': () => {
      const invite = deepLink;
      deepLink = null;
      return { invite };
    },
    'log.write': ({ entries }) => {
      writePageLog(log, entries);
      return {};
    },
    'settings.get': () => settings.get(),
    'settings.change': (change) => {
      const before = settings.get().hosting.lan;
      const next = settings.change(change);
      toldTrouble = undefined;
      emit('settings.changed', next);
      if (next.hosting.lan !== before) embedded.start(next.hosting.lan).catch(() => undefined);
      return next;
    },
    'identity.sign-hello': (fields) => identity.signHello(fields),
    'identity.sign-confirm': ({ role, transcriptHash }) => identity.signConfirm(role, transcriptHash),
    'peers.meet': async ({ deviceId, profile }) => peerMet(await history.meet(deviceId, profile)),
    'peers.verify': async ({ deviceId, verified }) => peerMet(await history.verifyPeer(deviceId, verified)),

    'rooms.list': async () => ({ items: await refreshRooms() }),
    'rooms.create': async ({ name, host }) => {
      const room = await changing(rooms.create(name, host));
      await refreshRooms();
      return room;
    },
    'rooms.read-invite': ({ invite }) => rooms.readInvite(invite),
    'rooms.add': async ({ invite, passphrase }) => {
      const room = await changing(rooms.add(invite, passphrase));
      // The page connects to the room's server right after this.
      await refreshRooms();
      return room;
    },
    'rooms.keyring': ({ roomId }) => rooms.keyring(roomId),
    'rooms.rename': ({ roomId, name, renamedAt }) => changing(rooms.rename(roomId, name, renamedAt)),
    'rooms.draft': async ({ roomId, draft }) => {
      await history.setDraft(roomId, draft);
      return {};
    },
    'rooms.delete': async ({ roomId }) => {
      await changing(history.deleteRoom(roomId));
      return {};
    },

    'history.compose': async (draft) => {
      const { profile } = settings.get();
      if (!profile) throw new ParleyError('display-name-invalid');
      return changing(history.compose(draft, profile));
    },
    'history.record': ({ roomId, messages }) => changing(history.record(roomId, messages)),
    'history.page': ({ roomId, before, limit }) => history.page(roomId, before, limit),
    'history.around': ({ roomId, message, limit }) => history.around(roomId, message, limit),
    'history.search': ({ query, roomId, author, limit, offset }) =>
      history.search(query, { roomId, author }, limit, offset),
    'history.mark': async ({ roomId, by, state, ids }) => ({ changed: await history.mark(roomId, by, state, ids) }),
    'history.mark-heads': async ({ roomId, by, heads }) => ({ changed: await history.markHeads(roomId, by, heads) }),
    'history.mark-seen': async ({ roomId, upTo }) => ({ seen: await changing(history.markSeen(roomId, upTo)) }),
    'history.heads': ({ roomId, above, upTo }) => history.heads(roomId, above, upTo),
    'history.missing': ({ roomId, limit, ...holdings }) => history.missing(roomId, holdings, limit),

    'signaling.open': (input, page) => {
      wiresOf(page).open(input);
      return {};
    },
    'signaling.call': (input, page) => {
      wiresOf(page).call(input);
      return {};
    },
    'signaling.close': ({ wireId }, page) => {
      wiresOf(page).close(wireId);
      return {};
    },

    'server.state': () => embedded.state(),
    'server.allow-lan': async ({ allow }) => {
      emit('settings.changed', settings.change({ hosting: { lan: allow } }));
      return embedded.start(allow);
    },
  };
  const route = createRouter(handlers, log);

  await refreshRooms();
  if (ports.serverProcess) await embedded.start(settings.get().hosting.lan);

  const call = (name: string, input: unknown, page: PageWires | null) =>
    closing ? Promise.resolve(refuse('cancelled')) : route(name, input, page).then(tellTrouble);

  return {
    call: (name, input) => call(name, input, null),
    openPage(tell) {
      const page = wires.forPage((event, payload) => tell(event, payload));
      return { call: (name, input) => call(name, input, page), close: () => page.closeAll() };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openDeepLink(text) {
      const read = readDeepLink(text);
      if (!read.ok) return notice(read.code, read.message);
      deepLink = read.value;
      emit('app.deep-link-arrived', { invite: read.value });
    },
    close() {
      closing ??= (async () => {
        roomsChangedSoon?.();
        wires.close();
        await embedded.close();
        await history.close();
        listeners.clear();
      })();
      return closing;
    },
  };
}

function wiresOf(page: PageWires | null): PageWires {
  if (!page) throw new ParleyError('sender-refused');
  return page;
}

function makeProfile(profile: string): void {
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32') chmodSync(profile, 0o700);
  } catch (error) {
    throw asFileError(error);
  }
}
