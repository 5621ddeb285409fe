import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { CallId, DeviceId, MessageId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { ChatText, MessageRef } from './chat-message.ts';
import { FileOffer } from './file.ts';
import { DisplayName } from './profile.ts';
import { RoomName } from './room-name.ts';
import { fitsVoice } from './voice.ts';

/** How long a message may be there, in ms. */
export const Lifetime = z.number().int().min(LIMITS.lifetimeMinMs).max(LIMITS.lifetimeMaxMs);
export type Lifetime = z.infer<typeof Lifetime>;

const Milliseconds = z.number().int().nonnegative().max(8_640_000_000_000_000);

/** 16 random bytes: without them the digest of a short text could be guessed after the text is gone. */
const Salt = base64UrlOf(16);
const TextBody = z.object({ salt: Salt, text: ChatText });

/** A pictograph with what joins and colours it, a flag, or a keycap. */
const EMOJI =
  /^(?:\p{Extended_Pictographic}(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F|\u200D|[\u{E0020}-\u{E007F}])*|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)$/u;
const symbols = new Intl.Segmenter();

/**
 * One emoji as people see it: one symbol, whatever it is made of. Not `\p{RGI_Emoji}`: that compiles to 860 KB of machine code in
 * 55 ms.
 */
export const Emoji = z
  .string()
  .max(40)
  .refine((text) => EMOJI.test(text) && [...symbols.segment(text)].length === 1, { error: 'message-invalid' });
export type Emoji = z.infer<typeof Emoji>;
const ReactionBody = z.object({ salt: Salt, emoji: Emoji, on: z.boolean() });
const TimerBody = z.object({ salt: Salt, lifetimeMs: Lifetime.nullable() });
const NameBody = z.object({ salt: Salt, name: RoomName });
const CallBody = z.object({ salt: Salt });
/** How long a call had run when somebody left it. */
const CallLength = z.number().int().nonnegative().max(LIMITS.callLengthMaxMs);
const HangupBody = z.object({ salt: Salt, lengthMs: CallLength });
/** An offered file. Its salt is that of the offer too: the id of the entry is the id of the file, which nobody can make for other content. */
const FileBody = FileOffer.pick({ name: true, folders: true, sizeBytes: true, root: true, voice: true })
  .extend({ salt: Salt })
  .refine(fitsVoice);

/**
 * The fields of every entry. `seq` counts the author's entries in this room from 1, without gaps; a device that was restored
 * from a copy may use a number twice, and both entries count. `clock` is a Lamport clock: one more
 * than the highest the author had seen, so that (clock, author, id) orders a room the same way on every device,
 * whatever their wall clocks say. `digest` is the SHA-256 of the body. The signature covers the header with the digest, so that
 * an entry stays provable after its body was erased. `expires` says how many ms after `sentAt` the body is to be gone; without it, never.
 */
export const EntryHeader = z.object({
  id: MessageId,
  roomId: RoomId,
  author: DeviceId,
  authorName: DisplayName,
  seq: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40),
  clock: z
    .number()
    .int()
    .min(1)
    .max(2 ** 48),
  sentAt: Milliseconds,
  expires: Lifetime.optional(),
  digest: base64UrlOf(32),
  sig: base64UrlOf(64),
});

/**
 * A step of a room's conversation, as it travels and as it is stored. `of` is the message that it is about: answered by a text,
 * or edited, deleted or reacted to. A body is null where it was erased: after a later edit or deletion by its author, or because its time is over.
 * A timer says how long the messages that are written from then on may be there, whoever writes them; null: without end. A `name` says what the
 * room is called from then on; the last one in the order of the room counts, whoever gave it, and it has no `expires`. The id of a `file`
 * is that of the file, that of a `call` the id of the call that its author started. A `hangup` says that its author left a call, and how long
 * that had run by then.
 */
export const Entry = z.discriminatedUnion('kind', [
  EntryHeader.extend({ kind: z.literal('text'), of: MessageRef.nullable(), body: TextBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('edit'), of: MessageRef, body: TextBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('delete'), of: MessageRef, body: z.null() }),
  EntryHeader.extend({ kind: z.literal('reaction'), of: MessageRef, body: ReactionBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('timer'), of: z.null(), body: TimerBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('name'), of: z.null(), body: NameBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('file'), of: z.null(), body: FileBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('call'), of: z.null(), body: CallBody.nullable() }),
  EntryHeader.extend({ kind: z.literal('hangup'), of: MessageRef, body: HangupBody.nullable() }),
]);
export type Entry = z.infer<typeof Entry>;
export type EntryKind = Entry['kind'];
export type EntryBody = NonNullable<Entry['body']>;

/**
 * The content of one's own entry, before it gets a place and a signature. A text or a file lasts as long as the room's timer says, unless
 * `lifetimeMs` says otherwise; null: without end. A `hangup` is about the entry of its call.
 */
export const EntryContent = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('text'),
      text: ChatText,
      of: MessageRef.nullable().default(null),
      lifetimeMs: Lifetime.nullable().optional(),
    })
    .strict(),
  z.object({ kind: z.literal('edit'), text: ChatText, of: MessageRef }).strict(),
  z.object({ kind: z.literal('delete'), of: MessageRef }).strict(),
  z.object({ kind: z.literal('reaction'), emoji: Emoji, on: z.boolean(), of: MessageRef }).strict(),
  z.object({ kind: z.literal('timer'), lifetimeMs: Lifetime.nullable(), of: z.null().default(null) }).strict(),
  z.object({ kind: z.literal('name'), name: RoomName, of: z.null().default(null) }).strict(),
  FileOffer.omit({ offeredAt: true, round: true })
    .extend({
      kind: z.literal('file'),
      of: z.null().default(null),
      lifetimeMs: Lifetime.nullable().optional(),
    })
    .strict()
    .refine(fitsVoice),
  z.object({ kind: z.literal('call'), callId: CallId, of: z.null().default(null) }).strict(),
  z.object({ kind: z.literal('hangup'), callId: CallId, lengthMs: CallLength }).strict(),
]);
export type EntryContent = z.infer<typeof EntryContent>;
