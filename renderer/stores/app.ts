import { type RoomId, refusalOf, unwrap } from '@parley/shared/protocol';
import { countedClock } from '../clock.ts';
import type { Logs } from '../log.ts';
import { LocalFiles } from '../session/files/local-files.ts';
import type { Actions } from './actions/actions.ts';
import { createActions } from './actions/create-actions.ts';
import { markListed } from './actions/listing-changes.ts';
import { type AppStore, createAppStore } from './app-store.ts';
import { browserPorts } from './browser-ports.ts';
import { createCallMixing } from './call-mixing.ts';
import { createCallRecordings } from './call-recordings.ts';
import { createCallTimelines } from './call-timelines.ts';
import { type Calls, createCalls } from './calls.ts';
import { createChats } from './chats.ts';
import { createDrafts } from './drafts.ts';
import { createEvenedVoices } from './evened-voices.ts';
import { firstAnswer } from './first-answer.ts';
import { createGaps } from './gaps.ts';
import { createListedRooms } from './listed-rooms.ts';
import { createLiveCalls } from './live-calls.ts';
import { createNotices } from './notices.ts';
import { createPathTests } from './path-tests.ts';
import type { AppPorts } from './ports.ts';
import { followQuiet } from './quiet.ts';
import { createReach, type Reach } from './reach.ts';
import { soundRings } from './rings.ts';
import { createRoomChanges } from './room-changes.ts';
import { createSearches } from './searches.ts';
import type { AppState } from './state.ts';
import { createVoices } from './voices.ts';

export type App = { store: AppStore; actions: Actions; log: Logs; close(): Promise<void> };

/**
 * Puts the app together and starts it: reads what the core knows, then becomes reachable in every room. The start
 * shows in the state; a failed one can be tried again. `close` leaves all rooms and stops everything.
 */
