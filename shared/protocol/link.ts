import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { CallId, DeviceId, MessageId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { MessagePlace } from '../model/chat-message.ts';
import {
  ComputerAsk,
  ComputerLeave,
  ComputerList,
  ComputerWelcome,
  OwnThings,
  TransferPart,
} from '../model/computers.ts';
import { Emoji, Entry, EntryHeader } from '../model/entry.ts';
import { DisplayName, Profile } from '../model/profile.ts';
import { RoomName } from '../model/room-name.ts';
import { RoomRules } from '../model/rules.ts';

const Epoch = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);

/** The signals that simple-peer hands out and takes in while a connection is set up. */
export const PeerSignal = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), sdp: z.string().max(LIMITS.sdpMaxChars) }),
  z.object({ type: z.literal('answer'), sdp: z.string().max(LIMITS.sdpMaxChars) }),
  z.object({
    type: z.literal('candidate'),
    candidate: z.object({
      candidate: z.string().max(LIMITS.candidateMaxChars),
      sdpMLineIndex: z.number().int().nonnegative().nullish(),
      sdpMid: z.string().max(64).nullish(),
      usernameFragment: z.string().max(256).nullish(),
    }),
  }),
]);
export type PeerSignal = z.infer<typeof PeerSignal>;

/**
 * A signal of one link. `epoch` counts the connections inside that link, so that a late signal of an
 * abandoned one is told from a current one. `restart` asks the initiator for an ICE restart.
 */
export const LinkSignal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('peer'), epoch: Epoch, signal: PeerSignal }),
  z.object({ kind: z.literal('restart'), epoch: Epoch }),
  z.object({ kind: z.literal('reopen'), epoch: Epoch }),
]);
export type LinkSignal = z.infer<typeof LinkSignal>;

export const MicrophoneState = z.enum(['live', 'muted', 'off']);
export type MicrophoneState = z.infer<typeof MicrophoneState>;

/** Troubles that a device finds at its own end of a call: the far ends cannot tell them from a bad way between. */
export const CallTrouble = z.enum(['computer', 'uplink', 'downlink', 'microphone']);
export type CallTrouble = z.infer<typeof CallTrouble>;

/** A participant's part in a call. */
export const CallPresence = z.object({
  callId: CallId,
  startedAt: z.number().int().nonnegative(),
  /** How long it has run when this is said, in ms, by a clock that nobody sets: those who meet it later show the same duration. */
  ranMs: z.number().int().nonnegative().max(LIMITS.callLengthMaxMs),
  /** One more than the highest that was in the call when this participant came: who came first, without clocks. */
  turn: z.number().int().min(1).max(LIMITS.callTurnMax),
  microphone: MicrophoneState,
  camera: z.boolean(),
  screen: z.boolean(),
  hand: z.boolean(),
  /** The place of a raised hand: one more than the highest that was up then, so that all see the same order, without clocks. */
  handTurn: z.number().int().min(1).max(LIMITS.callTurnMax).optional(),
  /** The troubles of this participant's end, for as long as they last; absent for none. */
  troubles: z.array(CallTrouble).max(CallTrouble.options.length).optional(),
  /** The call was started without ringing; those who come in later say the same. Absent: it rings. */
  quiet: z.boolean().optional(),
  /** This participant records the call to a file. Absent: they do not. */
  recording: z.boolean().optional(),
  /** This participant sends music: sound that is to be played as it comes. Absent: a voice. */
  music: z.boolean().optional(),
  /** This participant sends the call to a receiver that shows it live to others. Absent: they do not. */
  live: z.boolean().optional(),
});
export type CallPresence = z.infer<typeof CallPresence>;

const PresenceMessage = z.object({
  type: z.literal('presence'),
  profile: Profile,
  /** Null while the person is only reachable. */
  call: CallPresence.nullable(),
  /** The person is in a call somewhere else; never where. */
  busy: z.boolean().optional(),
});

/** Commit, answer, open: the three steps to a short safety code (docs/protocol.md, "Safety codes"). */
export const SafetyStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('commit'), value: base64UrlOf(32) }),
  z.object({ step: z.literal('answer'), value: base64UrlOf(32) }),
  z.object({ step: z.literal('open'), value: base64UrlOf(32) }),
]);
export type SafetyStep = z.infer<typeof SafetyStep>;

