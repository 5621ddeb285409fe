import { z } from 'zod';
import { EmbeddedServerState, Server, ServerCheck, ServerHost, ServerName } from '../model/index.ts';

const Nothing = z.object({}).strict();
/** An address, an https or parley link, a server invitation, a room invite, or a whole message with one of them. */
const ServerText = z.string().min(1).max(20_000);
const Password = z.string().min(1).max(256);

/** This app’s own signaling server. */
export const ownServerCalls = {
  'server.state': { input: Nothing, output: EmbeddedServerState },
  /** Lets other computers on the network use this app's own server, or stops that. */
  'server.allow-lan': { input: z.object({ allow: z.boolean() }).strict(), output: EmbeddedServerState },
} as const;

/** The signaling servers that this computer knows. Passwords and tokens go in here and never come out. */
export const serverCalls = {
  /** All known servers, this app's own first. */
  'servers.list': { input: Nothing, output: z.object({ items: z.array(Server) }) },
  /** Reads which server a text names, without asking that server anything. Refuses with `bad-request`. */
  'servers.read': {
    input: z.object({ text: ServerText }).strict(),
    output: z.object({
      host: ServerHost,
      /** Whether the text is a server invitation, which carries the right to use the server. */
      hasToken: z.boolean(),
      known: z.boolean(),
    }),
  },
  /** Asks a server who it is and tries to get in, and stores nothing. A token in the text is not spent. */
  'servers.check': {
    input: z.object({ text: ServerText, password: Password.optional() }).strict(),
    output: z.object({ host: ServerHost, check: ServerCheck }),
  },
  /**
   * Stores a server, with the password, or with the token of a server invitation, once the server took it. Adding a
   * known server renews its right. Refuses as `servers.authorize` does.
   */
  'servers.add': {
    input: z.object({ text: ServerText, name: ServerName.nullish(), password: Password.optional() }).strict(),
    output: Server,
  },
  'servers.rename': {
    input: z.object({ host: ServerHost, name: ServerName.nullable() }).strict(),
    output: Server,
  },
  /**
   * Gets in anew after a right was refused, ended or was revoked: with a password, or with the text of a server
   * invitation for that host. Refuses with what the server said, and then the stored right stays as it was.
   */
  'servers.authorize': {
    input: z.object({ host: ServerHost, password: Password.optional(), text: ServerText.optional() }).strict(),
    output: Server,
  },
  /** Forgets a server with its right. Its rooms stay on disk and are not dialled until it is added again. */
  'servers.remove': { input: z.object({ host: ServerHost }).strict(), output: Nothing },
} as const;

export const serverEvents = {
  'servers.changed': z.object({ items: z.array(Server) }),
} as const;
