import type { Bridge } from '@parley/shared/bridge';
import type { ComputerList, Profile, RoomKeyring } from '@parley/shared/model';
import { type DeviceId, LIMITS, type LinkMessage, type LinkSignal } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { FileContent } from '../bridge/file-content.ts';
import type { Log } from '../log.ts';
import type { LinkReading } from '../mesh/link-reading.ts';
import type { MakePeer } from '../mesh/raw-peer.ts';
import type { Seat, SeatOwner } from '../signaling/seat.ts';
import { Admission } from './admission.ts';
import { CallEntries } from './call-entries.ts';
import { CallQuality } from './call-quality.ts';
import type { OwnCertificate } from './certificate.ts';
import { Conversation } from './conversation.ts';
import { FileTransfers } from './files/file-transfers.ts';
import type { LocalFiles } from './files/local-files.ts';
import { IceSupply } from './ice-supply.ts';
import { OwnViews } from './own-views.ts';
import type { Participant } from './participant.ts';
import { Partition } from './partition.ts';
import { PeerNames } from './peer-names.ts';
import { Presence } from './presence.ts';
import { Reactions } from './reactions.ts';
import { RoomCall } from './room-call.ts';
import { RoomDoor } from './room-door.ts';
import { Roster } from './roster.ts';
import { SafetyCodes } from './safety-codes.ts';
import { CROWDED_RATE, type SessionPolicy, VIEWS_RATE } from './session-policy.ts';
import type { SessionSeat } from './session-seat.ts';
import type { Invitation, SessionNotice } from './session-state.ts';
import { SharedComputers } from './shared-computers.ts';
import { Throttle } from './throttle.ts';

export type RoomSessionPorts = {
  bridge: Bridge;
  content: FileContent;
  localFiles: LocalFiles;
  /** Takes a seat on the keyring's server. */
  takeSeat: (keyring: RoomKeyring, owner: SeatOwner) => Seat;
  makePeer: MakePeer;
  certificate: OwnCertificate;
  clock: Clock;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  profile: () => Profile;
  /** The list of this person's computers; null where there is one. */
  computers: () => ComputerList | null;
  /** Whether that device is one of this person's computers, as far as this one has heard by now. */
  isOwn: (deviceId: DeviceId) => boolean;
  /** Whether the person blocked that device. */
  isBlocked: (deviceId: string) => boolean;
  /** Whether the person is in a call in another room. */
  isBusy: () => boolean;
  /** Whether another computer of theirs is still to be told of their name and rooms; asked when a link to it opens. */
  mayTellOwn: (deviceId: DeviceId) => boolean;
  privacy: () => { relayOnly: boolean; readReceipts: boolean };
  policy: SessionPolicy;
  log: Log;
};

/** The session as the parts that it holds see it. */
export type SessionHooks = {
  /** Undefined before the seat is taken and after the session is left. */
  seated(): SessionSeat | undefined;
  isOver(): boolean;
  notice(notice: SessionNotice): void;
  /** The shown state changed. */
  shown(): void;
  broadcast(message: LinkMessage): void;
  /** A fresh connection to that participant is open. */
  opened(participant: Participant): void;
  sendSignal(participant: Participant, signal: LinkSignal): void;
  /** A link of the own call measured itself. */
  recorded(participant: Participant, reading: LinkReading): void;
  /** Somebody invites this person to another room. */
  invited(invitation: Invitation): void;
  /** Other devices may be met than before, by the room's rules. */
  rulesChanged(): void;
};

export type SessionParts = {
  conversation: Conversation;
  files: FileTransfers;
  roster: Roster;
  names: PeerNames;
  call: RoomCall;
  quality: CallQuality;
  views: OwnViews;
  reactions: Reactions;
  presence: Presence;
  codes: SafetyCodes;
  computers: SharedComputers;
  ice: IceSupply;
  partition: Partition;
  admission: Admission;
  door: RoomDoor;
};