const Seq = EntryHeader.shape.seq;

/** The XOR of the ids of some messages. Two devices that hold the same ones have the same print of them. */
export const Print = base64UrlOf(16);
export type Print = z.infer<typeof Print>;

/** Seqs of one author, from the first to the last. */
export const SeqRange = z.object({ author: DeviceId, first: Seq, last: Seq });
export type SeqRange = z.infer<typeof SeqRange>;

/**
 * The seqs of one author of which a device has an entry: all up to `seq`, and the spans behind the gap that follows. A print stands
 * for the entries that it holds with their body, or rightly without it. A number alone does not say which entry it is: a
 * device that was restored from a copy uses numbers twice.
 */
export const Head = z.object({
  author: DeviceId,
  seq: z.number().int().nonnegative(),
  /** Up to this seq the device has dropped what it had: it lacks nothing there, and gives nothing. */
  floor: Seq.optional(),
  print: Print,
  beyond: z
    .array(z.object({ first: Seq, last: Seq, print: Print }))
    .max(LIMITS.spansMax)
    // Each range that is compared costs the other side a look, so none comes twice.
    .refine((runs) => runs.every(({ first, last }, at) => first <= last && first > (runs[at - 1]?.last ?? 0)))
    .default([]),
});
export type Head = z.infer<typeof Head>;

/**
 * The messages of a room that a device holds. Where not all authors fit, it is about those above `above` up to `upTo` alone; an
 * author in between who is not named is one of whom the device has nothing. `after` leaves out what stands before that
 * place: it was offered already, and not everything that is offered can be kept.
 */
export const Holdings = z.object({
  heads: z
    .array(Head)
    .max(LIMITS.headsMax)
    .refine((heads) => new Set(heads.map(({ author }) => author)).size === heads.length),
  above: DeviceId.nullable().default(null),
  upTo: DeviceId.nullable().default(null),
  after: MessagePlace.nullable().default(null),
});
export type Holdings = z.infer<typeof Holdings>;

/**
 * The messages of one author in a range that two devices hold differently: the ids of all that this device has from `from` to
 * `last`, and the print of those from `first` to just before `from`.
 */
export const HeldIds = SeqRange.extend({ from: Seq, ids: z.array(MessageId).max(LIMITS.heldIdsMax), print: Print });
export type HeldIds = z.infer<typeof HeldIds>;

/** The number of a question on one link; its answer bears the same one. */
const QuestionNumber = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 31);

/**
 * The steps by which a new computer comes to the first one of its person, in a room that only the two are in. The new one asks, is
 * welcomed after the person compared the codes, asks for each part in its order and says when it has stored all of them.
 */
export const ComputerStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('ask'), ask: ComputerAsk }),
  z.object({ step: z.literal('welcome'), welcome: ComputerWelcome }),
  z.object({ step: z.literal('next'), index: z.number().int().min(0).max(LIMITS.transferPartsMax) }),
  z.object({
    step: z.literal('part'),
    index: z.number().int().min(0).max(LIMITS.transferPartsMax),
    part: TransferPart,
  }),
  z.object({ step: z.literal('done') }),
  z.object({ step: z.literal('cancel') }),
]);
export type ComputerStep = z.infer<typeof ComputerStep>;

/** A size on the screen in device pixels; 0 × 0 for what is not shown. */
const ShownSize = z.object({
  width: z.number().int().min(0).max(LIMITS.shownPixelsMax),
  height: z.number().int().min(0).max(LIMITS.shownPixelsMax),
});
export type ShownSize = z.infer<typeof ShownSize>;

/** One run of the app on a device. */
export const Stay = z.object({ device: DeviceId, sess: base64UrlOf(16) });
export type Stay = z.infer<typeof Stay>;

/**
 * The stays in this room that the sender is linked with, with the names that it knows them by, and those that it hears of from others and
 * cannot reach. `missesYou`: that one cannot reach the receiver either, by its own word.
 */
