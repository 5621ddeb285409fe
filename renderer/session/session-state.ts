import type { HistoryItem, PeerStanding, RoomRulesNow } from '@parley/shared/model';
import type { CallId, CallPresence, CallTrouble, DeviceId, ErrorCode } from '@parley/shared/protocol';
import type { LinkReading } from '../mesh/link-reading.ts';
import type { ServerConnection } from '../signaling/server-connection.ts';
import type { CallKey } from './call-state.ts';
import type { FileNow } from './files/file-transfers.ts';
import type { LinkQuality } from './link-quality.ts';
import type { ShownReaction } from './reactions.ts';

/** One other participant of a room, as the screens see it. */
export type ParticipantNow = {
  /** Names this run of the app on that device: no two participants have the same. */
  sess: string;
  deviceId: DeviceId;
  /** The first computer of its person; absent where the device is that, or the only one. */
  person?: DeviceId;
  name: string;
  standing: PeerStanding['standing'];
  link: 'opening' | 'open' | 'interrupted' | 'closed';
  /** Whether the link runs through a relay; null while unknown. */
  relayed: boolean | null;
  quality: LinkQuality;
  /** Null while only reachable. */
  call: CallPresence | null;
  speaking: boolean;
  typing: boolean;
  reaction: ShownReaction | null;
  /** In a call somewhere else, by their own word. */
  busy: boolean;
  /** Declined the call that this person is in. */
  declined: boolean;
  cameraStream: MediaStream | null;
  screenStream: MediaStream | null;
  safetyCode: string | null;
};

/**
 * `since`: when the call started, by the monotonic clock of this page. `handTurn`: the place of the raised hand among those that are up;
 * null while it is down. `ring`: it rings with the others, it did in vain, it was started without ringing, or somebody came.
 */
export type OwnCallNow = CallKey & {
  since: number;
  handTurn: number | null;
  reaction: ShownReaction | null;
  ring: 'ringing' | 'over' | 'quiet' | 'answered';
};

/** Somebody whom a server seems to keep apart from this device. */
export type ApartNow = { deviceId: DeviceId; name: string; seenBy: readonly string[] };

/** A room session as the screens see it. */
export type SessionNow = {
  connection: ServerConnection;
  participants: readonly ParticipantNow[];
  call: { callId: CallId; startedAt: number; deviceIds: readonly DeviceId[] } | null;
  /** The call that rings here: of whom, and whether their code was compared. */
  ringing: { callId: CallId; from: string; verified: boolean } | null;
  /** This person's own part, as it is after calls were merged. */
  own: OwnCallNow | null;
  /** The troubles of this end of the call. */
  troubles: readonly CallTrouble[];
  rules: RoomRulesNow;
  /** Those who ask to be let into the locked room, where this person may do that. */
  knocks: readonly Knock[];
  door: DoorNow;
  /** Those who are in the room, as others here say, and cannot be reached, nor reach this device. */
  apart: readonly ApartNow[];
};

/** Somebody at the door of a locked room, by their own word and by what is known of their device here. */
export type Knock = { deviceId: DeviceId; person: DeviceId; name: string; standing: PeerStanding['standing'] };

/** The way in: open, locked for this device (with whom was asked to open), or closed, because its person was removed. */
export type DoorNow = { at: 'open' } | { at: 'locked'; asked: 'owner' | 'moderator' | null } | { at: 'removed' };

/** Somebody invites this person to another room. */
export type Invitation = {
  deviceId: DeviceId;
  /** The first computer of the person who invites. */
  person: DeviceId;
  name: string;
  invite: string;
  /** Null for a room without a name. Their word, as the invite itself holds none. */
  roomName: string | null;
};

/** Something that the person should read. */
export type SessionNotice = { tone: 'info' | 'trouble'; text: string; code: ErrorCode | null };

export type SessionEvents = {
  changed: SessionNow;
  /** Messages that are new; none where the entries that came only change others. */
  recorded: readonly HistoryItem[];
  delivery: readonly HistoryItem[];
  files: readonly FileNow[];
  notice: SessionNotice;
  /** A link of the own call measured itself. */
  reading: { sess: string; reading: LinkReading };
  invited: Invitation;
  /** By the rules this device is in the room no longer: its person was removed, or the room was locked without them. */
  shut: 'removed' | 'out';
};
