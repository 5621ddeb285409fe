import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { RefreshToken } from '@parley/shared/protocol';
import { formatServerInvite } from '@parley/shared/sealing';
import { z } from 'zod';
import { startProcess } from './processes.ts';
import { type ServerOptions, startServer, type TestServer } from './server.ts';

const Right = z.object({ id: z.string(), token: RefreshToken });

export type GrantedRight = {
  /** Names the right in `token revoke`. */
  id: string;
  /** The invitation link that carries the right. */
  invitation: string;
};

/** Two servers as a host sets them up: one that asks for a password, one that asks for a personal invitation. */
export interface HostedServers {
  readonly byPassword: TestServer;
  readonly byToken: TestServer;
  readonly password: string;
  /** `npm run server -- token create` on the server with tokens. */
  grant(name: string): Promise<GrantedRight>;
  /** `npm run server -- token revoke`; the server closes the connections of that right. */
  revoke(right: GrantedRight): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts both servers in processes of their own. Their logs and the file of rights go into `folder`; `more` says how
 * they differ from the usual ones.
 */
export async function openHostedServers(
  folder: string,
  more: { byPassword?: ServerOptions; byToken?: ServerOptions } = {},
): Promise<HostedServers> {
  const password = 'seven-quiet-otters-cross-the-ford';
  const tokenEnv = {
    ACCESS: 'token',
    TOKEN_SECRET: randomBytes(48).toString('base64url'),
    TOKEN_FILE: join(folder, 'rights.db'),
  };
  const byPassword = await startServer({
    ...more.byPassword,
    env: { ...more.byPassword?.env, ACCESS: 'password', ACCESS_PASSWORD: password },
    logTo: join(folder, 'server-with-password.log'),
  });
  let byToken: TestServer;
  try {
    byToken = await startServer({
      ...more.byToken,
      env: { ...more.byToken?.env, ...tokenEnv },
      logTo: join(folder, 'server-with-tokens.log'),
    });
  } catch (error) {
    await byPassword.close();
    throw error;
  }

  const tokenCommand = async (...args: string[]): Promise<string> => {
    const command = startProcess({
      args: ['signaling-server/src/main.ts', 'token', ...args],
      env: { NODE_ENV: 'test', ...tokenEnv },
    });
    try {
      return await command.waitForLine('the answer of the token command', (line) => line.trim() || undefined);
    } finally {
      await command.close();
    }
  };
  return {
    byPassword,
    byToken,
    password,
    grant: async (name) => {
      const { id, token } = Right.parse(JSON.parse(await tokenCommand('create', '--name', name, '--json')));
      return { id, invitation: formatServerInvite({ host: byToken.host, refreshToken: token }) };
    },
    revoke: async ({ id }) => {
      await tokenCommand('revoke', id);
    },
    close: async () => {
      await Promise.all([byPassword.close(), byToken.close()]);
    },
  };
}
