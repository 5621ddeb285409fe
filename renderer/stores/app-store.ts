import { NO_RULES, usualSettings } from '@parley/shared/model';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AppState, ChatState, OwnCall, RoomReach, SearchState } from './state.ts';

export type AppStore = StoreApi<AppState>;

export const NO_CALL: OwnCall = { at: 'none' };
export const NO_SEARCH: SearchState = {
  open: false,
  query: '',
  filters: { roomId: null, author: null, kind: null, from: null, until: null },
  order: 'newest',
  people: [],
  at: 'idle',
  hits: [],
  total: 0,
  next: null,
};
export const UNREACHED: RoomReach = {
  connection: { at: 'offline' },
  participants: [],
  call: null,
  ringing: null,
  troubles: [],
  rules: NO_RULES,
  knocks: [],
  door: { at: 'open' },
  apart: [],
};
export const EMPTY_CHAT: ChatState = {
  items: [],
  total: 0,
  hasOlder: false,
  hasNewer: false,
  loading: 'none',
  failure: null,
  newFrom: null,
  place: null,
  goTo: null,
};

/** A store as it is before anything is known. Each app, and each test, makes its own. */
export const createAppStore = (): AppStore =>
  createStore<AppState>()(() => ({
    start: { at: 'starting', preparing: null },
    info: null,
    settings: usualSettings,
    server: { at: 'off' },
    servers: [],
    serverConnections: {},
    rooms: [],
    screen: { at: 'home' },
    reach: {},
    call: NO_CALL,
    evenedVoices: {},
    noiseFellBack: false,
    callRecording: null,
    callLive: null,
    linkRecords: {},
    pathTest: { at: 'none' },
    inspecting: null,
    quiet: null,
    silencedRooms: [],
    chats: {},
    gaps: {},
    roomChanges: {},
    drafts: {},
    composing: {},
    unstored: {},
    selection: null,
    forwarding: null,
    files: {},
    preparing: [],
    recording: null,
    sendingVoices: [],
    playing: null,
    voiceSpeed: 1,
    search: NO_SEARCH,
    listedRooms: null,
    devices: { cameras: [], microphones: [], speakers: [] },
    work: { at: 'idle' },
    backups: { at: 'off' },
    computers: null,
    blocked: [],
    met: null,
    metTrouble: null,
    invitations: [],
    takingIn: null,
    comingIn: null,
    notices: [],
  }));
