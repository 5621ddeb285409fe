import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, makeCertificate, needProgram, runProgram, startProgram } from '#support/programs.ts';
import { REPOSITORY } from '#support/repository.ts';

const HOOK = join(REPOSITORY, 'build/deploy/certificate/renewed.sh');

describe('the hook of certbot after a renewal (S16)', () => {
  let folder: string;
  let lineage: string;
  let tls: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-certificate-'));
    lineage = join(folder, 'live');
    tls = join(folder, 'tls');
    mkdirSync(lineage);
    mkdirSync(join(folder, 'bin'));
    await makeCertificate(lineage);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Stands in for systemctl or docker: writes down what it was asked. */
  const standIn = (name: string, code = 0): string => {
    const file = join(folder, 'bin', name);
    const asked = join(folder, `${name}.asked`);
    writeFileSync(file, `#!/bin/sh\necho "$@" >>${asked}\nexit ${code}\n`);
    chmodSync(file, 0o755);
    return asked;
  };
  const hook = (env: Record<string, string>) =>
    runProgram('/bin/sh', [HOOK], {
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, RENEWED_LINEAGE: lineage, PARLEY_TLS_DIR: tls, ...env },
    });

  it('puts both files where nginx and coturn read them, and has both take them over without a restart', async () => {
    const asked = standIn('systemctl');
    const { code, output } = await hook({});
    expect(code, output).toBe(0);
    for (const name of ['fullchain.pem', 'privkey.pem']) {
      expect(readFileSync(join(tls, name), 'utf8')).toBe(readFileSync(join(lineage, name), 'utf8'));
      expect(statSync(join(tls, name)).mode & 0o777).toBe(0o640);
    }
    expect(readFileSync(asked, 'utf8').trim().split('\n')).toEqual(['reload nginx', 'kill -s USR2 coturn']);
  });

  it('succeeds before nginx and coturn run: certbot calls it for the first certificate, too', async () => {
    standIn('systemctl', 1);
    const { code, output } = await hook({});
    expect(code, output).toBe(0);
    expect(output).toContain('nginx is not running yet');
  });

  it('tells the containers of the compose file', async () => {
    const asked = standIn('docker');
    const { code, output } = await hook({ COMPOSE_FILE: '/srv/parley/compose.yaml' });
    expect(code, output).toBe(0);
    expect(readFileSync(asked, 'utf8').trim().split('\n')).toEqual([
      'compose -f /srv/parley/compose.yaml exec -T nginx nginx -s reload',
      'compose -f /srv/parley/compose.yaml kill -s USR2 coturn',
    ]);
    expect(statSync(join(tls, 'privkey.pem')).gid).toBe(65_534);
  });

  it('is understood by the real coturn, which reads its certificate again on USR2', async () => {
    needProgram('turnserver');
    standIn('systemctl');
    await hook({});
    const [port, plain] = [await freePort(), await freePort()];
    const own = Object.values(networkInterfaces())
      .flat()
      .find((entry) => entry?.family === 'IPv4' && !entry.internal);
    const relay = startProgram(
      '/bin/sh',
      [
        join(REPOSITORY, 'build/deploy/coturn/start.sh'),
        ...['--listening-ip=127.0.0.1', `--listening-port=${plain}`, `--tls-listening-port=${port}`],
        `--pidfile=${join(folder, 'pid')}`,
      ],
      {
        env: {
          PATH: `${process.env.PATH ?? ''}:/usr/sbin`,
          TMPDIR: folder,
          TURN_SECRET: 'a-secret-for-tests-that-is-long-enough',
          TURN_REALM: 'localhost',
          TURN_PUBLIC_ADDRESS: '203.0.113.10',
          TURN_RELAY_ADDRESS: own?.address ?? '127.0.0.1',
          TURN_CERT: join(tls, 'fullchain.pem'),
          TURN_KEY: join(tls, 'privkey.pem'),
        },
        cwd: folder,
      },
    );
    onTestFinished(() => relay.close());
    const trusts = async (certificate: string): Promise<boolean> => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate });
      try {
        await once(socket, 'secureConnect');
        return true;
      } catch {
        return false;
      } finally {
        socket.destroy();
      }
    };
    const before = readFileSync(join(lineage, 'fullchain.pem'), 'utf8');
    await relay.whenever('coturn to answer', () => trusts(before));
    const renewed = await makeCertificate(lineage);
    await hook({});
    expect(await trusts(renewed)).toBe(false);
    relay.signal('SIGUSR2');
    await relay.whenever('coturn to show the new certificate', () => trusts(renewed));
  });
});
