import type {
  AppInfo,
  Author,
  BackupState,
  BlockedPeer,
  ComputersState,
  EmbeddedServerState,
  HistoryGap,
  HistoryItem,
  MessageKey,
  MetPerson,
  PeerStanding,
  Preparing,
  Room,
  RoomChange,
  RoomRulesNow,
  SearchHit,
  SearchKind,
  SearchOrder,
  Server,
  ServerAccess,
  ServerHost,
  Settings,
  WorkState,
} from '@parley/shared/model';
import type {
  CallId,
  CallTrouble,
  DeviceId,
  FileId,
  ListedRoom,
  MicrophoneState,
  RecordingId,
  Refusal,
  RoomId,
} from '@parley/shared/protocol';
import type { VoicePlaying, VoiceSpeed } from '../media/voice/voice-player.ts';
import type { PathResult, PathTestStep } from '../mesh/path-test.ts';
import type { FileNow } from '../session/files/file-transfers.ts';
import type { LinkQuality } from '../session/link-quality.ts';
import type { FirstSideState } from '../session/new-computer/first-side.ts';
import type { NewSideState } from '../session/new-computer/new-side.ts';
import type { ShownReaction } from '../session/reactions.ts';
import type { ApartNow, DoorNow, Invitation, Knock, OwnCallNow } from '../session/session-state.ts';
import type { ServerConnection } from '../signaling/server-connection.ts';
import type { CallLive, CallRecording } from './call-outputs.ts';
import type { ForOneself } from './for-oneself.ts';
import type { LinkRecords } from './link-records.ts';

export type { VoicePlaying, VoiceSpeed } from '../media/voice/voice-player.ts';
export type { LinkReading, PathEnd } from '../mesh/link-reading.ts';
export type { PathResult, PathTestStep, RelayMeasure } from '../mesh/path-test.ts';
export type { View } from '../mesh/video-limits.ts';
export type { FileNow } from '../session/files/file-transfers.ts';
export type { LinkQuality, QualityCause } from '../session/link-quality.ts';
export type { ShownReaction } from '../session/reactions.ts';
export type { ServerConnection } from '../signaling/server-connection.ts';
export type { CallLive } from './call-outputs.ts';
export type { LinkRecords, ReadingAt } from './link-records.ts';
export type { ApartNow, FirstSideState, Invitation, Knock, NewSideState };

/**
 * The state that the screens show, as plain data. Screens read it through `useApp` and change it only through `Actions`.
 */