const AroundMessage = z.object({
  type: z.literal('around'),
  linked: z.array(Stay.extend({ name: DisplayName, missesYou: z.boolean().optional() })).max(LIMITS.aroundMax),
  missing: z.array(Stay).max(LIMITS.aroundMax),
});

const Records = z
  .array(RoomRules)
  .min(1)
  .max(LIMITS.moderatorsMax + 1);

/** For a device that was removed from the room while it was away: the records by which it was, in a box of their own. */
export const RemovalNotice = z.object({ records: Records });
export type RemovalNotice = z.infer<typeof RemovalNotice>;

/** The messages between two linked participants on the data channel: one JSON text per message. */
export const LinkMessage = z.discriminatedUnion('type', [
  PresenceMessage,
  /** The size at which this device shows the camera and the screen of the other: more than that need not be sent. */
  z.object({ type: z.literal('view'), camera: ShownSize, screen: ShownSize }),
  z.object({ type: z.literal('decline'), callId: CallId }),
  /** An emoji that is shown for a moment to those who are in the call. */
  z.object({ type: z.literal('reaction'), emoji: Emoji }),
  z.object({ type: z.literal('chat'), message: Entry }),
  z.object({
    type: z.literal('receipt'),
    delivered: z.array(MessageId).max(LIMITS.receiptsMax),
    read: z.array(MessageId).max(LIMITS.receiptsMax),
  }),
  z.object({ type: z.literal('typing') }),
  Holdings.extend({ type: z.literal('have'), question: QuestionNumber }),
  HeldIds.extend({ type: z.literal('ids'), question: QuestionNumber }),
  z.object({
    type: z.literal('batch'),
    question: QuestionNumber,
    messages: z.array(Entry).max(LIMITS.historyBatchMax),
    hasMore: z.boolean(),
    /** Ranges of which the answering device holds different messages, though not fewer. */
    differing: z.array(SeqRange).max(LIMITS.rangesMax),
  }),
  z.object({ type: z.literal('signal'), signal: LinkSignal }),
  z.object({ type: z.literal('safety'), step: SafetyStep }),
  /** Lists of computers of people who wrote in the room, this one's own among them, and computers that left by themselves. */
  z.object({
    type: z.literal('computers'),
    lists: z.array(ComputerList).max(LIMITS.computerListsMax),
    left: z.array(ComputerLeave).max(LIMITS.computerListsMax),
  }),
  /** Everything up to this clock was seen by the person; only between computers of one person. */
  z.object({
    type: z.literal('seen'),
    clock: z
      .number()
      .int()
      .min(0)
      .max(2 ** 48),
  }),
  OwnThings.extend({ type: z.literal('own') }),
  z.object({ type: z.literal('computer'), step: ComputerStep }),
  /** The records of the room's rules that the sender has. */
  z.object({ type: z.literal('rules'), records: Records }),
  /** The invite of another room: shown to the person, who may look at it in the lobby. Nothing is joined by it. */
  z.object({
    type: z.literal('invite'),
    invite: z.string().min(1).max(LIMITS.inviteMaxChars),
    roomName: RoomName.nullable(),
  }),
  AroundMessage,
  z.object({ type: z.literal('bye'), why: z.enum(['left', 'closed']) }),
]);
export type LinkMessage = z.infer<typeof LinkMessage>;
export type LinkMessageOf<T extends LinkMessage['type']> = Extract<LinkMessage, { type: T }>;

/**
 * The contents of the sealed boxes that a pair of participants sends through the server: the confirm first,
 * then signals until the data channel is open and whenever it is not.
 */
export const PairMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('confirm'),
    sig: base64UrlOf(64),
    profile: Profile,
    /** Where the device is one of several of its person. */
    computers: ComputerList.optional(),
  }),
  /** In the place of the confirm, from somebody who may let this device into a locked room and has not: signed as a confirm, and without a name. */
  z.object({ type: z.literal('wait'), sig: base64UrlOf(64), by: z.enum(['owner', 'moderator']) }),
  z.object({ type: z.literal('signal'), signal: LinkSignal }),
  z.object({ type: z.literal('bye') }),
]);
export type PairMessage = z.infer<typeof PairMessage>;
