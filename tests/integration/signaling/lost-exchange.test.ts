import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisTokenStore } from '@parley/signaling-server/auth/redis-token-store.ts';
import { SqliteTokenStore } from '@parley/signaling-server/auth/sqlite-token-store.ts';
import type { TokenStore } from '@parley/signaling-server/auth/token-record.ts';
import { Tokens } from '@parley/signaling-server/auth/tokens.ts';
import { systemClock } from '@parley/signaling-server/clock.ts';
import { connectRedis } from '@parley/signaling-server/cluster/redis-client.ts';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '#support/redis.ts';

const HOUR_MS = 3_600_000;

function inFile(): TokenStore {
  const folder = mkdtempSync(join(tmpdir(), 'parley-tokens-'));
  const store = new SqliteTokenStore(join(folder, 'tokens.db'));
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

async function inRedis(): Promise<TokenStore> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const log = pino({ level: 'silent' });
  const client = await connectRedis({
    url: redis.url,
    prefix: 'test',
    clock: systemClock,
    log,
    random: randomBytes,
  });
  onTestFinished(() => client.destroy());
  return new RedisTokenStore(client, 'test', () => Date.now());
}

describe.each([
  ['SQLite', inFile],
  ['Redis', inRedis],
])('a right in %s whose exchange was answered to nobody (S11)', (_, openStore) => {
  const open = async () => {
    let now = Date.now();
    const ports = { store: await openStore(), now: () => now, random: randomBytes };
    const tokens = new Tokens('a-secret-that-only-these-tests-have-got', ports);
    const exchange = async (token: string) => {
      const outcome = await tokens.refresh(token);
      if (!outcome.ok) throw new Error(outcome.code);
      return outcome.value;
    };
    const { refreshToken } = await tokens.create('Anna', null);
    return { tokens, exchange, first: refreshToken, sleep: (ms: number) => (now += ms) };
  };

  it('is exchanged with the token before, however long the computer slept', async () => {
    const { tokens, exchange, first, sleep } = await open();
    const lost = await exchange(first);
    sleep(HOUR_MS);
    const again = await exchange(first);
    expect(again.refreshToken).toBe(lost.refreshToken);
    expect((await tokens.check(again.accessToken)).ok).toBe(true);
    await exchange(again.refreshToken);
  });

  it('ends when that token turns up after the new one was exchanged', async () => {
    const { tokens, exchange, first, sleep } = await open();
    const { refreshToken } = await exchange(first);
    await exchange(refreshToken);
    sleep(HOUR_MS);
    expect(await tokens.refresh(first)).toMatchObject({ ok: false, code: 'access-revoked' });
  });

  it('ends when that token turns up after the new access token let somebody in', async () => {
    const { tokens, exchange, first, sleep } = await open();
    const { accessToken, refreshToken } = await exchange(first);
    await tokens.check(accessToken);
    sleep(HOUR_MS);
    expect(await tokens.refresh(first)).toMatchObject({ ok: false, code: 'access-revoked' });
    expect(await tokens.refresh(refreshToken)).toMatchObject({ ok: false, code: 'access-revoked' });
  });
});
