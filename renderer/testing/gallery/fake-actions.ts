import { messageKey } from '@parley/shared/model';
import { accept, refuse } from '@parley/shared/protocol';
import type { StoreApi } from 'zustand/vanilla';
import type { Actions } from '../../stores/actions/actions.ts';
import type { AppState, OwnMedia } from '../../stores/state.ts';
import { movingPicture } from './moving-picture.ts';
import { sampleTimeline } from './samples/calls.ts';
import { inviteOn, sampleInvite } from './samples/invites.ts';
import { DEVICE_CODE } from './samples/people.ts';
import { sampleReceivers } from './samples/receivers.ts';
import { design, roomsAt } from './samples/rooms.ts';
import { foundCheck, sampleListedRooms, serverOf } from './samples/servers.ts';
import { sampleStorage } from './samples/storage.ts';

/** Actions that do just enough to move about in the gallery. */
export function createFakeActions(store: StoreApi<AppState>): Actions {
  const set = store.setState;
  const done = async () => ({ ok: true as const, value: null });
  const media = (change: (media: OwnMedia) => Partial<OwnMedia>) =>
    set(({ call }) => (call.at === 'joined' ? { call: { ...call, ...change(call) } } : {}));
  const preview = (change: { camera: boolean } | { microphone: boolean } | { quiet: boolean }) =>
    set(({ call }) => (call.at === 'preparing' ? { call: { ...call, preview: { ...call.preview, ...change } } } : {}));
  return {
    retryStart: () => set({ start: { at: 'starting', preparing: null } }),
    setName: done,
    changeSettings: async (change) => {
      const { appearance, processing, network } = change;
      const uplinkMaxKbps = network?.uplinkMaxKbps;
      if (uplinkMaxKbps !== undefined)
        set(({ settings }) => ({ settings: { ...settings, network: { uplinkMaxKbps } } }));
      if (processing) {
        const { noise, music, background, pictureAt } = processing;
        const usual = store.getState().settings.processing;
        const next = {
          noise: noise ?? usual.noise,
          music: music ?? usual.music,
          background: background ?? usual.background,
          pictureAt: pictureAt === undefined ? usual.pictureAt : pictureAt,
        };
        set(({ settings }) => ({ settings: { ...settings, processing: next } }));
      }
      if (appearance?.theme) {
        const next = appearance.theme;
        set(({ settings }) => ({ settings: { ...settings, appearance: { theme: next } } }));
      }
      return { ok: true, value: null };
    },
    doNotDisturb: async (how) => {
      set({ quiet: how === 'off' ? null : { why: 'do-not-disturb', until: null } });
      return accept(null);
    },
    emojiUsed: () => undefined,
    forward: done,
    startSelecting: (item) => set({ selection: { roomId: item.roomId, items: [item] } }),
    toggleSelected: () => undefined,
    stopSelecting: () => set({ selection: null }),
    deleteSelected: done,
    startForwarding: (forwarding) => set({ forwarding }),
    stopForwarding: () => set({ forwarding: null }),
    forwardTo: done,
    chooseBackground: async () => refuse('picture-unsuitable'),
    removeBackground: async () => {
      set(({ settings }) => ({
        settings: { ...settings, processing: { ...settings.processing, background: 'blur', pictureAt: null } },
      }));
      return accept(null);
    },
    allowLan: done,
    goHome: () => set({ screen: { at: 'home' } }),
    openRoom: (roomId, panel = 'none') => set({ screen: { at: 'room', roomId, panel, focusMessage: null } }),
    openPanel: (panel) => set(({ screen: now }) => (now.at === 'room' ? { screen: { ...now, panel } } : {})),
    openLobby: (invite = '') => set({ screen: { at: 'lobby', invite, reading: { at: 'empty' } } }),
    openSettings: (section = 'general') => set({ screen: { at: 'settings', section } }),
    createRoom: async () => ({ ok: true, value: design }),
    readInvite: (invite) => set({ screen: { at: 'lobby', invite, reading: { at: 'reading' } } }),
    joinByInvite: async () => ({ ok: true, value: design }),
    renameRoom: done,
    deleteRoom: done,
    keepMessages: done,
    setTimer: done,
    inviteOf: async (roomId) => {
      const { rooms, server } = store.getState();
      const host = rooms.find((room) => room.roomId === roomId)?.host ?? '';
      const lan = server.at === 'running' && server.host === host ? server.lanHosts[0]?.host : undefined;
      return accept(inviteOn(lan ?? host));
    },
    copyText: done,
    startTakingIn: done,
    confirmComputer: () => undefined,
    stopTakingIn: () => undefined,
    removeComputer: done,
    leaveComputers: done,
    startComingIn: done,
    confirmComingIn: () => undefined,
    stopComingIn: () => undefined,
    readServer: async () => accept({ host: 'talk.orchard.example', hasToken: false, known: false }),
    checkServer: async () =>
      accept({ host: 'talk.orchard.example', check: foundCheck({ access: 'password', checkedAt: Date.now() }) }),
    addServer: async ({ name }) => {
      const server = serverOf('talk.orchard.example', { name: name || null, check: foundCheck() });
      set(({ servers }) => ({ servers: [...servers, server] }));
      return accept(server);
    },
    renameServer: done,
    authorizeServer: done,
    removeServer: async (host) => {
      set(({ servers }) => ({ servers: servers.filter((server) => server.host !== host) }));
      return accept(null);
    },
    chooseHomeServer: async (homeServer) => {
      set(({ settings }) => ({ settings: { ...settings, homeServer } }));
      return accept(null);
    },
    openListedRooms: (host) =>
      set({
        screen: { at: 'listed-rooms', host },
        listedRooms: { host, search: '', items: sampleListedRooms, total: 5, cursor: null, load: { at: 'done' } },
      }),
    searchListedRooms: (search) =>
      set(({ listedRooms }) => ({ listedRooms: listedRooms ? { ...listedRooms, search } : null })),
    moreListedRooms: () => undefined,
    reloadListedRooms: () => undefined,
    joinListedRoom: async () => accept(design),
    publishRoom: done,
    withdrawRoom: done,
    retryConnection: () => undefined,
    openScanner: async () =>
      accept({ stream: movingPicture(165, 'person', 1_280, 720), watch: () => undefined, close: () => undefined }),
    readQrPicture: async () => accept(sampleInvite),
    prepareCall: (roomId) => set({ screen: { at: 'pre-join', roomId, answering: null } }),
    setPreviewCamera: (camera) => preview({ camera }),
    setPreviewMicrophone: (microphone) => preview({ microphone }),
    setPreviewQuiet: (quiet) => preview({ quiet }),
    cancelPrepare: () => set({ screen: { at: 'home' }, call: { at: 'none' } }),
    joinCall: done,
    declineCall: () => undefined,
    silenceRing: () => undefined,
    showViews: () => undefined,
    showConnections: (sess) => set({ inspecting: { sess } }),
    hideConnections: () => set({ inspecting: null }),
    startRecording: () => set({ callRecording: { at: 'running', since: performance.now(), sizeBytes: 0 } }),
    stopRecording: () => set({ callRecording: null }),
    takePicture: () => undefined,
    showRecording: () => undefined,
    startLive: (address) =>
      address.startsWith('https://') ? accept(null) : refuse('live-address-invalid', { path: 'address' }),
    stopLive: () => set({ callLive: null }),
    ownTimeline: () => sampleTimeline,
    timelineOf: async () => accept(sampleTimeline),
    saveText: () => undefined,
    startPathTest: () => set({ pathTest: { at: 'running', step: 'way-out' } }),
    stopPathTest: () => set({ pathTest: { at: 'none' } }),
    leaveCall: () => set({ call: { at: 'none' } }),
    tryStrongAgain: () => set({ noiseFellBack: false }),
    toggleMicrophone: () => media(({ microphone }) => ({ microphone: microphone === 'live' ? 'muted' : 'live' })),
    toggleCamera: () => media(({ camera }) => ({ camera: !camera })),
    toggleScreen: () => media(({ screen: shared }) => ({ screen: !shared })),
    toggleHand: () => media(({ hand }) => ({ hand: !hand })),
    reactInCall: (emoji) => media(({ reaction }) => ({ reaction: { emoji, turn: (reaction?.turn ?? 0) + 1 } })),
    holdToTalk: (on) => media(() => ({ microphone: on ? 'live' : 'muted' })),
    chooseCamera: () => undefined,
    chooseMicrophone: () => undefined,
    chooseSpeaker: () => undefined,
    changeForOneself: () => undefined,
    onMicrophoneLevel: (listener) => {
      listener(0.46);
      return () => undefined;
    },
    sendMessage: done,
    takeBack: () => set({ unstored: {} }),
    setDraft: (roomId, text) => set(({ drafts }) => ({ drafts: { ...drafts, [roomId]: { text, refusal: null } } })),
    startReply: (roomId, of) => set({ composing: { [roomId]: { kind: 'reply', of } } }),
    startEdit: (roomId, of) => set({ composing: { [roomId]: { kind: 'edit', of, text: of.text } } }),
    startEditLast: () => false,
    setEdited: () => undefined,
    stopComposing: () => set({ composing: {} }),
    saveEdit: done,
    deleteMessage: done,
    receiversOf: async () => accept(sampleReceivers(Date.now())),
    react: done,
    loadOlder: () => undefined,
    loadNewer: () => undefined,
    loadNewest: () => undefined,
    loadOldest: () => undefined,
    goToUnread: () => undefined,
    setPlace: () => undefined,
    arrived: () => undefined,
    markSeen: () => undefined,
    markAllSeen: () => undefined,
    goToTime: () => undefined,
    jumpTo: (roomId, message) =>
      set({ screen: { at: 'room', roomId, panel: 'none', focusMessage: messageKey(message) } }),
    openLink: () => undefined,
    openSearch: () => set(({ search }) => ({ search: { ...search, open: true } })),
    closeSearch: () => set(({ search }) => ({ search: { ...search, open: false } })),
    search: (query) => set(({ search }) => ({ search: { ...search, query } })),
    filterSearch: (change) =>
      set(({ search }) => ({ search: { ...search, filters: { ...search.filters, ...change } } })),
    orderSearch: (order) => set(({ search }) => ({ search: { ...search, order } })),
    searchMore: () => undefined,
    offerFiles: () => undefined,
    acceptFiles: () => undefined,
    fileAction: () => undefined,
    learnFile: () => undefined,
    startVoice: (roomId, held) => set({ recording: { roomId, at: 'recording', held, elapsedMs: 7_400, level: 0.6 } }),
    lockVoice: () => undefined,
    releaseVoice: () => undefined,
    sendVoice: done,
    keepVoice: () => undefined,
    discardVoice: () => set({ recording: null }),
    sendKeptVoice: done,
    discardKeptVoice: () => undefined,
    playVoice: ({ fileId }) => set({ playing: { fileId, at: 'playing', positionMs: 12_000 } }),
    pauseVoice: () => set({ playing: null }),
    seekVoice: () => undefined,
    setVoiceSpeed: (voiceSpeed) => set({ voiceSpeed }),
    chooseFileAgain: () => undefined,
    refuseFiles: () => undefined,
    readStorage: async () => accept(sampleStorage(roomsAt(Date.now()))),
    readBackups: async () => accept(store.getState().backups),
    newPhrase: async () =>
      accept({
        words: 'orbit lemon velvet canyon bridge sunny marble acoustic ladder window otter fabric'.split(' '),
        asked: [3, 8],
      }),
    confirmPhrase: async () => accept(store.getState().backups),
    makeBackup: done,
    changeBackups: async () => accept(store.getState().backups),
    chooseBackupFolder: async () => accept(store.getState().backups),
    turnBackupsOff: async () => accept(store.getState().backups),
    chooseBackup: async () => accept({ name: 'Parley 2026-11-29.parley-backup' }),
    restoreBackup: done,
    exportRooms: done,
    importRooms: done,
    cancelWork: () => set({ work: { at: 'idle' } }),
    dismissWork: () => set({ work: { at: 'idle' } }),
    showExport: () => undefined,
    freeStorage: async () => accept({ freedBytes: 1_310_000_000 }),
    setVerified: done,
    deviceCodeWith: async () => DEVICE_CODE,
    acceptPerson: done,
    blockPerson: done,
    lockRoom: done,
    letIn: done,
    notNow: () => undefined,
    blockKnock: done,
    removePerson: done,
    letBack: done,
    setModerator: done,
    stopAsking: async () => undefined,
    askAgain: async () => undefined,
    openPeople: () => set({ screen: { at: 'people' } }),
    invitePerson: done,
    dismissInvitation: () => set({ invitations: [] }),
    unblockPerson: async (deviceId) => {
      set(({ blocked }) => ({ blocked: blocked.filter(({ person }) => person !== deviceId) }));
      return accept(null);
    },
    dismissNotice: (id) => set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
  };
}