export type AppState = {
  /** starting → ready;  starting → failed → starting. `preparing`: how far a history is brought to this version. */
  start: { at: 'starting'; preparing: Preparing | null } | { at: 'ready' } | { at: 'failed'; refusal: Refusal };
  info: AppInfo | null;
  settings: Settings;
  server: EmbeddedServerState;
  /** The servers that this computer knows, its own first. */
  servers: readonly Server[];
  /** Sockets to servers, by host; a host that is missing was not needed yet. */
  serverConnections: Readonly<Record<ServerHost, ServerConnection>>;
  rooms: readonly Room[];
  screen: Screen;
  /** Reachability of each room, while the app runs. */
  reach: Readonly<Record<RoomId, RoomReach>>;
  /** The call this person is in, or is about to be in. */
  call: OwnCall;
  /** The recording of the own call; null where this person does not record. */
  /** Voices of others in the own call that are as loud as the rest, by `sess`; those who are missing are played as they come. */
  evenedVoices: Readonly<Record<string, MediaStream>>;
  /** Strong noise suppression is chosen and does not run on this computer: the standard one does. */
  noiseFellBack: boolean;
  callRecording: CallRecording | null;
  /** The own call at a receiver that shows it live; null where this person does not send it to one. */
  callLive: CallLive | null;
  /** The measurements of the links of the own call in the last minutes. */
  linkRecords: LinkRecords;
  /** The test of the ways out of this network on the pre-join screen. */
  pathTest: PathTestState;
  /** The connections of the own call that are being looked at, one of them closely; null while they are not. */
  inspecting: { sess: string | null } | null;
  /** Why no call may ring right now; null where calls may. */
  quiet: Quiet | null;
  /** Rooms whose calls ring without a sound for some minutes, because the person wanted that. */
  silencedRooms: readonly RoomId[];
  chats: Readonly<Record<RoomId, ChatState>>;
  /** The gaps in each room's history, in its order; a room that is missing has none. */
  gaps: Readonly<Record<RoomId, readonly HistoryGap[]>>;
  /** The changes of each room's timer and name, in its order; a room that is missing has none. */
  roomChanges: Readonly<Record<RoomId, readonly RoomChange[]>>;
  drafts: Readonly<Record<RoomId, Draft>>;
  /** What the field of a room is for, where it is not for a new message alone. */
  composing: Readonly<Record<RoomId, Composing>>;
  unstored: Readonly<Record<RoomId, Unstored>>;
  /** Messages that the person chooses to do something with all of them. */
  selection: Selection | null;
  /** Messages for which another room is being chosen. */
  forwarding: readonly HistoryItem[] | null;
  /** Files of each room, the oldest first. */
  files: Readonly<Record<RoomId, readonly FileNow[]>>;
  /** Files that the person chose and that are being read before they are offered. */
  preparing: readonly PreparingFile[];
  /** The voice message that is being recorded; null for none. */
  recording: Recording | null;
  /** Recordings whose message waits for the disk or is written: they are to be sent or discarded no more. */
  sendingVoices: readonly FileId[];
  /** The voice message that is played, one at a time, and how fast. */
  playing: VoicePlaying | null;
  voiceSpeed: VoiceSpeed;
  search: SearchState;
  /** Null while no list of a server is looked at. */
  listedRooms: ListedRoomsView | null;
  devices: DeviceLists;
  /** Long work of the core, such as an export. */
  work: WorkState;
  backups: BackupState;
  /** This person's computers; null before they are known. */
  computers: ComputersState | null;
  /** The people whom this person blocked, the one blocked last first. */
  blocked: readonly BlockedPeer[];
  /** Everybody who was met; null before it was asked for. */
  met: readonly MetPerson[] | null;
  /** Why they could not be loaded the last time; null where they could. */
  metTrouble: string | null;
  /** Invites to other rooms that came from people over their links, the newest last. */
  invitations: readonly Invitation[];
  /** A new computer that is being taken in here, by this code; null where none is. */
  takingIn: { code: string; now: FirstSideState } | null;
  /** This new computer while it is taken in; null where it is not. */
  comingIn: NewSideState | null;
  notices: readonly Notice[];
};

/** welcome → home ⇄ room, lobby, people;  room → pre-join → room */
export type Screen =
  | { at: 'welcome' }
  | { at: 'home' }
  | { at: 'people' }
  /** `invite` as pasted or as the deep link brought it. */
  | { at: 'lobby'; invite: string; reading: LobbyReading }
  | { at: 'room'; roomId: RoomId; panel: Panel; focusMessage: MessageKey | null }
  | { at: 'pre-join'; roomId: RoomId; answering: CallId | null }
  | { at: 'listed-rooms'; host: ServerHost }
  | { at: 'settings'; section: SettingsSection };

export type SettingsSection =
  | 'general'
  | 'devices'
  | 'servers'
  | 'privacy'
  | 'storage'
  | 'backup'
  | 'computers'
  | 'about';

export type Panel = 'none' | 'chat' | 'people' | 'details';

export type LobbyReading =
  | { at: 'empty' }
  | { at: 'reading' }
  | { at: 'refused'; refusal: Refusal }
  /** The text is an invitation to a server, not to a room. */
  | { at: 'server'; host: ServerHost; known: boolean }
  /** `known`: a member already; `server`: whether this computer knows the room's server. */
  | ({ at: 'ready' } & InviteRead)
  | { at: 'joining' }
  /** The room's server lets in only people with a right of their own. */
  | ({ at: 'access'; access: Exclude<ServerAccess, 'open'>; refusal: Refusal | null } & InviteRead)
  /** The room's server is new and did not answer. */
  | ({ at: 'unreachable'; refusal: Refusal } & InviteRead);

