import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerHost } from '@parley/shared/model';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NODE } from '#support/repository.ts';
import { type Right, readRight } from '../../probe/right.ts';
import { NotWorking, trySignaling } from '../../probe/try-signaling.ts';
import { startTestServer, type TestServer } from './harness.ts';

const tried = (server: TestServer, right?: Right) =>
  trySignaling(server.url, ServerHost.parse(`127.0.0.1:${server.port}`), right);
const problemOf = async (server: TestServer, right?: Right): Promise<string> => {
  const failure = await tried(server, right).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(NotWorking);
  return (failure as NotWorking).message;
};

describe('the probe before a server that asks for a right (S18, S11)', () => {
  it('gets in with the password, and says what is wrong without it or with another', async () => {
    const server = await startTestServer({ ACCESS: 'password', ACCESS_PASSWORD: 'five random words of mine' });
    expect((await tried(server, { kind: 'password', password: 'five random words of mine' })).joinMs).toBeGreaterThan(
      0,
    );
    expect(await problemOf(server)).toContain('PARLEY_PROBE_PASSWORD');
    expect(await problemOf(server, { kind: 'password', password: 'another one' })).toContain('let nobody in');
    const token = `parley_3L5BXxzVVe3x_1_${'a'.repeat(43)}`;
    expect(await problemOf(server, { kind: 'token', refreshToken: token, file: undefined })).toContain(
      'no rights by token',
    );
  });

  it('gets in by its token again and again, because it keeps the next one in its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-probe-right-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const env = {
      ACCESS: 'token',
      TOKEN_SECRET: randomBytes(32).toString('hex'),
      TOKEN_FILE: join(folder, 'tokens.db'),
    };
    const server = await startTestServer(env);
    const command = ['signaling-server/src/main.ts', 'token', 'create', '--name', 'Probe', '--json'];
    const { stdout } = await promisify(execFile)(NODE, command, { env: { ...process.env, ...env } });
    const { token } = JSON.parse(stdout) as { token: string };
    const file = join(folder, 'probe-token');
    writeFileSync(file, token);
    const fromFile = () => readRight({ PARLEY_PROBE_TOKEN_FILE: file });
    for (let run = 0; run < 2; run += 1) expect((await tried(server, fromFile())).joinMs).toBeGreaterThan(0);
    expect(readFileSync(file, 'utf8')).not.toContain(token);
    // The first token was used before: whoever shows it again ends the right.
    expect(await problemOf(server, { kind: 'token', refreshToken: token, file: undefined })).toContain(
      'does not renew the probe’s token',
    );
  });
});