/** Makes the parts of a session and connects them. `clock` is the session's own: its timers end with the session. */
export function createSessionParts(
  keyring: RoomKeyring,
  ports: RoomSessionPorts,
  clock: Clock,
  hooks: SessionHooks,
): SessionParts {
  const { bridge, policy, randomBytes, log } = ports;
  const { notice, shown, isOver } = hooks;
  const { roomId } = keyring;
  const isOwn = ({ deviceId }: Participant) => ports.isOwn(deviceId);
  const conversation = new Conversation({
    roomId,
    bridge,
    clock,
    randomBytes,
    readReceipts: () => ports.privacy().readReceipts,
    receiptsEveryMs: policy.receiptsEveryMs,
    isOwn: ports.isOwn,
    seen: () => void computers.seen(),
  });
  const files = new FileTransfers({ roomId, bridge, content: ports.content, local: ports.localFiles, clock });
  conversation.on('recorded', (items) => void files.learn(items));
  conversation.on('changed', (items) => void files.learn(items));
  const roster: Roster = new Roster(LIMITS.roomCapacityDefault, {
    clock,
    goneGraceMs: policy.goneGraceMs,
    removed: (participant) => {
      conversation.unlinked(participant);
      files.unlinked(participant.deviceId);
    },
    ended: (peerId, why) => hooks.seated()?.handshakes.end(peerId, why === 'blocked'),
    crowded: () => asking.request(),
    changed: () => {
      call.changed();
      partition.changed();
    },
  });
  const asking = new Throttle(clock, CROWDED_RATE, () => hooks.seated()?.handshakes.announce());
  const governing = new Throttle(clock, VIEWS_RATE, () => call.govern());
  const views = new OwnViews({ clock, participants: () => roster.all, isInCall: () => call.own !== null });
  const reactions = new Reactions({
    clock,
    isInCall: () => call.own !== null,
    participants: () => roster.all,
    shown,
  });
  const call: RoomCall = new RoomCall({
    views,
    reactions,
    alone: () => quality.alone(),
    clock,
    randomBytes,
    policy,
    participants: () => roster.all,
    isOwn,
    own: () => {
      const seated = hooks.seated();
      return seated ? { peerId: seated.peerId, deviceId: seated.deviceId } : null;
    },
    troubles: () => quality.troubles,
    entries: new CallEntries({ roomId, bridge, conversation, log }),
    reportStream: (kind, live) => void hooks.seated()?.seat.stream(kind, live),
    publish: () => presence.publish(),
    publishNow: () => presence.publishNow(),
    governSoon: () => governing.request(),
    isOver,
    notice,
    shown,
  });
  const quality: CallQuality = new CallQuality({
    clock,
    participants: () => roster.all,
    microphone: () => call.microphone,
    troublesChanged: () => presence.publish(),
    shown,
    recorded: hooks.recorded,
  });
  const presence: Presence = new Presence({
    clock,
    profile: ports.profile,
    call: () => call.presence(),
    busy: ports.isBusy,
    broadcast: hooks.broadcast,
  });
  const names = new PeerNames({ bridge, notice, shown, standingChanged: () => call.changed(false) });
  const computers = new SharedComputers({
    ...{ roomId, bridge, clock, names, isOwn },
    participants: () => roster.all,
    mayTellOwn: ports.mayTellOwn,
  });
  const codes = new SafetyCodes({ changed: shown, log });
  const partition: Partition = new Partition({
    clock,
    participants: () => roster.all,
    own: () => hooks.seated()?.deviceId ?? null,
    // Somebody whom the room's rules keep out is missed no more than somebody who is blocked.
    isBlocked: (deviceId) => ports.isBlocked(deviceId) || door.gate.of(deviceId) !== 'in',
    isSeated: () => hooks.seated()?.seat.state.at === 'online',
    isFull: () => roster.all.length >= roster.capacity,
    notice,
    shown,
  });
  const ice = new IceSupply({ host: keyring.host, clock, ask: async () => hooks.seated()?.seat.ice() });
  const door: RoomDoor = new RoomDoor({
    ...{ bridge, roomId, clock, notice, shown },
    participants: () => roster.all,
    isBlocked: ports.isBlocked,
    changed: hooks.rulesChanged,
  });
  const admission = new Admission({
    clock,
    roster,
    names,
    conversation,
    isOver,
    isBlocked: ports.isBlocked,
    gate: door.gate,
    notice,
    shown,
    links: {
      // Links count and stop their own timers.
      clock: ports.clock,
      makePeer: ports.makePeer,
      policy: policy.link,
      log,
      config: () => ({
        iceServers: ice.servers(),
        iceTransportPolicy: ports.privacy().relayOnly ? 'relay' : 'all',
        ...(ports.certificate.certificate ? { certificates: [ports.certificate.certificate] } : {}),
      }),
    },
    events: {
      clock,
      typingShownMs: policy.typingShownMs,
      opened: hooks.opened,
      stateChanged: (participant) => {
        roster.setGone(participant);
        partition.changed();
      },
      ended: ({ peerId }, why) => roster.remove(peerId, why, true),
      signal: hooks.sendSignal,
      presence: (participant, said) => {
        names.said(participant, said.profile);
        call.heard(participant);
      },
      computers: (participant, message) => {
        if (message.type === 'computers') void computers.heard(participant, message);
        else if (message.type === 'seen') void computers.heardSeen(participant, message.clock);
        else void computers.heardOwn(participant, message);
      },
      declinedElsewhere(participant, callId) {
        if (!isOwn(participant)) return false;
        call.silence(callId);
        return true;
      },
      invited: ({ deviceId, person, name, standing }, { invite, roomName }) => {
        // A device that took over a known name invites nobody.
        if (standing !== 'changed') hooks.invited({ deviceId, person, name, invite, roomName });
      },
      rules: (participant, message) => void door.heard(participant, message),
      safety: (participant, message) => void codes.handle(participant, message),
      around: () => partition.heard(),
      file: ({ deviceId }, raw) => files.hear(deviceId, raw),
      fileRoom: ({ deviceId }) => files.roomCame(deviceId),
      reaction: (participant, emoji) => reactions.heard(participant, emoji),
      // Each of them sets what is sent to everybody.
      viewed: () => governing.request(),
      reading: (participant, reading) => quality.read(participant, reading),
      expectsSound: (participant) => call.expectsSound(participant),
      ownCallId: () => call.own?.callId ?? null,
      notice,
      shown,
    },
  });
  const parts = { conversation, files, roster, names, call, quality, views, reactions };
  return { ...parts, presence, codes, computers, ice, partition, admission, door };
}
