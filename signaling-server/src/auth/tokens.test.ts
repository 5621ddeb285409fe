import { createHmac, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenRecord, TokenStore } from './token-record.ts';
import { Tokens } from './tokens.ts';

const SECRET = 'a-secret-that-only-these-tests-have-got';

/** Records in memory; named for what it is. */
class MemoryTokenStore implements TokenStore {
  readonly records = new Map<string, TokenRecord>();
  close(): void {}
  read = async (id: string) => this.records.get(id);
  list = async () => [...this.records.values()];
  add = async (record: TokenRecord) => void this.records.set(record.id, record);
  update = async (id: string, change: (record: TokenRecord) => TokenRecord | undefined) => {
    const before = this.records.get(id);
    const after = before && change(before);
    if (after) this.records.set(id, after);
    return after ?? before;
  };
}

describe('rights by token (S11)', () => {
  let now: number;
  let store: MemoryTokenStore;
  let tokens: Tokens;
  beforeEach(() => {
    now = 1_700_000_000_000;
    store = new MemoryTokenStore();
    tokens = new Tokens(SECRET, { store, now: () => now, random: randomBytes });
  });
  const exchange = async (refreshToken: string) => {
    const outcome = await tokens.refresh(refreshToken);
    if (!outcome.ok) throw new Error(outcome.code);
    return outcome.value;
  };

  it('are exchanged for a short token that lets in, and for the next one', async () => {
    const { record, refreshToken } = await tokens.create('Anna', null);
    const { accessToken, expiresInS, refreshToken: next } = await exchange(refreshToken);
    expect(expiresInS).toBe(600);
    expect(next).not.toBe(refreshToken);
    expect(await tokens.check(accessToken)).toEqual({ ok: true, value: record.id });
    now += 599_000;
    expect((await tokens.check(accessToken)).ok).toBe(true);
    now += 2_000;
    expect(await tokens.check(accessToken)).toMatchObject({ ok: false, code: 'access-expired' });
    const again = await exchange(next);
    expect((await tokens.check(again.accessToken)).ok).toBe(true);
  });

  it('may be exchanged once more when the answer was lost, and then are the same again', async () => {
    const { refreshToken } = await tokens.create('Anna', null);
    const first = await exchange(refreshToken);
    now += 20_000;
    const repeated = await exchange(refreshToken);
    expect(repeated.refreshToken).toBe(first.refreshToken);
    await exchange(first.refreshToken);
  });

  it('end when a token turns up that was exchanged before, however long ago', async () => {
    for (const waitMs of [31_000, 86_400_000]) {
      const { record, refreshToken } = await tokens.create('Anna', null);
      const thief = await exchange(refreshToken);
      const later = await exchange(thief.refreshToken);
      now += waitMs;
      const reused = await tokens.refresh(refreshToken);
      expect(reused).toMatchObject({ ok: false, code: 'access-revoked', reused: record.id });
      expect(await tokens.refresh(later.refreshToken)).toMatchObject({ ok: false, code: 'access-revoked' });
      // A token that is over by itself says so first; its renewal tells the rest.
      const code = waitMs > 600_000 ? 'access-expired' : 'access-revoked';
      expect(await tokens.check(later.accessToken)).toMatchObject({ ok: false, code });
      expect(store.records.get(record.id)).toMatchObject({ why: 'reused', revokedAt: now });
    }
  });

  it('end when the admin says so, at once, and at their time', async () => {
    const { record, refreshToken } = await tokens.create('Anna', null);
    const { accessToken, refreshToken: next } = await exchange(refreshToken);
    expect(await tokens.revoke(record.id)).toBe(true);
    expect(await tokens.check(accessToken)).toMatchObject({ ok: false, code: 'access-revoked' });
    expect(await tokens.refresh(next)).toMatchObject({ ok: false, code: 'access-revoked' });
    expect(await tokens.revoke('nobody000000')).toBe(false);

    const short = await tokens.create('Ben', now + 60_000);
    const bens = await exchange(short.refreshToken);
    now += 60_000;
    expect(await tokens.check(bens.accessToken)).toMatchObject({ ok: false, code: 'access-expired' });
    expect(await tokens.refresh(bens.refreshToken)).toMatchObject({ ok: false, code: 'access-expired' });
  });

  it('cannot be invented', async () => {
    const { record, refreshToken } = await tokens.create('Anna', null);
    const [, id] = refreshToken.split(/_/);
    const macs = [
      'A'.repeat(43),
      createHmac('sha256', 'another secret').update(`parley/1 refresh ${id} 1`).digest('base64url'),
    ];
    const wrong = macs.map((mac) => `parley_${record.id}_1_${mac}`);
    const valid = refreshToken.slice(-43);
    for (const token of [
      ...wrong,
      `parley_${record.id}_2_${valid}`,
      `parley_AAAAAAAAAAAA_1_${valid}`,
      refreshToken.slice(0, -1),
      '',
      'x'.repeat(1_000),
    ])
      expect(await tokens.refresh(token), token).toMatchObject({ ok: false, code: 'access-refused' });
    // None of that ended the right.
    await exchange(refreshToken);
  });

  it('are not let in by a JWT of another kind, key, audience or algorithm', async () => {
    const { record } = await tokens.create('Anna', null);
    const key = new TextEncoder().encode(SECRET);
    const seconds = Math.floor(now / 1_000);
    const make = (change: {
      typ?: string;
      issuer?: string;
      audience?: string;
      alg?: string;
      key?: Uint8Array;
      sub?: string;
    }) => {
      const jwt = new SignJWT({})
        .setProtectedHeader({ alg: change.alg ?? 'HS256', typ: change.typ ?? 'at+jwt' })
        .setIssuer(change.issuer ?? 'parley')
        .setAudience(change.audience ?? 'parley-signaling')
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + 60);
      if (change.sub !== '') jwt.setSubject(change.sub ?? record.id);
      return jwt.sign(change.key ?? key);
    };
    expect((await tokens.check(await make({}))).ok).toBe(true);
    const forged = await Promise.all([
      make({ typ: 'JWT' }),
      make({ issuer: 'other' }),
      make({ audience: 'other' }),
      make({ alg: 'HS512' }),
      make({ key: new TextEncoder().encode('x'.repeat(40)) }),
      make({ sub: '' }),
    ]);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ sub: record.id, exp: seconds + 60 })}.`;
    for (const token of [...forged, unsigned, 'a.b.c', ''])
      expect(await tokens.check(token)).toMatchObject({ ok: false, code: 'access-refused' });
    expect(await tokens.check(await make({ sub: 'nobody' }))).toMatchObject({ ok: false, code: 'access-expired' });
  });
});
