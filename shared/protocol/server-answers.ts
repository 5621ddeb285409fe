import { z } from 'zod';
import { LIMITS } from '../base/limits.ts';
import { ServerAccess } from '../model/server.ts';
import { ServerHost } from '../model/server-host.ts';

/** The answer of `GET /about`: what a server says of itself before anybody is in. */
export const ServerAbout = z.object({
  service: z.literal('parley-signaling'),
  /** Without blanks: it is shown to people, and is no place for sentences. */
  version: z
    .string()
    .max(64)
    .regex(/^[\w.+-]+$/),
  protocol: z.number().int().min(0).max(65_535),
  access: ServerAccess,
  /** Whether it offers a relay for calls that find no direct way. */
  relay: z.boolean(),
  /** Whether it keeps a list of rooms. */
  listed_rooms: z.boolean(),
  /** The names under which invites lead to it, each as `host` or `host:port`; an entry on its list is signed for them. */
  hosts: z.array(ServerHost).max(LIMITS.serverNamesMax),
});
export type ServerAbout = z.infer<typeof ServerAbout>;

/** The answer of `POST /auth/refresh`, as far as an app needs it; `expires_in` in seconds. */
export const TokenExchange = z.object({
  access_token: z.string().min(1).max(2_048),
  expires_in: z.number().int().min(60).max(86_400),
  refresh_token: z.string().min(1).max(512),
});
export type TokenExchange = z.infer<typeof TokenExchange>;
