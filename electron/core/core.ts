import { chmodSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BridgeEvent } from '@parley/shared/bridge';
import { ComputerName, nameOf, type Preparing } from '@parley/shared/model';
import { type Outcome, refusalOf, refuse } from '@parley/shared/protocol';
import { createComputers } from './computers/computers.ts';
import { readDeepLink } from './deep-link/deep-link.ts';
import { createEmbeddedServer } from './embedded-server/embedded-server.ts';
import { createEventHub } from './event-hub.ts';
import { asFileError } from './file-errors.ts';
import { Downloads } from './files/downloads.ts';
import { type FileContent, fileContent, joinedContent } from './files/file-requests.ts';
import { Files } from './files/files.ts';
import { appHandlers } from './handlers/app-handlers.ts';
import { backupHandlers } from './handlers/backup-handlers.ts';
import { computerHandlers } from './handlers/computer-handlers.ts';
import { fileHandlers } from './handlers/file-handlers.ts';
import { historyHandlers } from './handlers/history-handlers.ts';
import { liveHandlers } from './handlers/live-handlers.ts';
import { recordingHandlers } from './handlers/recording-handlers.ts';
import { roomHandlers } from './handlers/room-handlers.ts';
import { serverHandlers } from './handlers/server-handlers.ts';
import { storageHandlers } from './handlers/storage-handlers.ts';
import { workHandlers } from './handlers/work-handlers.ts';
import { startHistory } from './history/history-client.ts';
import { damagedCopiesOf } from './history/history-files.ts';
import { recoveryWords } from './history/recovery-words.ts';
import type { Recovery } from './history/repair.ts';
import { openIdentity } from './identity/device-identity.ts';
import { Live } from './live/live.ts';
import { whipHttp } from './live/whip.ts';
import { ownAddresses, watchNetwork, whileUsed } from './network-watch.ts';
import { createNotices } from './notices.ts';
import { createBackups } from './ownership/backup/backups.ts';
import { removeHistoryCopy } from './ownership/backup/make-backup.ts';
import { finishRestore, finishSecrets } from './ownership/backup/restore-backup.ts';
import { chooser } from './ownership/choose.ts';
import { createWork } from './ownership/work.ts';
import type { CorePorts } from './ports.ts';
import { sayWhenLong } from './preparing.ts';
import { keptWords } from './recordings/recording-notes.ts';
import { recordingContent } from './recordings/recording-requests.ts';
import { Recordings } from './recordings/recordings.ts';
import { restartable } from './restartable.ts';
import { createRoomRules } from './rooms/room-rules.ts';
import { createRoomWatch } from './rooms/room-watch.ts';
import { createRooms } from './rooms/rooms.ts';
import { createRouter } from './router.ts';
import { serverHttp } from './servers/server-http.ts';
import { openServers } from './servers/servers.ts';
import { ownBackground } from './settings/own-background.ts';
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
  /** Blocks and pictures of files, recordings and the own background, for a host that has made sure that its own page asks. */
  readonly content: FileContent;
  /** Takes a parley:// link: it fills in the lobby and never joins. Any other text becomes a notice. */
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

/**
 * Opens the core on a profile. Where the history has to be brought to this version and that takes a while it resolves before, and calls wait: a page
 * can say so, and hears it if that fails. Throws a ParleyError when it cannot work at all: `disk-read-only`, `disk-full`,
 * `history-from-future`, `history-locked`. Damaged files are set aside and told in `app.info`.
 */
export const createCore = (ports: CorePorts): Promise<Core> =>
  restartable(async (restart, say) => {
    const preparing = sayWhenLong(ports.clock, say);
    const opened: Opened = [];
    try {
      return await openCore(ports, restart, preparing.goesOn, opened);
    } catch (thrown) {
      ports.log.error('the profile could not be opened', { code: refusalOf(thrown).code });
      // The first reason is the one to tell; whoever tries again finds nothing open.
      await closeAll(opened).catch(() => undefined);
      throw thrown;
    } finally {
      preparing.end();
    }
  });

/** How each thing that is open is closed, in the order in which they were opened. */
type Opened = (() => void | Promise<void>)[];

