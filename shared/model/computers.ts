import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { DeviceId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';
import { DisplayName, Profile } from './profile.ts';
import { RoomName } from './room-name.ts';

const Sig = base64UrlOf(64);
const EpochMs = z.number().int().nonnegative().max(8_640_000_000_000_000);

/** The name of a computer, by which its person tells it from the others. */
export const ComputerName = DisplayName;
export type ComputerName = z.infer<typeof ComputerName>;

/** A further computer of a person. `consent` is its own signature under the first one's key: nobody takes a device in that did not ask. */
export const Computer = z.object({
  device: DeviceId,
  name: ComputerName,
  /** When it asked to be taken in, by its own clock. */
  askedAt: EpochMs,
  consent: Sig,
});
export type Computer = z.infer<typeof Computer>;

/**
 * The computers of a person beside the first, whose key names the person and signs the list. The newest list counts: a computer that
 * is not on it is none of the person's any more.
 */
export const ComputerList = z
  .object({
    person: DeviceId,
    issuedAt: EpochMs,
    computers: z.array(Computer).max(LIMITS.computersMax),
    sig: Sig,
  })
  .refine(
    ({ person, computers }) =>
      new Set<string>([person, ...computers.map(({ device }) => device)]).size === computers.length + 1,
  );
export type ComputerList = z.infer<typeof ComputerList>;

/**
 * A computer is none of its person's any more, by its own word: it takes back everything by which it agreed to be one, up to that time.
 * Nobody else has to agree, and no list can undo it.
 */
export const ComputerLeave = z.object({
  device: DeviceId,
  /** By the clock that `askedAt` goes by. */
  leftAt: EpochMs,
  /** Over `leftAt`, by the device. */
  sig: Sig,
});
export type ComputerLeave = z.infer<typeof ComputerLeave>;

/** A new computer asks to be taken in: its part of the list, and the key under which it wants the person's rooms. */
export const ComputerAsk = Computer.extend({
  /** X25519, for this time only. */
  boxKey: base64UrlOf(32),
  /** Over `boxKey`, by the device. */
  sig: Sig,
});
export type ComputerAsk = z.infer<typeof ComputerAsk>;

/** The first computer takes a new one in: the list with it, and the key under which the parts of the transfer are sealed. */
export const ComputerWelcome = z.object({
  list: ComputerList,
  eph: base64UrlOf(32),
  /** Over `eph`, by the person's key. */
  sig: Sig,
  parts: z.number().int().min(1).max(LIMITS.transferPartsMax),
});
export type ComputerWelcome = z.infer<typeof ComputerWelcome>;

/** A sealed part of a transfer. Only the two cores can open it. */
export const TransferPart = z
  .string()
  .regex(/^[\w-]+$/)
  .max(LIMITS.transferPartMaxChars);

/** The things that the computers of one person tell each other: the name, the latest one counts, and the rooms, each computer takes those that are new to it. */
export const OwnThings = z.object({
  profile: Profile,
  /** When the person took that name, by the clock of the computer on which they did. */
  profileAt: EpochMs,
  rooms: z
    .array(
      z.object({
        roomId: RoomId,
        invite: z.string().max(512),
        passphrase: z.string().max(LIMITS.passphraseMax).nullable(),
        name: RoomName.nullable(),
      }),
    )
    .max(LIMITS.ownRoomsMax),
});
export type OwnThings = z.infer<typeof OwnThings>;

/** The computers of this person, as this one knows them. */
export const ComputersState = z.object({
  /** This one. */
  device: DeviceId,
  /** The first one's key. The same as `device` where this is the first, or the only one. */
  person: DeviceId,
  /** As the first one signed it last; null where there is only this one. */
  list: ComputerList.nullable(),
  /** All of them, the first before the others: not one that is on the list and left. */
  devices: z.array(DeviceId),
  /** The name of this computer in its system. */
  suggestedName: z.string(),
});
export type ComputersState = z.infer<typeof ComputersState>;
