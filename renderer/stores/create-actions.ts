import {
  ChatText,
  type MessageKey,
  messageKey,
  profileFromName,
  type Room,
  RoomName,
  type SettingsChange,
} from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import type { Actions } from './actions.ts';
import type { AppStore } from './app-store.ts';
import type { Calls } from './calls.ts';
import type { Chats } from './chats.ts';
import { mayConnect, rememberGoTo } from './go-to.ts';
import type { Notices } from './notices.ts';
import type { AppPorts } from './ports.ts';
import type { Reach } from './reach.ts';
import type { Searches } from './searches.ts';
import type { Panel, Screen } from './state.ts';

export type ActionParts = {
  ports: AppPorts;
  chats: Chats;
  /** Absent until the start succeeded. */
  running: () => { reach: Reach; calls: Calls } | undefined;
  searches: Searches;
  notices: Notices;
  restart: () => void;
};

/** Everything a person can do, over the parts that do it. */
export function createActions(store: AppStore, parts: ActionParts): Actions {
  const { ports, chats, searches, notices, running } = parts;
  const { bridge, page, clock } = ports;
  const seenUpTo = new Map<RoomId, MessageKey>();
  let readings = 0;

  const session = (roomId: RoomId) => running()?.reach.get(roomId);
  const calls = () => running()?.calls;

  /** Every way off the pre-join screen lets the devices go. */
  const go = (screen: Screen) => {
    if (screen.at !== 'pre-join') calls()?.cancel();
    store.setState({ screen });
  };

  const tell = <T>(outcome: Outcome<T>): Outcome<T> => {
    if (!outcome.ok) notices.refused(outcome);
    return outcome;
  };

  const putRoom = (room: Room) =>
    store.setState(({ rooms }) => ({
      rooms: rooms.some(({ roomId }) => roomId === room.roomId)
        ? rooms.map((each) => (each.roomId === room.roomId ? room : each))
        : [room, ...rooms],
    }));

  /** Opens a room that was just made or joined; loads the page anew where its policy does not know the server. */
  const enter = async (room: Room, at: 'room' | 'pre-join'): Promise<Outcome<RoomId>> => {
    const { roomId } = room;
    putRoom(room);
    if (!mayConnect(page, room.host)) {
      if (store.getState().call.at === 'joined') {
        const message = 'The room was added. Leave the call to connect to its server.';
        notices.say('info', message);
        return refuse('not-allowed', { message });
      }
      rememberGoTo(page, { at, roomId });
      page.reload();
      return accept(roomId);
    }
    await running()?.reach.sync();
    if (at === 'pre-join') actions.prepareCall(roomId);
    else actions.openRoom(roomId);
    return accept(roomId);
  };

  const changeSettings = async (change: SettingsChange) => {
    const changed = await bridge.call('settings.change', change);
    if (changed.ok) store.setState({ settings: changed.value });
    return tell(changed);
  };

  const actions: Actions = {
    retryStart: () => parts.restart(),
    async setName(name) {
      let profile: ReturnType<typeof profileFromName>;
      try {
        profile = profileFromName(name);
      } catch {
        return refuse('display-name-invalid', { path: 'profile' });
      }
      const changed = await changeSettings({ profile });
      if (!changed.ok) return changed;
      if (store.getState().screen.at === 'welcome') store.setState({ screen: { at: 'home' } });
      await running()?.reach.sync();
      for (const each of running()?.reach.all() ?? []) each.refreshPresence();
      return changed;
    },
    changeSettings,
    async allowLan(allow) {
      const allowed = await bridge.call('server.allow-lan', { allow });
      if (allowed.ok) store.setState({ server: allowed.value });
      return tell(allowed);
    },

    goHome: () => go({ at: 'home' }),
    openRoom(roomId, panel = 'none') {
      go({ at: 'room', roomId, panel, focusMessage: null });
      void chats.loadFirst(roomId).then(() => chats.markNew(roomId));
    },
    openPanel(panel: Panel) {
      const { screen } = store.getState();
      if (screen.at === 'room') store.setState({ screen: { ...screen, panel } });
    },
    openLobby(invite = '') {
      go({ at: 'lobby', invite, reading: { at: 'empty' } });
      actions.readInvite(invite);
    },
    openSettings() {
      go({ at: 'settings' });
      void calls()?.devices.refreshLists();
    },

    async createRoom(name) {
      const parsed = RoomName.safeParse(name);
      if (!parsed.success) return refuse('room-name-invalid', { path: 'name' });
      const created = await bridge.call('rooms.create', { name: parsed.data });
      return created.ok ? enter(created.value, 'pre-join') : created;
    },
    readInvite(invite) {
      const mine = ++readings;
      const show = (reading: Extract<Screen, { at: 'lobby' }>['reading']) => {
        if (mine === readings && store.getState().screen.at === 'lobby') {
          store.setState({ screen: { at: 'lobby', invite, reading } });
        }
      };
      if (invite.trim() === '') return show({ at: 'empty' });
      show({ at: 'reading' });
      void bridge.call('rooms.read-invite', { invite: invite.trim().slice(0, 2_048) }).then((read) => {
        if (!read.ok) return show({ at: 'refused', refusal: read });
        const { host, needsPassphrase, roomId } = read.value;
        show({ at: 'ready', host, needsPassphrase: needsPassphrase && roomId === null, known: roomId !== null });
      });
    },
    async joinByInvite(invite, passphrase) {
      const trimmed = invite.trim();
      const { screen } = store.getState();
      const read = await bridge.call('rooms.read-invite', { invite: trimmed.slice(0, 2_048) });
      if (!read.ok) return read;
      const { roomId } = read.value;
      if (roomId !== null) {
        actions.openRoom(roomId);
        return accept(roomId);
      }
      if (read.value.needsPassphrase && !passphrase) return refuse('invite-passphrase', { path: 'passphrase' });
      if (screen.at === 'lobby') store.setState({ screen: { ...screen, reading: { at: 'joining' } } });
      const added = await bridge.call('rooms.add', {
        invite: trimmed,
        ...(read.value.needsPassphrase && passphrase ? { passphrase } : {}),
      });
      if (added.ok) return enter(added.value, 'room');
      if (screen.at === 'lobby') actions.readInvite(invite);
      return added;
    },
    async renameRoom(roomId, name) {
      const parsed = RoomName.safeParse(name);
      if (!parsed.success) return refuse('room-name-invalid', { path: 'name' });
      const renamed = await bridge.call('rooms.rename', { roomId, name: parsed.data, renamedAt: clock.now() });
      if (!renamed.ok) return tell(renamed);
      putRoom(renamed.value);
      session(roomId)?.refreshPresence();
      return renamed;
    },
    async deleteRoom(roomId) {
      const { call, screen } = store.getState();
      if (call.at === 'joined' && call.roomId === roomId) calls()?.leave();
      const deleted = await bridge.call('rooms.delete', { roomId });
      if (!deleted.ok) return tell(deleted);
      store.setState(({ rooms }) => ({ rooms: rooms.filter((room) => room.roomId !== roomId) }));
      if ('roomId' in screen && screen.roomId === roomId) actions.goHome();
      await running()?.reach.sync();
      chats.forget(roomId);
      return deleted;
    },
    async inviteOf(roomId) {
      const keyring = await bridge.call('rooms.keyring', { roomId });
      return keyring.ok ? accept(keyring.value.invite) : tell(keyring);
    },
    async copyText(text) {
      try {
        await ports.writeClipboard(text);
        return accept(undefined);
      } catch {
        return tell(
          refuse('not-allowed', { message: 'The clipboard could not be used. Select the text and copy it.' }),
        );
      }
    },
    retryConnection: (roomId) => session(roomId)?.retry(),

    prepareCall(roomId) {
      const prepared = tell(calls()?.prepare(roomId) ?? refuse('room-unknown'));
      const { call, reach } = store.getState();
      if (!prepared.ok) return;
      if (call.at === 'joined') actions.openRoom(roomId);
      else go({ at: 'pre-join', roomId, answering: reach[roomId]?.call?.callId ?? null });
    },
    setPreviewCamera: (on) => calls()?.setPreviewCamera(on),
    setPreviewMicrophone: (on) => calls()?.setPreviewMicrophone(on),
    cancelPrepare() {
      const { screen } = store.getState();
      if (screen.at === 'pre-join') actions.openRoom(screen.roomId);
      else calls()?.cancel();
    },
    async joinCall() {
      const joined = calls()?.join() ?? refuse('not-allowed');
      if (joined.ok) actions.openRoom(joined.value);
      return tell(joined);
    },
    declineCall: (roomId) => session(roomId)?.declineCall(),
    leaveCall: () => calls()?.leave(),
    toggleMicrophone: () => calls()?.toggleMicrophone(),
    toggleCamera: () => calls()?.toggleCamera(),
    toggleScreen: () => void calls()?.toggleScreen(),
    toggleHand: () => calls()?.toggleHand(),
    chooseCamera(id) {
      void changeSettings({ devices: { cameraId: id } });
      void calls()?.devices.chooseCamera(id);
    },
    chooseMicrophone(id) {
      void changeSettings({ devices: { microphoneId: id } });
      void calls()?.devices.chooseMicrophone(id);
    },
    chooseSpeaker: (id) => void changeSettings({ devices: { speakerId: id } }),
    setVolume: (deviceId, volume) => running()?.reach.setVolume(deviceId, volume),
    onMicrophoneLevel: (listener) => calls()?.devices.on('level', listener) ?? (() => {}),

    async sendMessage(roomId, text) {
      const parsed = ChatText.safeParse(text);
      const room = session(roomId);
      const outcome = !parsed.success
        ? refuse('message-invalid', { path: 'text' })
        : !room
          ? refuse('room-unknown')
          : await room.sendMessage(parsed.data, (item) => chats.add(roomId, [item]));
      chats.setSendRefusal(roomId, outcome.ok ? null : outcome);
      if (!outcome.ok) return outcome;
      // Only what was sent goes away: the person may have typed on.
      if (store.getState().chats[roomId]?.draft === text) chats.setDraft(roomId, '');
      if (store.getState().chats[roomId]?.detached) await chats.loadNewest(roomId);
      return outcome;
    },
    setDraft(roomId, draft) {
      chats.setDraft(roomId, draft.slice(0, 4_000));
      if (draft.trim() !== '') session(roomId)?.typing();
    },
    loadOlder: (roomId) => void chats.loadOlder(roomId),
    loadNewest(roomId) {
      const { screen } = store.getState();
      if (screen.at === 'room' && screen.roomId === roomId)
        store.setState({ screen: { ...screen, focusMessage: null } });
      void chats.loadNewest(roomId);
    },
    markSeen(roomId, upTo) {
      const key = messageKey(upTo);
      if (seenUpTo.get(roomId) === key) return;
      seenUpTo.set(roomId, key);
      void session(roomId)
        ?.markSeen(upTo)
        .then((marked) => {
          if (marked.ok) chats.seen(roomId, upTo);
          else seenUpTo.delete(roomId);
        });
    },
    jumpTo(roomId, message) {
      searches.close();
      go({ at: 'room', roomId, panel: 'chat', focusMessage: null });
      const key = messageKey(message);
      const loaded = store.getState().chats[roomId]?.items.some((item) => messageKey(item) === key);
      const ready = loaded ? Promise.resolve(true) : chats.loadAround(roomId, message);
      void ready.then((found) => {
        const { screen } = store.getState();
        if (found && screen.at === 'room' && screen.roomId === roomId) {
          store.setState({ screen: { ...screen, focusMessage: key } });
        }
      });
    },
    openLink(url) {
      void bridge.call('app.open-external', { url }).then((opened) => {
        if (!opened.ok && opened.code !== 'cancelled') notices.refused(opened);
      });
    },

    openSearch: () => searches.open(),
    closeSearch: () => searches.close(),
    search: (query) => searches.search(query),
    searchMore: () => void searches.more(),

    async setVerified(deviceId, verified) {
      const standing = await bridge.call('peers.verify', { deviceId, verified });
      if (!standing.ok) return tell(standing);
      for (const each of running()?.reach.all() ?? []) each.setStanding(deviceId, standing.value.standing);
      return standing;
    },

    dismissNotice: (id) => notices.dismiss(id),
  };
  return actions;
}
