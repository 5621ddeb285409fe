import { z } from 'zod';
import {
  AppInfo,
  ChatMessage,
  ChatText,
  Cursor,
  EmbeddedServerState,
  HistoryItem,
  HistoryPage,
  MessageRef,
  PeerStanding,
  Profile,
  Room,
  RoomKeyring,
  RoomName,
  SearchPage,
  ServerHost,
  Settings,
  SettingsChange,
} from '../model/index.ts';
import { base64UrlOf } from '../protocol/bytes.ts';
import { DeviceId, MessageId, RoomId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import { Head, Holdings } from '../protocol/link.ts';
import type { Outcome } from '../protocol/outcome.ts';

const Nothing = z.object({}).strict();
const OfRoom = z.object({ roomId: RoomId }).strict();
const Sig = base64UrlOf(64);
/** A stored message of somebody, and whether their device was ever met: no other will ever ask for a receipt. */
const Receivable = MessageRef.extend({ met: z.boolean() });

/** The typed fields of a hello; the core builds the signed bytes itself (security: no signing of free bytes). */
export const HelloFields = z
  .object({
    roomId: RoomId,
    epoch: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32 - 1),
    sess: base64UrlOf(16),
    eph: base64UrlOf(32),
    fp: base64UrlOf(32),
    ts: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
    caps: z.number().int().min(0).max(65_535),
    prev: base64UrlOf(16),
  })
  .strict();
export type HelloFields = z.infer<typeof HelloFields>;

export const PairRole = z.enum(['lo', 'hi']);
export type PairRole = z.infer<typeof PairRole>;

/**
 * Everything a page can ask of the core: a row is the whole definition of a call. Answers are Outcomes.
 */
export const bridgeCalls = {
  /** What runs here, and what the person must know about its start. */
  'app.info': { input: Nothing, output: AppInfo },
  /** Opens an https or mailto link outside Parley, after the person agreed. */
  'app.open-external': { input: z.object({ url: z.string().max(2_048) }).strict(), output: Nothing },
  /** The link that Parley was opened with, once: it fills in the lobby and never joins by itself. */
  'app.take-deep-link': { input: Nothing, output: z.object({ invite: z.string().nullable() }) },

  'settings.get': { input: Nothing, output: Settings },
  'settings.change': { input: SettingsChange, output: Settings },

  /** Signs this device's hello for one stay; `dev` is filled in by the core. */
  'identity.sign-hello': { input: HelloFields, output: z.object({ dev: DeviceId, sig: Sig }) },
  /** Signs a confirm over the transcript hash of one pair of hellos. */
  'identity.sign-confirm': {
    input: z.object({ role: PairRole, transcriptHash: base64UrlOf(32) }).strict(),
    output: z.object({ sig: Sig }),
  },

  /** Pins a peer's key at first contact and says how it stands from then on. */
  'peers.meet': { input: z.object({ deviceId: DeviceId, profile: Profile }).strict(), output: PeerStanding },
  /** The person compared the safety code (`verified: true`) or takes that back. */
  'peers.verify': { input: z.object({ deviceId: DeviceId, verified: z.boolean() }).strict(), output: PeerStanding },

  'rooms.list': { input: Nothing, output: z.object({ items: z.array(Room) }) },
  /** Makes a private room with fresh secrets on `host` (absent: the home server). */
  'rooms.create': {
    input: z.object({ name: RoomName, host: ServerHost.optional() }).strict(),
    output: Room,
  },
  /** Reads an invite without storing anything: what the lobby shows before the person joins. */
  'rooms.read-invite': {
    input: z.object({ invite: z.string().max(2_048) }).strict(),
    output: z.object({
      host: ServerHost,
      needsPassphrase: z.boolean(),
      /** The room, if this computer is a member already. */
      roomId: RoomId.nullable(),
    }),
  },
  /** Stores the room of an invite. Adding it twice is adding it once. */
  'rooms.add': {
    input: z
      .object({ invite: z.string().max(2_048), passphrase: z.string().max(LIMITS.passphraseMax).optional() })
      .strict(),
    output: Room,
  },
  'rooms.keyring': { input: OfRoom, output: RoomKeyring },
  'rooms.rename': {
    input: z.object({ roomId: RoomId, name: RoomName, renamedAt: z.number().int().nonnegative() }).strict(),
    output: Room,
  },
  'rooms.draft': { input: z.object({ roomId: RoomId, draft: z.string().max(4_000) }).strict(), output: Nothing },
  /** Deletes a room with everything in it from this computer. */
  'rooms.delete': { input: OfRoom, output: Nothing },

  /** Stores one's own message with the next seq and a signature. Acknowledged means durable. `id` makes it repeatable. */
  'history.compose': {
    input: z.object({ id: MessageId, roomId: RoomId, text: ChatText }).strict(),
    output: HistoryItem,
  },
  /** Stores others' messages after checking author and signature; says which are stored now and which were new. */
  'history.record': {
    input: z.object({ roomId: RoomId, messages: z.array(ChatMessage).max(LIMITS.historyBatchMax) }).strict(),
    output: z.object({
      stored: z.array(Receivable),
      fresh: z.array(HistoryItem),
      refused: z.number().int().nonnegative(),
    }),
  },
  'history.page': {
    input: z
      .object({
        roomId: RoomId,
        before: Cursor.optional(),
        limit: z.number().int().min(1).max(LIMITS.historyPageMax).default(50),
      })
      .strict(),
    output: HistoryPage,
  },
  /** The messages around one, for a jump from search. */
  'history.around': {
    input: z
      .object({
        roomId: RoomId,
        message: MessageRef,
        limit: z.number().int().min(1).max(LIMITS.historyPageMax).default(50),
      })
      .strict(),
    output: HistoryPage,
  },
  /** Any part of a word, any script; newest first. */
  'history.search': {
    input: z
      .object({
        query: z.string().max(200),
        roomId: RoomId.optional(),
        author: DeviceId.optional(),
        limit: z.number().int().min(1).max(100).default(50),
        offset: z.number().int().min(0).max(10_000).default(0),
      })
      .strict(),
    output: SearchPage,
  },
  /** A peer's receipts, or `sent` when a message was written to its link; the ids are those of own messages. */
  'history.mark': {
    input: z
      .object({
        roomId: RoomId,
        by: DeviceId,
        state: z.enum(['sent', 'delivered', 'read']),
        ids: z.array(MessageId).max(LIMITS.receiptsMax),
      })
      .strict(),
    output: z.object({ changed: z.array(HistoryItem) }),
  },
  /**
   * A device says how far its history of each author goes without a gap. Own messages up to there are delivered to it,
   * also where its receipt was lost; of very many the newest count.
   */
  'history.mark-heads': {
    input: z.object({ roomId: RoomId, by: DeviceId, heads: z.array(Head).max(LIMITS.headsMax) }).strict(),
    output: z.object({ changed: z.array(HistoryItem) }),
  },
  /** The person has seen everything up to and including this message; answers others' messages that were unread. */
  'history.mark-seen': {
    input: z.object({ roomId: RoomId, upTo: MessageRef }).strict(),
    output: z.object({ seen: z.array(Receivable) }),
  },
  /** What this device has of the authors above one and up to another; a lower `upTo` comes back where not all fit. */
  'history.heads': {
    input: OfRoom.extend({ above: DeviceId.nullable().default(null), upTo: DeviceId.nullable().default(null) }),
    output: z.object({ heads: z.array(Head), upTo: DeviceId.nullable() }),
  },
  /** What a device that holds this lacks, oldest first, and which of it are own messages. */
  'history.missing': {
    input: Holdings.extend({
      roomId: RoomId,
      limit: z.number().int().min(1).max(LIMITS.historyBatchMax).default(LIMITS.historyBatchMax),
    }).strict(),
    output: z.object({ messages: z.array(ChatMessage), own: z.array(MessageRef), hasMore: z.boolean() }),
  },

  'server.state': { input: Nothing, output: EmbeddedServerState },
  /** Lets other computers on the network use this app's own server, or stops that. */
  'server.allow-lan': { input: z.object({ allow: z.boolean() }).strict(), output: EmbeddedServerState },
} as const;

