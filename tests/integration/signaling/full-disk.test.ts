import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTokens } from '@parley/signaling-server/auth/open-tokens.ts';
import { readConfig } from '@parley/signaling-server/config.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { soon, startTestServer, type TestServer } from './harness.ts';

/** A disk of 64 KiB. Only root may mount one. */
function smallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

function fill(folder: string): string {
  const path = join(folder, 'full');
  try {
    for (let n = 0; ; n++) writeFileSync(path, randomBytes(1_024), { flag: n === 0 ? 'w' : 'a' });
  } catch (failure) {
    if (!(failure instanceof Error && 'code' in failure && failure.code === 'ENOSPC')) throw failure;
  }
  return path;
}

const refresh = async (
  server: TestServer,
  token: string,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await soon(
    fetch(`${server.url}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: token }),
    }),
    'answer to the renewal',
  );
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe.runIf(process.getuid?.() === 0 && process.platform === 'linux')('a disk that is full (S11)', () => {
  it('refuses each renewal with a code, and the same token is good again when there is room', async () => {
    const folder = smallDisk();
    const env = {
      ACCESS: 'token',
      TOKEN_SECRET: randomBytes(32).toString('hex'),
      TOKEN_FILE: join(folder, 'rights', 'tokens.db'),
      HTTP_PER_MINUTE: '0',
    };
    const server = await startTestServer(env);
    const reading = readConfig(env);
    if (!reading.ok) throw new Error(reading.problems.join());
    const ports = { redis: undefined, now: () => Date.now(), random: (sizeBytes: number) => randomBytes(sizeBytes) };
    const tokens = await openTokens(reading.config, ports);
    if (!tokens) throw new Error('no tokens');
    const { refreshToken } = await tokens.create('Anna', null);

    const filler = fill(folder);
    for (let n = 0; n < 5; n++)
      expect(await refresh(server, refreshToken)).toMatchObject({
        status: 503,
        body: { ok: false, code: 'server-busy', retryAfterMs: expect.any(Number) },
      });
    expect(server.lines.join()).toContain('rights cannot be changed');
    expect((await server.health()).connections).toBe(0);

    rmSync(filler);
    const renewed = await refresh(server, refreshToken);
    expect(renewed).toMatchObject({ status: 200, body: { refresh_token: expect.any(String) } });
    expect((await refresh(server, String(renewed.body.refresh_token))).status).toBe(200);
  });
});
