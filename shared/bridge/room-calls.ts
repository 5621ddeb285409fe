import { z } from 'zod';
import { Room, RoomKeyring, RoomName, ServerHost } from '../model/index.ts';
import { RoomId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';

const Nothing = z.object({}).strict();
const OfRoom = z.object({ roomId: RoomId }).strict();

/** Rooms and their invites. */
export const roomCalls = {
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
} as const;