/** Closes in reverse. One that cannot be closed leaves no other open; the first failure is thrown at the end. */
async function closeAll(opened: Opened): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.splice(0).reverse()) {
    try {
      await close();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function openCore(
  ports: CorePorts,
  restart: () => void,
  migrating: (progress: Preparing) => void,
  opened: Opened,
): Promise<Core> {
  const { clock, log, paths, secrets } = ports;
  makeProfile(paths.profile);
  finishRestore(paths.profile);
  removeHistoryCopy(paths.profile);
  const inProfile = (name: string) => join(paths.profile, name);

  const hub = createEventHub(log);
  opened.push(hub.close);
  const { emit } = hub;
  const notices = createNotices(emit);
  const { store: settings, damaged } = openSettings(inProfile('settings.json'), clock.now);
  if (damaged) notices.say('settings-damaged');
  const identity = await openIdentity(inProfile('device.key'), secrets, settings.get().profile !== null);
  const sayRecovered = (recovery: Recovery) => {
    const { code, message } = recoveryWords(recovery);
    notices.say(code, message);
  };
  const { history, recovered, onGone } = await startHistory({
    file: inProfile('history.db'),
    seed: identity.seed,
    log,
    workerUrl: ports.historyWorkerUrl,
    migrating,
    recoveredLater: sayRecovered,
  });
  opened.push(history.close);
  if (recovered) {
    sayRecovered(recovered);
    await history.doubtComputers();
  }
  await finishSecrets(paths.profile, history, secrets);

  const downloads = new Downloads(paths.downloads);
  const files = new Files({
    folder: inProfile('files'),
    downloads,
    shell: ports.shell,
    history,
    author: identity.deviceId,
    now: clock.now,
    emit,
    log,
  });
  opened.push(() => files.close());
  await files.matchHistory(damagedCopiesOf(inProfile('history.db')).length === 0);
  const embedded = createEmbeddedServer({
    process: ports.serverProcess,
    portFile: inProfile('server.port'),
    clock,
    log,
    changed: (state) => {
      emit('server.changed', state);
      watch.changed();
      servers.announce();
    },
  });
  opened.push(embedded.close);
  const trust = systemTrust(log);
  const openSocket = ports.openSocket ?? socketOpener(trust);
  const servers = await openServers({
    rows: history,
    http: ports.serverHttp ?? serverHttp(trust),
    openSocket,
    secrets,
    clock,
    log,
    own: embedded,
    homeServer: {
      get: () => settings.get().homeServer,
      forget: () => emit('settings.changed', settings.change({ homeServer: null })),
    },
    roomsOn: () => watch.counts(),
    changed: (items) => emit('servers.changed', { items }),
    notStored: notices.watch,
    removed: (host) => wires.closeHost(host),
  });
  opened.push(servers.close);
  const rooms = createRooms({
    history,
    secrets,
    clock,
    ownServer: embedded,
    servers,
    homeServer: () => settings.get().homeServer,
    profile: () => settings.get().profile,
  });
  const recordings = new Recordings({
    folder: inProfile('recordings'),
    downloads,
    shell: ports.shell,
    roomName: async (roomId) => {
      const room = (await rooms.list()).find((each) => each.roomId === roomId);
      return room && (room.name ?? 'a room without a name');
    },
    ownName: () => nameOf(settings.get().profile ?? { username: 'someone', displayName: null }),
    keptBy: (what, room, name) => notices.sayOnce('recording-kept', keptWords(what, room, name)),
    now: clock.now,
    log,
  });
  opened.push(() => recordings.close());
  const live = new Live(whipHttp(trust), log);
  opened.push(() => live.close());
  const watch = createRoomWatch({
    list: rooms.list,
    clock,
    told: (items) => {
      // The page knows its drafts, which can be long.
      emit('rooms.changed', { items: items.map((room) => ({ ...room, draft: '' })) });
      servers.announce();
    },
    failed: (error) => log.warn('rooms could not be listed', { code: refusalOf(error).code }),
  });
  opened.push(watch.close);
  const work = createWork({ emit, clock, log });
  opened.push(work.close);
  const choose = chooser(work, ports.shell, paths.downloads);
  const backups = createBackups({
    source: { profile: paths.profile, seed: identity.seed, history, secrets, now: clock.now },
    file: inProfile('backup.json'),
    ...{ work, clock, emit, log, choose, restart },
    isFresh: async () => settings.get().profile === null && (await history.rooms()).length === 0,
  });
  opened.push(backups.close);
  const computers = createComputers({
    ...{ history, rooms, settings, secrets, identity, clock, emit, restart, watch, log, shell: ports.shell },
    isOwnServer: (host) => embedded.isOwn(host),
    suggestedName: nameOfComputer(hostname()),
  });
  opened.push(computers.close);
  const wires = createWires({ openSocket, access: servers, clock, log });
  opened.push(wires.close);
  const network = whileUsed(() =>
    watchNetwork({
      clock,
      addresses: ports.addresses ?? ownAddresses,
      changed: (how) => {
        log.info('the network changed', { how });
        emit('network.changed', { how });
      },
    }),
  );
  opened.push(network.close);

  let deepLink: string | null = null;
  const route = createRouter(
    {
      ...appHandlers({
        ports,
        identity,
        settings,
        notices,
        embedded,
        emit,
        log,
        takeDeepLink: () => {
          const invite = deepLink;
          deepLink = null;
          return invite;
        },
      }),
      ...roomHandlers({
        ...{ rooms, watch, history, notices, files },
        rules: createRoomRules({ history, secrets, identity, log }),
      }),
      ...historyHandlers({ rooms, watch, history, notices, files, settings, emit, computers }),
      ...fileHandlers(files),
      ...recordingHandlers(recordings),
      ...liveHandlers(live),
      ...serverHandlers(servers),
      ...workHandlers({
        work,
        history,
        files,
        watch,
        shell: ports.shell,
        choose,
        now: clock.now,
        own: identity.deviceId,
      }),
      ...backupHandlers(backups),
      ...computerHandlers(computers),
      ...storageHandlers({ history, files, historyFile: inProfile('history.db') }),
    },
    log,
  );

  await rooms.signNames().catch((thrown: unknown) =>
    // The next start tries again; this device shows the name meanwhile.
    log.warn('the names of rooms could not be signed', { code: refusalOf(thrown).code }),
  );
  await watch.refresh();
  onGone((messages) => {
    emit('history.gone', { messages });
    watch.changed();
    files
      .forgetMessages(messages)
      .catch((thrown: unknown) =>
        log.warn('files of messages that are gone could not be removed', { code: refusalOf(thrown).code }),
      );
  });
  if (ports.serverProcess) await embedded.start(settings.get().hosting.lan);

  recordings.finishLeft();

  let closing: Promise<void> | undefined;
  const call = async (name: string, input: unknown, page: PageWires | null) => {
    if (closing) return refuse('cancelled');
    const outcome = await route(name, input, page);
    notices.watch(outcome);
    return outcome;
  };

  return {
    call: (name, input) => call(name, input, null),
    openPage(tell) {
      const page = wires.forPage((event, payload) => tell(event, payload));
      const stopUsing = network.use();
      let stopListening: (() => void) | undefined;
      return {
        call(name, input) {
          // Every page asks this at its start, when it hears events already.
          if (name === 'app.info') stopListening ??= notices.pageListens();
          return call(name, input, page);
        },
        close() {
          stopListening?.();
          stopUsing();
          page.closeAll();
          computers.endPage(page);
          recordings.endPage(page);
          live.endPage(page);
        },
      };
    },
    content: joinedContent(
      fileContent(files, log),
      recordingContent(recordings, log),
      ownBackground(inProfile('background.jpg'), log),
    ),
    subscribe: hub.subscribe,
    openDeepLink(text) {
      const read = readDeepLink(text);
      if (!read.ok) return notices.sayOnce(read.code, read.message);
      deepLink = read.value;
      emit('app.deep-link-arrived', { invite: read.value });
    },
    close() {
      closing ??= closeAll(opened);
      return closing;
    },
  };
}

/** The system's name for a computer, as far as it can be one here. */
function nameOfComputer(system: string): string {
  const name = ComputerName.safeParse(system.replace(/\.(?:local|lan|home)$/i, ''));
  return name.success ? name.data : 'Computer';
}

function makeProfile(profile: string): void {
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32') chmodSync(profile, 0o700);
  } catch (error) {
    throw asFileError(error);
  }
}
