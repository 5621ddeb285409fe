import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needProgram, runProgram } from '#support/programs.ts';
import type { ServerOptions } from '#support/server.ts';

/**
 * Lets real servers on this computer go by names that nobody has registered, by TLS, so that pictures show what people
 * see and no address of a test.
 */
export type Names = {
  /** For the hosts of the apps: they find and trust these names, and nobody else does. */
  hostEnv: Readonly<Record<string, string>>;
  /** For a server that goes by the name. */
  serverOf(name: string, port: number): ServerOptions & { env: Readonly<Record<string, string>> };
};

/** Makes a certificate for the names, all of them below `.example`; its files go into `folder`. */
export async function makeNames(folder: string, names: readonly string[]): Promise<Names> {
  const [certificate, key] = [join(folder, 'names.pem'), join(folder, 'names.key')];
  const { code, output } = await runProgram(needProgram('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`],
    ...['-keyout', key, '-out', certificate],
  ]);
  if (code !== 0) throw new Error(output);
  // Node reads it before the app; from then on these names lead to this computer.
  const lookup = join(folder, 'lookup.cjs');
  await writeFile(
    lookup,
    `const dns = require('node:dns');
const lookup = dns.lookup;
dns.lookup = (name, ...rest) => lookup(name.endsWith('.example') ? '127.0.0.1' : name, ...rest);
`,
  );
  return {
    hostEnv: { NODE_EXTRA_CA_CERTS: certificate, NODE_OPTIONS: `--require ${lookup}` },
    serverOf: (name, port) => ({ name, port, env: { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key } }),
  };
}
