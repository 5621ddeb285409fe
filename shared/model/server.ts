import { z } from 'zod';
import { isVisible } from './profile.ts';
import { ServerHost } from './server-host.ts';

/** How one gets into a server at all. */
export const ServerAccess = z.enum(['open', 'password', 'token']);
export type ServerAccess = z.infer<typeof ServerAccess>;

const CredentialKind = z.enum(['password', 'token']);
const EpochMs = z.number().int().nonnegative();

/** A person's own name for a server: 1 to 64 visible characters. */
export const ServerName = z.string().trim().min(1).max(64).refine(isVisible, { error: 'bad-request' });
export type ServerName = z.infer<typeof ServerName>;

/** Why a server takes a right no more. */
export const LostRightCode = z.enum(['access-refused', 'access-expired', 'access-revoked']);
export type LostRightCode = z.infer<typeof LostRightCode>;

/**
 * This person's right to use a server. `held`: a credential is stored; `endsAt` is when its access token ends, in ms
 * since 1970, null for a password and while no access token is known. `lost`: the server took it no more, and why.
 */
export const ServerRight = z.discriminatedUnion('at', [
  z.object({ at: z.literal('none') }),
  z.object({ at: z.literal('held'), kind: CredentialKind, endsAt: EpochMs.nullable() }),
  z.object({
    at: z.literal('lost'),
    kind: CredentialKind,
    code: LostRightCode,
  }),
]);
export type ServerRight = z.infer<typeof ServerRight>;

/** The result of a check of a server. Times in ms; `checkedAt` since 1970. */
export const ServerCheck = z.discriminatedUnion('at', [
  z.object({
    at: z.literal('ok'),
    version: z.string().max(64),
    access: ServerAccess,
    /** Whether the server offers a relay for calls that find no direct way. */
    relay: z.boolean(),
    /** Whether the server keeps a list of rooms. */
    listedRooms: z.boolean(),
    roundTripMs: z.number().nonnegative(),
    checkedAt: EpochMs,
  }),
  z.object({ at: z.literal('failed'), code: z.string().max(64), message: z.string().max(500), checkedAt: EpochMs }),
]);
export type ServerCheck = z.infer<typeof ServerCheck>;

/** A signaling server that this computer knows. */
export const Server = z.object({
  host: ServerHost,
  /** The person's own name for it. */
  name: ServerName.nullable(),
  /** Whether this app runs it ('This computer'). */
  own: z.boolean(),
  right: ServerRight,
  /** How many rooms of this computer are on it. */
  rooms: z.number().int().nonnegative(),
  /** The newest check since the start; null before the first. */
  check: ServerCheck.nullable(),
});
export type Server = z.infer<typeof Server>;