export type BridgeCall = keyof typeof bridgeCalls;
/** What a caller passes: fields with a usual value may be left out. */
export type BridgeInput<N extends BridgeCall> = z.input<(typeof bridgeCalls)[N]['input']>;
/** What a handler gets after parsing. */
export type BridgeParsed<N extends BridgeCall> = z.output<(typeof bridgeCalls)[N]['input']>;
export type BridgeOutput<N extends BridgeCall> = z.output<(typeof bridgeCalls)[N]['output']>;

/** What the core says by itself. */
export const bridgeEvents = {
  'settings.changed': Settings,
  'rooms.changed': z.object({ items: z.array(Room) }),
  /** A device is known by another name from now on, or its name is confirmed or no longer so. */
  'peers.changed': PeerStanding,
  'server.changed': EmbeddedServerState,
  /** Parley was opened again with a link. */
  'app.deep-link-arrived': z.object({ invite: z.string().max(2_048) }),
  /** Something a person should read, such as a full disk. */
  'app.noticed': AppInfo.shape.notices.element,
} as const;
export type BridgeEvent = keyof typeof bridgeEvents;
export type BridgePayload<E extends BridgeEvent> = z.output<(typeof bridgeEvents)[E]>;

/** How a page reaches the core, whatever carries it. Never throws and never rejects. */
export interface Bridge {
  call<N extends BridgeCall>(name: N, input: BridgeInput<N>): Promise<Outcome<BridgeOutput<N>>>;
  /** Returns the undo. */
  on<E extends BridgeEvent>(name: E, listener: (payload: BridgePayload<E>) => void): () => void;
}

/** What Electron's preload puts on `window.desktop`: names and plain JSON, nothing live. */
export interface RawBridge {
  call(name: string, input: unknown): Promise<unknown>;
  on(name: string, listener: (payload: unknown) => void): () => void;
}