export type InviteRead = { host: ServerHost; needsPassphrase: boolean; known: boolean; server: 'known' | 'new' };

/** A part of a server's list of rooms. */
export type ListedRoomsView = {
  host: ServerHost;
  search: string;
  items: readonly ListedRoom[];
  /** How many rooms the server has for this search. */
  total: number;
  /** For the next page; null on the last. */
  cursor: string | null;
  load: { at: 'first' } | { at: 'more' } | { at: 'done' } | { at: 'failed'; refusal: Refusal };
};

export type RoomReach = {
  connection: ServerConnection;
  participants: readonly ParticipantView[];
  /** The call that runs in this room, whoever is in it. */
  call: { callId: CallId; startedAt: number; deviceIds: readonly DeviceId[] } | null;
  /** Set while that call rings here: not joined, not declined, not older than the ringing time. */
  ringing: { callId: CallId; from: string; verified: boolean } | null;
  /** The troubles of this end of the own call. */
  troubles: readonly CallTrouble[];
  rules: RoomRulesNow;
  /** Those who ask to be let in, where this person may do that. */
  knocks: readonly Knock[];
  /** `stopped`: the person does not want to ask any longer to be let in. */
  door: DoorNow | { at: 'stopped' };
  /** Those whom the server seems to keep apart from this device. */
  apart: readonly ApartNow[];
};

/** `until` in ms, by the clock on the wall; null: until it is turned off. */
export type Quiet = { why: 'do-not-disturb' | 'quiet-hours'; until: number | null };

export type LinkView = 'opening' | 'open' | 'interrupted' | 'closed';

/** One other participant, after both confirms; nobody is shown before. */
export type ParticipantView = ForOneself & {
  /** One run of the app on that device; stable over reconnects. */
  sess: string;
  deviceId: DeviceId;
  /** The first computer of its person; absent where the device is that, or the only one. */
  person?: DeviceId;
  name: string;
  standing: PeerStanding['standing'];
  link: LinkView;
  /** Whether the link runs through a relay; null while unknown. */
  relayed: boolean | null;
  inCall: boolean;
  microphone: MicrophoneState;
  camera: boolean;
  screen: boolean;
  hand: boolean;
  /** The place of a raised hand among those that are up: the lower came first. */
  handTurn: number | null;
  /** Records the call, by their own word. */
  recording: boolean;
  /** Sends music, by their own word: sound that is played as it comes. */
  music: boolean;
  /** Sends the call to a receiver that shows it live, by their own word. */
  live: boolean;
  reaction: ShownReaction | null;
  speaking: boolean;
  typing: boolean;
  /** In a call somewhere else, by their own word. */
  busy: boolean;
  /** Declined the call that this person is in. */
  declined: boolean;
  quality: LinkQuality;
  cameraStream: MediaStream | null;
  screenStream: MediaStream | null;
  /** Eight digits in two groups, for this connection; null until both sides opened their commitments. */
  safetyCode: string | null;
};

/** none → preparing (pre-join) → joined → none */
export type OwnCall =
  | { at: 'none' }
  | { at: 'preparing'; roomId: RoomId; preview: Preview }
  /** `since`: when the call started, by the monotonic clock of this page. `ring`: how it goes with those who were called. */
  | ({ at: 'joined'; roomId: RoomId; callId: CallId; since: number; ring: OwnCallNow['ring'] } & OwnMedia);

/** none → running → done → running;  any → none, with the pre-join screen */
export type PathTestState = { at: 'none' } | { at: 'running'; step: PathTestStep } | { at: 'done'; result: PathResult };

export type DeviceTrouble = { code: Refusal['code']; message: string };

export type Preview = {
  /** Present while the camera is on. */
  stream: MediaStream | null;
  camera: boolean;
  microphone: boolean;
  /** Both are being asked for; nothing to decide yet. */
  opening: boolean;
  /** The call is to be started without ringing. */
  quiet: boolean;
  cameraTrouble: DeviceTrouble | null;
  microphoneTrouble: DeviceTrouble | null;
};

