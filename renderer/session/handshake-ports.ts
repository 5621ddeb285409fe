import type { ComputerList, Profile, RoomRules } from '@parley/shared/model';
import type { Outcome, PairMessage, ParticipantId } from '@parley/shared/protocol';
import type { OwnHello, RoomKeys } from '@parley/shared/sealing';
import type { Clock } from '@parley/shared/timing';
import type { Log } from '../log.ts';
import type { KnownPeer } from './known-peer.ts';

/** The word of the room's rules about devices: who may be met, who only knocks here, and who gets no answer. */
export type Gate = {
  of(deviceId: string): 'in' | 'knocks' | 'out';
  /** The records by which a device was removed from the room; null where it was not. */
  removalOf(deviceId: string): readonly RoomRules[] | null;
  /** As what this person may let somebody in. */
  by(): 'owner' | 'moderator';
};

/** A room that everybody with the invite may enter. */
export const OPEN_GATE: Gate = { of: () => 'in', removalOf: () => null, by: () => 'owner' };

export type HandshakePorts = {
  keys: RoomKeys;
  own: OwnHello;
  /** Signs another hello of this run of the app, for somebody whose stay with this one is over. Rejects with what the core refuses. */
  freshHello(): Promise<OwnHello>;
  clock: Clock;
  handshakeTimeoutMs: number;
  /** Stays that are known or over, at most; beyond them nobody new is met. */
  peersMax: number;
  send(to: ParticipantId | '*', box: string, wanted: () => boolean): Promise<Outcome<unknown>>;
  /** Signs a confirm; undefined when the core refuses. */
  signConfirm(role: 'lo' | 'hi', transcriptHash: Uint8Array<ArrayBuffer>): Promise<string | undefined>;
  profile(): Profile;
  /** The list of this person's computers; null where there is one. */
  computers(): ComputerList | null;
  /** Whether the person wants nothing to do with that device: nothing it says is answered. */
  isBlocked(deviceId: string): boolean;
  gate: Gate;
  log: Log;
};

type Said = { peer: KnownPeer; profile: Profile; computers: ComputerList | undefined };

export type HandshakeEvents = {
  /** Both confirms are through: this is a member with the device it claims. Said once per peer. */
  confirmed: Said;
  /** A member who was met before confirmed again: back after an absence, maybe under another name. */
  confirmedAgain: Said;
  /** Somebody spoke from another seat than before: who was turned away because of a seat may have one of their own. */
  moved: undefined;
  /** Somebody who has the invite confirmed, and the locked room does not let them in yet. */
  knocked: Said;
  /** This device knocks there itself: it was heard, and is not let in yet. */
  waits: { peer: KnownPeer; by: 'owner' | 'moderator' };
  /** Somebody says that this device was removed, with the records that show it. */
  removed: { records: readonly RoomRules[] };
  message: { peer: KnownPeer; message: Exclude<PairMessage, { type: 'confirm' | 'wait' }> };
};

/** Why boxes were not used; only counted. */
export type BoxDrops = { unreadable: number; conflicting: number; unknownPair: number; refused: number; flood: number };
