import type { MessageRef, SettingsChange } from '@parley/shared/model';
import type { DeviceId, Outcome, RoomId } from '@parley/shared/protocol';
import type { Panel } from './state.ts';

/**
 * Everything a person can do. None of these throws; what went wrong shows in the state (a notice, a refusal
 * beside the field) and, where a form waits for it, in the outcome.
 */
export interface Actions {
  // Start and name
  retryStart: () => void;
  /** The one name a person types; becomes username or display name. */
  setName: (name: string) => Promise<Outcome<unknown>>;
  changeSettings: (change: SettingsChange) => Promise<Outcome<unknown>>;
  allowLan: (allow: boolean) => Promise<Outcome<unknown>>;

  // Moving around
  goHome: () => void;
  openRoom: (roomId: RoomId, panel?: Panel) => void;
  openPanel: (panel: Panel) => void;
  openLobby: (invite?: string) => void;
  openSettings: () => void;

  // Rooms
  /** Makes a room, enters it and opens the pre-join screen. */
  createRoom: (name: string) => Promise<Outcome<RoomId>>;
  /** Reads what was pasted while the person types. */
  readInvite: (invite: string) => void;
  joinByInvite: (invite: string, passphrase?: string) => Promise<Outcome<RoomId>>;
  renameRoom: (roomId: RoomId, name: string) => Promise<Outcome<unknown>>;
  deleteRoom: (roomId: RoomId) => Promise<Outcome<unknown>>;
  /** The room's invite, for copying. With LAN hosting on it names an address that others can reach. */
  inviteOf: (roomId: RoomId) => Promise<Outcome<string>>;
  copyText: (text: string) => Promise<Outcome<unknown>>;
  retryConnection: (roomId: RoomId) => void;

  // Call
  /** Opens the pre-join screen: to start a call, or to answer the one that runs. */
  prepareCall: (roomId: RoomId) => void;
  setPreviewCamera: (on: boolean) => void;
  setPreviewMicrophone: (on: boolean) => void;
  cancelPrepare: () => void;
  /** Starts or joins with what the pre-join screen shows. */
  joinCall: () => Promise<Outcome<unknown>>;
  declineCall: (roomId: RoomId) => void;
  leaveCall: () => void;
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleScreen: () => void;
  toggleHand: () => void;
  chooseCamera: (id: string) => void;
  chooseMicrophone: (id: string) => void;
  chooseSpeaker: (id: string) => void;
  setVolume: (deviceId: DeviceId, volume: number) => void;
  /** Level of the own microphone, 0 to 1, some twenty times a second while someone listens. Returns the undo. */
  onMicrophoneLevel: (listener: (level: number) => void) => () => void;

  // Chat
  sendMessage: (roomId: RoomId, text: string) => Promise<Outcome<unknown>>;
  setDraft: (roomId: RoomId, draft: string) => void;
  loadOlder: (roomId: RoomId) => void;
  /** Back to the newest messages after a jump. */
  loadNewest: (roomId: RoomId) => void;
  markSeen: (roomId: RoomId, upTo: MessageRef) => void;
  jumpTo: (roomId: RoomId, message: MessageRef) => void;
  openLink: (url: string) => void;

  // Search
  openSearch: () => void;
  closeSearch: () => void;
  search: (query: string) => void;
  searchMore: () => void;

  // People
  setVerified: (deviceId: DeviceId, verified: boolean) => Promise<Outcome<unknown>>;

  dismissNotice: (id: number) => void;
}