export function createApp(given: AppPorts = browserPorts(window)): App {
  const clock = countedClock(given.clock);
  const ports: AppPorts = { ...given, clock };
  const { bridge } = ports;
  const store = createAppStore();
  const notices = createNotices(store);
  const chats = createChats(store, bridge);
  const gaps = createGaps(store, bridge, clock);
  const roomChanges = createRoomChanges(store, bridge, clock);
  const drafts = createDrafts(store, bridge, clock);
  const localFiles = new LocalFiles(ports.fileUrls);
  const searches = createSearches(store, bridge, clock);
  const listedRooms = createListedRooms({
    store,
    roomLists: ports.roomLists,
    clock,
    onFound: (roomId) => void markListed({ ports, store }, roomId, true),
  });
  const voices = createVoices({ store, ports, notices });
  let running: { reach: Reach; calls: Calls } | undefined;
  const mixing = createCallMixing({ store, ports, running: () => running });
  const callRecordings = createCallRecordings({ store, ports, running: () => running, notices, mixing });
  const callTimelines = createCallTimelines({ store, ports, chats });
  const liveCalls = createLiveCalls({ store, ports, running: () => running, notices, mixing });
  const evenedVoices = createEvenedVoices(store, ports);
  const pathTests = createPathTests({
    store,
    ports,
    iceServers: (roomId) => running?.reach.get(roomId)?.iceServers() ?? [],
  });
  let closed = false;
  /** The rooms that the core told last: one that was made here is in the state before. */
  let toldRooms: ReadonlySet<RoomId> = new Set();

  const actions = createActions(store, {
    ports,
    chats,
    gaps,
    roomChanges,
    drafts,
    searches,
    listedRooms,
    localFiles,
    notices,
    voices,
    pathTests,
    mixing,
    callRecordings,
    callTimelines,
    liveCalls,
    running: () => running,
    restart: () => void start(),
  });

  /**
   * A link fills in the lobby and joins nothing by itself. Until the person has a name the core keeps it, also for a page that is
   * loaded anew.
   */
  const openWaitingLink = async () => {
    if (!store.getState().settings.profile) return;
    const link = await bridge.call('app.take-deep-link', {});
    if (link.ok && link.value.invite !== null) actions.openLobby(link.value.invite);
  };

  const takeBlocks = (blocked: AppState['blocked']) => {
    const devices = new Set(blocked.flatMap((each) => each.devices));
    store.setState(({ met, invitations }) => ({
      blocked,
      met: met?.filter((each) => !each.devices.some((device) => devices.has(device))) ?? null,
      invitations: invitations.filter(({ deviceId }) => !devices.has(deviceId)),
    }));
    for (const session of running?.reach.all() ?? []) session.refreshBlocks();
    void running?.reach.sync();
  };

  const undos = [
    store.subscribe(({ call }, before) => {
      if ((call.at === 'joined') === (before.call.at === 'joined')) return;
      // In the other rooms this person is busy, or no longer.
      for (const session of running?.reach.all() ?? []) session.refreshPresence();
      // A session that waited for the end of the call is opened anew.
      if (call.at !== 'joined') void running?.reach.sync();
    }),
    followQuiet(store, clock),
    soundRings(store, ports.ringTone),
    store.subscribe((state, before) => {
      if (before.screen.at === 'welcome' && state.screen.at !== 'welcome') queueMicrotask(() => void openWaitingLink());
    }),
    bridge.on('settings.changed', (settings) => {
      store.setState({ settings });
      for (const session of running?.reach.all() ?? []) session.refreshPresence();
      running?.reach.tellOwnComputers();
    }),
    bridge.on('rooms.changed', ({ items }) => {
      store.setState({ rooms: items });
      // A room that came concerns this person's other computers, on whichever room they are linked.
      const isNew = items.some(({ roomId }) => !toldRooms.has(roomId));
      toldRooms = new Set(items.map(({ roomId }) => roomId));
      if (isNew) running?.reach.tellOwnComputers();
      void running?.reach.sync();
    }),
    bridge.on('peers.changed', (peer) => {
      chats.named(peer);
      gaps.named(peer);
      roomChanges.named(peer);
      searches.named(peer);
    }),
    bridge.on('peers.blocks-changed', ({ items }) => takeBlocks(items)),
    bridge.on('history.gone', ({ messages }) => {
      for (const [roomId, gone] of Map.groupBy(messages, (each) => each.roomId)) {
        chats.remove(roomId, gone);
        void running?.reach.get(roomId)?.files.forget(gone);
      }
    }),
    bridge.on('server.changed', (server) => store.setState({ server })),
    bridge.on('servers.changed', ({ items }) => {
      store.setState({ servers: items });
      void running?.reach.sync();
    }),
    ports.signaling.onChange(({ host, connection }) =>
      store.setState(({ serverConnections }) => ({ serverConnections: { ...serverConnections, [host]: connection } })),
    ),
    bridge.on('app.deep-link-arrived', () => void openWaitingLink()),
    bridge.on('backup.changed', (backups) => store.setState({ backups })),
    bridge.on('app.preparing', (preparing) => {
      if (store.getState().start.at === 'starting') store.setState({ start: { at: 'starting', preparing } });
    }),
    bridge.on('computers.changed', ({ changed, ...computers }) => {
      // First of all: sessions go by it.
      store.setState({ computers });
      for (const session of running?.reach.all() ?? []) session.refreshComputers(changed);
      // A computer that came to somebody who is blocked is blocked as well.
      if (store.getState().blocked.length > 0)
        void bridge.call('peers.blocked', {}).then((blocked) => blocked.ok && takeBlocks(blocked.value.items));
      // A computer that came has not heard of this person's name and rooms yet.
      if (changed.devices.includes(computers.device)) running?.reach.tellOwnComputers();
    }),
    bridge.on('network.changed', ({ how }) => {
      // The server first: what the links say next goes through it.
      ports.signaling.networkChanged(how);
      for (const session of running?.reach.all() ?? []) session.networkChanged(how);
    }),
    bridge.on('app.restarted', () => {
      // The page asks before it is left in the middle of a call; this call ends in any case.
      running?.calls.leave();
      ports.reload();
    }),
    bridge.on('work.changed', (work) => store.setState({ work })),
    bridge.on('app.noticed', ({ code, message }) => notices.say('trouble', message, code)),
  ];

  const isPreparing = () => {
    const { start: now } = store.getState();
    return !closed && now.at === 'starting' && now.preparing !== null;
  };
  async function start(): Promise<void> {
    if (running || closed) return;
    store.setState({ start: { at: 'starting', preparing: null } });
    try {
      const info = unwrap(await firstAnswer(bridge, isPreparing));
      const [settings, rooms, server, servers, work, computers, blocked, certificate] = await Promise.all([
        bridge.call('settings.get', {}).then(unwrap),
        bridge.call('rooms.list', {}).then(unwrap),
        bridge.call('server.state', {}).then(unwrap),
        bridge.call('servers.list', {}).then(unwrap),
        bridge.call('work.state', {}).then(unwrap),
        bridge.call('computers.state', {}).then(unwrap),
        bridge.call('peers.blocked', {}).then(unwrap),
        // Before anything is joined, because its fingerprint is signed into every hello.
        ports.makeCertificate(),
      ]);
      if (closed) return;
      const reach = createReach({ store, ports, certificate, chats, gaps, roomChanges, notices, localFiles });
      const calls = createCalls({ store, ports, reach, notices });
      reach.onChange((roomId, now) => calls.roomChanged(roomId, now));
      running = { reach, calls };
      store.setState({
        start: { at: 'ready' },
        info,
        settings,
        rooms: rooms.items,
        server,
        servers: servers.items,
        work,
        computers,
        blocked: blocked.items,
        screen: settings.profile ? { at: 'home' } : { at: 'welcome' },
      });
      // This page may have been loaded anew while the computer asked to be somebody's: nobody goes on with that.
      if (!settings.profile) void bridge.call('computers.stop-getting', {});
      toldRooms = new Set(rooms.items.map(({ roomId }) => roomId));
      for (const room of rooms.items) if (room.draft !== '') drafts.restore(room.roomId, room.draft);
      for (const { code, message } of info.notices) notices.say('trouble', message, code);
      await openWaitingLink();
      await running.reach.sync();
    } catch (error) {
      store.setState({ start: { at: 'failed', refusal: refusalOf(error) } });
    }
  }

  void start();

  return {
    store,
    actions,
    log: ports.log,
    async close() {
      if (closed) return;
      closed = true;
      for (const undo of undos) undo();
      searches.close();
      listedRooms.close();
      voices.close();
      pathTests.close();
      evenedVoices.close();
      liveCalls.close();
      actions.stopTakingIn();
      actions.stopComingIn();
      running?.calls.leave();
      running?.calls.close();
      await Promise.all([drafts.close(), callRecordings.close(), callTimelines.close(), running?.reach.close()]);
      mixing.close();
      ports.signaling.close();
      clock.stopAll();
      await ports.log.flush();
    },
  };
}
