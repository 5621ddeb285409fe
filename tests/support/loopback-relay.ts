import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, needProgram, startProgram } from './programs.ts';

/** A relay on this computer, and what a server needs to hand it out. */
export interface TestRelay {
  readonly env: { TURN_URLS: string; TURN_SECRET: string };
  close(): Promise<void>;
}

const SECRET = 'a-secret-for-the-relay-that-is-long-enough';

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy().destroyed));
    socket.once('error', () => resolve(false));
  });

/** Starts coturn on 127.0.0.1 and resolves when it listens. Fails where the program is missing. */
export async function startLoopbackRelay(): Promise<TestRelay> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-relay-'));
  const port = await freePort();
  const relay = startProgram(needProgram('turnserver'), [
    ...['-n', '--log-file', 'stdout', '--simple-log', '--no-cli', '--no-tls', '--no-dtls'],
    ...['--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1', '--listening-port', String(port)],
    ...['--use-auth-secret', '--static-auth-secret', SECRET, '--realm', 'relay.test'],
    // Everything is on this computer; the configuration that is shipped refuses exactly that.
    ...['--allow-loopback-peers', '--userdb', join(folder, 'turn.db'), '--pidfile', join(folder, 'turn.pid')],
  ]);
  await relay.whenever('it listens', () => answers(port));
  return {
    env: { TURN_URLS: `turn:127.0.0.1:${port}?transport=udp`, TURN_SECRET: SECRET },
    close: async () => {
      await relay.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
