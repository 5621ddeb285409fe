import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { type Clock, repeatTask } from '../clock.ts';
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

/** How long before its end a certificate is warned of: Let's Encrypt's are renewed 30 days before. */
const ENDS_SOON_MS = 14 * 86_400_000;

/** Why clients will not take this certificate, though it can be loaded; `hosts` are those of invites, with or without a port. */
export function certificateFault(cert: Buffer, hosts: readonly string[], nowMs: number): string | undefined {
  const certificate = new X509Certificate(cert);
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (nowMs >= until) return `The certificate in TLS_CERT_FILE ended on ${certificate.validTo}: nobody can connect.`;
  if (nowMs < from)
    return `The certificate in TLS_CERT_FILE begins on ${certificate.validFrom}: nobody can connect yet.`;
  const strange = hosts
    .map((host) => host.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
    .filter((name) => !isFor(certificate, name));
  if (strange.length > 0)
    return `The certificate in TLS_CERT_FILE is not for ${strange.join(', ')}, which PUBLIC_HOSTS names.`;
  return until - nowMs < ENDS_SOON_MS
    ? `The certificate in TLS_CERT_FILE ends on ${certificate.validTo}: renew it.`
    : undefined;
}

const isFor = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;

/** The problems of the files of certificate and key, a line for each setting; nothing when they can be used. */
export async function certificateProblems({ certFile, keyFile }: Files): Promise<string[]> {
  const named = { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile };
  const problems: string[] = [];
  for (const [setting, file] of Object.entries(named)) {
    await readFile(file).catch((failure: NodeJS.ErrnoException) => {
      problems.push(`${setting}: ${file} cannot be read (${failure.code ?? failure.message})`);
    });
  }
  if (problems.length > 0) return problems;
  return readCertificate({ certFile, keyFile }).then(
    () => [],
    (failure: Error) => [`TLS_CERT_FILE, TLS_KEY_FILE: they are no certificate and its key (${failure.message})`],
  );
}

/** Takes a renewed certificate over without a restart. A certificate that cannot be used is logged, and the old one stays. */
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
  const looking = repeatTask(clock, LOOK_EVERY_MS, look, (failure) =>
    log.warn({ err: failure }, 'the certificate could not be read again'),
  );
  looking.run();
  return looking.stop;
}
