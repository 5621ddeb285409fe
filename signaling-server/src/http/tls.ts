import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type Clock, repeat } from '../clock.ts';
import type { Log } from '../log.ts';

export type Certificate = { cert: Buffer; key: Buffer };
type Files = { certFile: string; keyFile: string };

const LOOK_EVERY_MS = 60_000;

/** Reads certificate and key, and checks that they belong together. Rejects with a sentence for the admin. */
export async function readCertificate({ certFile, keyFile }: Files): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/** Takes a renewed certificate over without a restart. What cannot be used is logged, and the old one stays. */
export function followCertificate(
  files: Files,
  clock: Clock,
  log: Log,
  use: (certificate: Certificate) => void,
): () => void {
  let seen: string | undefined;
  const look = async (): Promise<void> => {
    const stamp = (await Promise.all([stat(files.certFile), stat(files.keyFile)]))
      .map(({ mtimeMs, size }) => `${mtimeMs}:${size}`)
      .join();
    if (seen === undefined) seen = stamp;
    if (stamp === seen) return;
    use(await readCertificate(files));
    seen = stamp;
    log.info({ audit: true }, 'certificate read again');
  };
  const lookSafely = (): void => {
    look().catch((failure: unknown) => log.warn({ err: failure }, 'the certificate could not be read again'));
  };
  lookSafely();
  return repeat(clock, LOOK_EVERY_MS, lookSafely);
}
