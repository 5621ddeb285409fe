import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { CallId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { MessageCall } from './chat-message.ts';
import { Lifetime } from './entry.ts';
import { RoomName } from './room-name.ts';
import { ServerHost } from './server-host.ts';

/** A room as this computer knows it. */
export const Room = z.object({
  roomId: RoomId,
  /** As a member signed it last, by the order of the room. Null until this is here. */
  name: RoomName.nullable(),
  host: ServerHost,
  /** Whether this device made the room and holds its owner key. */
  mine: z.boolean(),
  needsPassphrase: z.boolean(),
  /** Whether it is known to be on its server's list. */
  listed: z.boolean(),
  /** Whether its secret was ever given to its server for that list: the server and its readers may have kept it. */
  wasListed: z.boolean(),
  createdAt: z.number().int().nonnegative(),
  lastActiveAt: z.number().int().nonnegative(),
  unread: z.number().int().nonnegative(),
  /** How many of the newest unread ones mention this person. */
  mentions: z.number().int().nonnegative(),
  lastMessage: z
    .object({
      name: z.string(),
      confirmed: z.boolean(),
      text: z.string(),
      sentAt: z.number().int(),
      mine: z.boolean(),
      /** Where it is no message but a call. */
      call: MessageCall.extend({ callId: CallId }).optional(),
    })
    .nullable(),
  /** The newest call that was missed and not seen since, its author's name, and how many such there are; absent: none. */
  missedCall: z
    .object({ callId: CallId, name: z.string(), confirmed: z.boolean(), count: z.number().int().positive() })
    .optional(),
  /** How long messages that are written now may be there, as a member set it for all; absent: without end. */
  lifetimeMs: Lifetime.optional(),
  /** How long its messages are kept on this computer; absent: for ever. */
  keepMs: Lifetime.optional(),
  /** The draft: text that the person has not sent. */
  draft: z.string().max(LIMITS.draftKeptMax),
});
export type Room = z.infer<typeof Room>;

/** The keys with which a page enters a room: the secret stays in memory, on disk it lies wrapped. */
export const RoomKeyring = z.object({
  roomId: RoomId,
  host: ServerHost,
  secret: base64UrlOf(32),
  ownerPub: base64UrlOf(32),
  passphrase: z.string().max(LIMITS.passphraseMax).nullable(),
  /** The invite to hand on. */
  invite: z.string().max(512),
});
export type RoomKeyring = z.infer<typeof RoomKeyring>;
