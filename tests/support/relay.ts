import { createHash, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { makeCertificate, needProgram, runProgram, startProgram } from './programs.ts';
import { REPOSITORY } from './repository.ts';

const FOLDER = join(REPOSITORY, 'build/deploy/coturn');
const SECRET = 'a-secret-for-tests-that-is-long-enough';

export type RelayOptions = {
  /** Its certificate and its temporary files. */
  folder: string;
  /** The address that people reach it at. */
  listenOn: string;
  /** The address that it sends from, as the world sees it; of this computer, and no private one. */
  sendsFrom: string;
  within?: readonly string[];
};

/** Debian's coturn with the shipped configuration, over UDP, TCP and TLS. */
export interface Relay {
  /** The setting of a signaling server that gives its credentials out. */
  readonly secret: string;
  /** Where it is over each of them, as a signaling server names it. */
  readonly urls: Readonly<Record<'udp' | 'tcp' | 'tls', string>>;
  /** SHA-256 of its certificate's public key, for a browser that is to trust it. */
  readonly key: string;
  close(): Promise<void>;
}

/** Starts the relay and waits until it listens. */
export async function startRelay({ folder, listenOn, sendsFrom, within = [] }: RelayOptions): Promise<Relay> {
  needProgram('turnserver');
  const certificate = new X509Certificate(await makeCertificate(folder, listenOn));
  const start = ['/bin/sh', join(FOLDER, 'start.sh'), `--listening-ip=${listenOn}`, `--pidfile=${join(folder, 'pid')}`];
  const [command = '', ...args] = [...within, ...start];
  const program = startProgram(command, args, {
    cwd: folder,
    env: {
      PATH: `${process.env.PATH ?? ''}:/usr/sbin`,
      TMPDIR: folder,
      TURN_SECRET: SECRET,
      TURN_REALM: 'relay.test',
      TURN_PUBLIC_ADDRESS: sendsFrom,
      TURN_RELAY_ADDRESS: sendsFrom,
      TURN_CERT: join(folder, 'fullchain.pem'),
      TURN_KEY: join(folder, 'privkey.pem'),
    },
  });
  try {
    await program.whenever('the relay to listen', async () => {
      // The table of the kernel, because the relay says nothing of it: an address in hexadecimal, the port, and the state.
      const [command, ...args] = [...within, 'cat', '/proc/net/tcp'];
      const listening = [...(await runProgram(command, args)).output.matchAll(/:([0-9A-F]{4}) \S+ 0A /g)];
      return [3_478, 5_349].every((port) => listening.some(([, found]) => Number.parseInt(found ?? '', 16) === port));
    });
  } catch (error) {
    await program.close();
    throw error;
  }
  const publicKey = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return {
    secret: SECRET,
    urls: {
      udp: `turn:${listenOn}:3478?transport=udp`,
      tcp: `turn:${listenOn}:3478?transport=tcp`,
      tls: `turns:${listenOn}:5349?transport=tcp`,
    },
    key: createHash('sha256').update(publicKey).digest('base64'),
    close: () => program.close(),
  };
}
