import { z } from 'zod';
import { base64UrlLength, base64UrlOf } from '../base/bytes.ts';
import { ParticipantId, ResumeToken, RoomId, SignalId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { RoomName } from '../model/room-name.ts';

/** A sealed box in base64url: the server checks that it is text of a fair size and forwards it unread. */
export const SealedBox = z
  .string()
  .min(40)
  .max(base64UrlLength(LIMITS.boxMaxBytes))
  .regex(/^[A-Za-z0-9_-]+$/);

export const StreamKind = z.enum(['camera', 'microphone', 'screen']);
export type StreamKind = z.infer<typeof StreamKind>;

/** As in RTCIceServer of the WebRTC standard. */
export const IceServer = z.object({
  urls: z.array(z.string().min(1).max(LIMITS.iceUrlMaxChars)).min(1).max(LIMITS.iceUrlsMax),
  username: z.string().max(512).optional(),
  credential: z.string().max(512).optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** STUN and TURN servers with the time at which their credentials end (ms from now; absent: they do not). */
export const IceConfig = z.object({
  iceServers: z.array(IceServer).max(8),
  expiresInMs: z.number().int().positive().optional(),
});
export type IceConfig = z.infer<typeof IceConfig>;

const v = z.number().int().min(0).max(65_535);

/** The bytes that the server asks a client to sign; fresh, used once. The first of a socket are its Engine.IO `sid`. */
export const ChallengeBytes = base64UrlOf(LIMITS.challengeBytes);

/** A further challenge. */
export const Challenge = z.object({ v, challenge: ChallengeBytes, expiresInMs: z.number().int().positive() });
export type Challenge = z.infer<typeof Challenge>;

export const RoomJoin = z.object({
  v,
  roomId: RoomId,
  authPub: base64UrlOf(32),
  ownerPub: base64UrlOf(32),
  /** Ed25519 by `authPub` over "parley/1 join" | SHA-256(host) | challenge | roomId. */
  sig: base64UrlOf(64),
  /** Proves a returning participant; with it the seat is resumed. */
  resumeToken: ResumeToken.optional(),
});
export type RoomJoin = z.infer<typeof RoomJoin>;

export const SeatNotice = z.object({ participantId: ParticipantId, away: z.boolean() });

export const RoomJoined = z.object({
  participantId: ParticipantId,
  resumeToken: ResumeToken,
  /** True when the seat of `resumeToken` was found and is held again. */
  resumed: z.boolean(),
  /** The other seats of the room: a hint only, the roster is built from authenticated hellos. */
  participants: z.array(SeatNotice).max(256),
  capacity: z.number().int().positive(),
  ice: IceConfig,
});
export type RoomJoined = z.infer<typeof RoomJoined>;

export const SignalSend = z.object({
  roomId: RoomId,
  /** One participant, or everyone else in the room. */
  to: z.union([z.literal('*'), ParticipantId]),
  id: SignalId,
  box: SealedBox,
});
export type SignalSend = z.infer<typeof SignalSend>;

/** A room on a server's list, signed by its owner's key: see listingBytes in shared/sealing. */
export const SignedListing = z.object({
  roomId: RoomId,
  name: RoomName,
  /** The secret of the invite: the server and everybody who reads the list can come in, unless there is a passphrase. */
  secret: base64UrlOf(32),
  authPub: base64UrlOf(32),
  ownerPub: base64UrlOf(32),
  /** Whether the secret alone is not enough. */
  needsPassphrase: z.boolean(),
  /** The server that it is for: SHA-256 of each of its names, `host[:port]` in lower case. */
  hosts: z.array(base64UrlOf(32)).min(1).max(LIMITS.serverNamesMax),
  /** ms since 1970 by the owner's clock; an older listing never replaces a newer one. */
  issuedAt: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  sig: base64UrlOf(64),
});
export type SignedListing = z.infer<typeof SignedListing>;

/** The owner's signature over the server's challenge: see ownershipBytes in shared/sealing. */
const proof = base64UrlOf(64);

export const RoomPublish = SignedListing.extend({ proof });
export type RoomPublish = z.infer<typeof RoomPublish>;

export const RoomList = z.object({
  /** `cursor` of the page before; absent: from the beginning. */
  after: z.string().min(1).max(400).optional(),
  limit: z.number().int().min(1).max(LIMITS.listedPageMax),
  /** Only names that contain this, whatever their case. */
  search: z.string().max(LIMITS.roomNameMax).optional(),
});
export type RoomList = z.infer<typeof RoomList>;

export const ListedRoom = SignedListing.extend({ participants: z.number().int().nonnegative() });
export type ListedRoom = z.infer<typeof ListedRoom>;

export const ListedRooms = z.object({
  items: z.array(ListedRoom).max(LIMITS.listedPageMax),
  total_count: z.number().int().nonnegative(),
  returned_count: z.number().int().nonnegative(),
  has_more: z.boolean(),
  /** Give it as `after` for the next page; absent on the last. */
  cursor: z.string().min(1).max(400).optional(),
});
export type ListedRooms = z.infer<typeof ListedRooms>;

const InRoom = z.object({ roomId: RoomId });
const StreamNotice = z.object({ roomId: RoomId, kind: StreamKind });
const Nothing = z.object({});

/** The calls of a client; every call is answered with an Outcome around `ack`. */
export const clientEvents = {
  'challenge:get': { input: z.object({ v }), ack: Challenge },
  'room:join': { input: RoomJoin, ack: RoomJoined },
  'room:leave': { input: InRoom, ack: Nothing },
  'room:publish': { input: RoomPublish, ack: Nothing },
  'room:rename': { input: RoomPublish, ack: Nothing },
  'room:withdraw': { input: z.object({ roomId: RoomId, proof }), ack: Nothing },
  'room:list': { input: RoomList, ack: ListedRooms },
  'signal:send': { input: SignalSend, ack: z.object({ handedTo: z.number().int().nonnegative() }) },
  'stream:start': { input: StreamNotice, ack: Nothing },
  'stream:stop': { input: StreamNotice, ack: Nothing },
  'turn:get': { input: InRoom, ack: IceConfig },
} as const;
export type ClientEvent = keyof typeof clientEvents;
export type ClientInput<E extends ClientEvent> = z.input<(typeof clientEvents)[E]['input']>;
export type ClientAck<E extends ClientEvent> = z.output<(typeof clientEvents)[E]['ack']>;

const AboutParticipant = z.object({ roomId: RoomId, participantId: ParticipantId });

export const SignalReceived = z.object({
  roomId: RoomId,
  /** Stamped by the server; never read from the sender. */
  from: ParticipantId,
  id: SignalId,
  /** Whether it was addressed to everyone. */
  toAll: z.boolean(),
  box: SealedBox,
});
export type SignalReceived = z.infer<typeof SignalReceived>;

/** To the socket that had a seat until another one showed its token. */
export const SeatMoved = z.object({ roomId: RoomId, code: z.literal('seat-moved'), message: z.string().max(500) });

/** The events of the server. Each of them is a hint, except the boxes, which prove themselves. */
export const serverEvents = {
  'participant:joined': AboutParticipant,
  'participant:away': AboutParticipant,
  'participant:back': AboutParticipant,
  'participant:left': AboutParticipant,
  'signal:received': SignalReceived,
  'seat:moved': SeatMoved,
  /** Said right before the server closes a socket on purpose. */
  'server:closing': z.object({
    code: z.enum(['slow-consumer', 'blocked', 'timed-out', 'server-draining', 'access-expired', 'access-revoked']),
  }),
  'server:drain': z.object({ retryAfterMs: z.number().int().nonnegative() }),
} as const;
export type ServerEvent = keyof typeof serverEvents;
export type ServerPayload<E extends ServerEvent> = z.output<(typeof serverEvents)[E]>;

/** Sent in Socket.IO's `auth` when connecting. */
export const ConnectAuth = z.object({
  v,
  /** Present on a server that asks for one. */
  password: z.string().max(256).optional(),
  /** An access token (JWT), of a server that asks for one. */
  token: z.string().max(2_048).optional(),
});
export type ConnectAuth = z.infer<typeof ConnectAuth>;

/** Path of the Socket.IO endpoint. */
export const SIGNALING_PATH = '/parley';

/** The messages of a signaling server to the process that started it, over that process's channel. */
export const ServerReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), port: z.number().int().min(1).max(65_535) }),
  z.object({ type: z.literal('failed'), code: z.string().max(64) }),
]);
export type ServerReport = z.infer<typeof ServerReport>;
