import { z } from 'zod';
import { DeviceId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import {
  ComputerAsk,
  ComputerLeave,
  ComputerList,
  ComputerName,
  ComputersState,
  ComputerWelcome,
  OwnThings,
  TransferPart,
} from '../model/index.ts';

const Nothing = z.object({}).strict();
/** The words about computers in one message of a link. */
const Lists = z.array(ComputerList).max(LIMITS.computerListsMax);
const Left = z.array(ComputerLeave).max(LIMITS.computerListsMax);
const Index = z.number().int().min(0).max(LIMITS.transferPartsMax);

/** The several computers of one person. Keys and secrets of rooms go sealed from one core to the other; pages only carry them. */
export const computerCalls = {
  'computers.state': { input: Nothing, output: ComputersState },
  /**
   * Takes a computer off the list. It keeps what it has. Refuses with `computer-not-first` on any but the first computer, and with
   * `computers-in-doubt` soon after a restore from a backup.
   */
  'computers.remove': { input: z.object({ device: DeviceId }).strict(), output: ComputersState },
  /** This computer is nobody's further one any more. It keeps what it has. Refuses with `not-allowed` on the first computer. */
  'computers.leave': { input: Nothing, output: ComputersState },

  /**
   * The new computer asks to be one of that person, after its own person compared the codes. Refuses with `not-allowed` where this one is
   * in use, and with `computer-asked` where its key asked before.
   */
  'computers.ask': { input: z.object({ person: DeviceId, name: ComputerName }).strict(), output: ComputerAsk },
  /**
   * The first computer takes a new one in, after the person compared the codes and agreed once more in a place that no page reaches, and
   * signs the list with it. Refuses with `computer-not-first`, `computers-full`, `cancelled` where the person did not agree,
   * `computer-unanswered` where another such question is open, and `computer-refused` where the new one did not sign what it asks.
   */
  'computers.welcome': { input: z.object({ ask: ComputerAsk }).strict(), output: ComputerWelcome },
  'computers.part': { input: z.object({ index: Index }).strict(), output: z.object({ part: TransferPart }) },
  /** Gives nothing more; one that `failed` to come to the end is taken off the list again. */
  'computers.stop-giving': { input: z.object({ failed: z.boolean() }).strict(), output: ComputersState },
  /** The new computer was taken in. Refuses with `computer-refused` where that person did not sign it. */
  'computers.take-welcome': { input: z.object({ welcome: ComputerWelcome }).strict(), output: Nothing },
  /** A part in its order. Refuses with `computer-refused` for any other. */
  'computers.take-part': { input: z.object({ index: Index, part: TransferPart }).strict(), output: Nothing },
  /** Stores everything, once all parts are here. */
  'computers.finish': { input: Nothing, output: Nothing },
  /** Opens the app anew with what was stored; `app.restarted` follows. */
  'computers.begin': { input: Nothing, output: Nothing },
  /** Forgets what was asked. Where the key asked already, the app opens anew with a fresh one; `app.restarted` follows. */
  'computers.stop-getting': { input: Nothing, output: Nothing },

  /** What this computer tells the others of its person, in messages that each fit into a link. */
  'computers.own': { input: Nothing, output: z.object({ messages: z.array(OwnThings) }) },
  /** Another computer of this person told that; of any other device it is refused with `not-allowed`. */
  'computers.take-own': { input: OwnThings.extend({ by: DeviceId }).strict(), output: Nothing },
  /**
   * The lists of people who wrote in a room, this person's own first, and who of their computers left. `only`: of those persons and devices
   * alone.
   */
  'computers.in-room': {
    input: z.object({ roomId: RoomId, only: z.array(DeviceId).optional() }).strict(),
    output: z.object({ lists: z.array(ComputerList), left: z.array(ComputerLeave) }),
  },
  /** Takes what a device handed on in a room about computers; whatever is newer and signed counts. */
  'computers.learn': {
    input: z.object({ lists: Lists, left: Left, by: DeviceId, roomId: RoomId }).strict(),
    output: Nothing,
  },
} as const;

export const computerEvents = {
  /** This person's computers, or those of somebody else, are others than before. */
  'computers.changed': ComputersState.extend({
    changed: z.object({
      /** Those who have a new list, and computers that left one. */
      persons: z.array(DeviceId),
      /** Those that stand otherwise. */
      devices: z.array(DeviceId),
    }),
  }),
} as const;