export type OwnMedia = {
  microphone: MicrophoneState;
  camera: boolean;
  screen: boolean;
  hand: boolean;
  handTurn: number | null;
  reaction: ShownReaction | null;
  speaking: boolean;
  /** The person talks while muted: show the hint. */
  talkingWhileMuted: boolean;
  cameraStream: MediaStream | null;
  screenStream: MediaStream | null;
  cameraTrouble: DeviceTrouble | null;
  microphoneTrouble: DeviceTrouble | null;
};

export type ChatState = {
  /** A window of the history, oldest first. */
  items: readonly HistoryItem[];
  total: number;
  hasOlder: boolean;
  hasNewer: boolean;
  loading: 'none' | 'first' | 'older' | 'newer';
  failure: Refusal | null;
  /** The 'new' mark stands above this message: the first that was not seen when the room was opened. */
  newFrom: MessageKey | null;
  /** Where the person reads; null at the end. */
  place: ReadingPlace | null;
  /** Where the list has to go next. */
  goTo: GoTo | null;
};

/** An answer to a message, or an edit of an own one with the words as they are now. */
export type Composing = { kind: 'reply'; of: HistoryItem } | { kind: 'edit'; of: HistoryItem; text: string };

/** Chosen messages of a room, in its order. */
export type Selection = { roomId: RoomId; items: readonly HistoryItem[] };

/** A message, and how far below the upper edge of the list it stands. */
export type ReadingPlace = { message: MessageKey; offsetPx: number };

export type GoTo =
  | { to: 'start' }
  | { to: 'end' }
  /** To the first message that was not seen, once it is known. Until then nothing counts as seen. */
  | { to: 'unread' }
  | { to: 'message'; message: MessageKey; align: 'start' | 'center' };

/** What a person has written in a room and not sent, and why the last try to send it failed. */
export type Draft = { text: string; refusal: Refusal | null };

/**
 * asking → recording → storing;  asking → refused
 *
 * `held`: it is sent when the finger or the pointer lets go. A recording that is on the disk and was not sent is a file in the state `recorded`.
 */
export type Recording = { roomId: RoomId } & (
  | { at: 'asking'; held: boolean }
  | { at: 'recording'; held: boolean; elapsedMs: number; level: number }
  | { at: 'storing' }
  | { at: 'refused'; trouble: DeviceTrouble }
);

/** Messages, a change of one, or a recording that the disk does not take for now: the words that wait, and why. */
export type Unstored = { what: 'message' | 'change' | 'recording'; text: string; refusal: Refusal; cancel(): void };

export type PreparingFile = { id: number; roomId: RoomId; name: string; sizeBytes: number; bytes: number };

/** What hits are narrowed to; null is for anything. Times are in ms: `from` counts, `until` no longer does. */
export type SearchFilters = {
  roomId: RoomId | null;
  author: DeviceId | null;
  kind: SearchKind | null;
  from: number | null;
  until: number | null;
};

export type SearchState = {
  open: boolean;
  query: string;
  filters: SearchFilters;
  order: SearchOrder;
  /** The authors of the chosen room, or of all rooms, to choose from. */
  people: readonly Author[];
  at: 'idle' | 'searching' | 'done' | 'failed';
  hits: readonly SearchHit[];
  /** How many there are in all; 1,000 stands for that many or more, null for not counted. */
  total: number | null;
  /** Where the next page goes on; null where all was searched. */
  next: number | null;
};

export type DeviceLists = {
  cameras: readonly DeviceOption[];
  microphones: readonly DeviceOption[];
  speakers: readonly DeviceOption[];
};
export type DeviceOption = { id: string; label: string };

export type Notice = {
  id: number;
  tone: 'info' | 'trouble';
  text: string;
  /** Shown behind 'Details'. */
  code: Refusal['code'] | null;
  /** A file that the notice tells of and that can be shown in its folder. */
  shows: RecordingId | null;
};
