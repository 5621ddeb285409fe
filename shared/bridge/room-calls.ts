import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import {
  Lifetime,
  Room,
  RoomKeyring,
  RoomName,
  RoomRules,
  RoomRulesNow,
  RulesChange,
  ServerHost,
} from '../model/index.ts';
import { SignedListing } from '../protocol/signaling.ts';

const Nothing = z.object({}).strict();
const Passphrase = z.string().max(LIMITS.passphraseMax);
const OfRoom = z.object({ roomId: RoomId }).strict();

/** Rooms and their invites. */
export const roomCalls = {
  'rooms.list': { input: Nothing, output: z.object({ items: z.array(Room) }) },
  /** Makes a private room with fresh secrets on `host` (absent: the home server), and signs its name. With a passphrase the invite alone opens nothing. */
  'rooms.create': {
    input: z.object({ name: RoomName, host: ServerHost.optional(), passphrase: Passphrase.optional() }).strict(),
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
    input: z.object({ invite: z.string().max(2_048), passphrase: Passphrase.optional() }).strict(),
    output: Room,
  },
  'rooms.keyring': { input: OfRoom, output: RoomKeyring },
  /** How long the room's messages are kept on this computer, in ms; null: for ever. Older ones are deleted here soon, the others keep theirs. */
  'rooms.keep': { input: OfRoom.extend({ keepMs: Lifetime.nullable() }), output: Room },
  'rooms.draft': {
    input: z.object({ roomId: RoomId, draft: z.string().max(LIMITS.draftKeptMax) }).strict(),
    output: Nothing,
  },
  /** Deletes a room with everything in it from this computer. */
  'rooms.delete': { input: OfRoom, output: Nothing },

  /** The rules of the room that hold here. */
  'rooms.rules': { input: OfRoom, output: RoomRulesNow },
  /** Changes the rules and signs that. Refuses with `not-allowed` unless this person owns the room or moderates it; some is for owners alone. */
  'rooms.set-rules': { input: OfRoom.extend({ change: RulesChange }), output: RoomRulesNow },
  /** Keeps the records that a member handed on, as far as they are signed and newer. `forged`: how many are not signed by whom they name. */
  'rooms.learn-rules': {
    input: OfRoom.extend({ records: z.array(RoomRules).max(LIMITS.moderatorsMax + 1) }),
    output: z.object({ rules: RoomRulesNow, forged: z.number().int().nonnegative() }),
  },

  /** Notes whether the room is on its server's list: it was published, taken off, or found there. */
  'rooms.mark-listed': { input: OfRoom.extend({ listed: z.boolean() }), output: Room },
  /** Signs the room's entry for its server's list, for `room:publish` and `room:rename`. Only for rooms made here. */
  'rooms.sign-listing': {
    input: OfRoom.extend({ name: RoomName, issuedAt: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER) }),
    output: SignedListing,
  },
  /**
   * Proves to a room's server that this device made the room: the `proof` of `room:publish`, `room:rename` and
   * `room:withdraw`, over the server's challenge. `name` is empty for `withdraw`. Only for rooms made here.
   */
  'rooms.sign-ownership': {
    input: OfRoom.extend({
      act: z.enum(['publish', 'rename', 'withdraw']),
      host: ServerHost,
      challenge: base64UrlOf(LIMITS.challengeBytes),
      name: z.union([RoomName, z.literal('')]),
    }),
    output: z.object({ sig: base64UrlOf(64) }),
  },
} as const;
