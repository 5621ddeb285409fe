import { ServerHost } from '@parley/shared/model';
import { accept, type Outcome, ParleyError, refuse } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import type { RightRow } from '../history/servers-store.ts';
import { type TestClock, testClock, testSecrets } from '../testing/test-kit.ts';
import { createRights, RENEW_BEFORE_MS, type Rights } from './rights.ts';
import type { Exchanged } from './server-http.ts';

const host = ServerHost.parse('example.org');
const LIFE_S = 900;
let clock: TestClock;
let disk: Map<ServerHost, RightRow | null>;
let diskFull: boolean;
let spent: string[];
let answers: ((outcome: Outcome<Exchanged>) => void)[];
let notStored: string[];
let rights: Rights;

beforeEach(async () => {
  clock = testClock();
  disk = new Map([[host, null]]);
  diskFull = false;
  spent = [];
  notStored = [];
  answers = [];
  rights = open();
});

const open = () =>
  createRights({
    store: {
      read: (asked) => disk.get(asked) ?? null,
      async write(asked, right) {
        if (diskFull) throw new ParleyError('disk-full');
        if (disk.has(asked)) disk.set(asked, right);
      },
    },
    http: {
      refresh: (_host, refreshToken) => {
        spent.push(refreshToken);
        return new Promise((resolve) => answers.push(resolve));
      },
    },
    secrets: testSecrets(),
    clock,
    log: silentLog,
    changed: () => {},
    notStored: ({ code }) => notStored.push(code),
  });

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const answer = async (outcome: Outcome<Exchanged> | string) => {
  await settled();
  const exchanged = (n: string) => accept({ accessToken: `access-${n}`, expiresInS: LIFE_S, refreshToken: n });
  answers.shift()?.(typeof outcome === 'string' ? exchanged(outcome) : outcome);
  await settled();
};
/** In with a token: the server gave `second` for `first`. */
const redeemed = async () => {
  const redeeming = rights.redeem(host, 'first');
  await answer('second');
  expect(await redeeming).toEqual(accept(null));
};

describe('a right by password', () => {
  it('is shown as it is, lies wrapped on disk, and is lost when the server refuses it', async () => {
    expect(await rights.credentials(host)).toEqual(accept({}));
    await rights.keepPassword(host, 'five random words');
    expect(await rights.credentials(host)).toEqual(accept({ password: 'five random words' }));
    expect(Buffer.from(disk.get(host)?.credential ?? []).toString()).not.toContain('random');
    expect(rights.right(host)).toEqual({ at: 'held', kind: 'password', endsAt: null });
    rights.refused(host, { code: 'server-busy' });
    expect(rights.right(host)).toMatchObject({ at: 'held' });
    rights.refused(host, { code: 'access-refused' });
    await settled();
    expect(rights.right(host)).toEqual({ at: 'lost', kind: 'password', code: 'access-refused' });
    expect(await rights.credentials(host)).toEqual(refuse('access-refused'));
  });
});

describe('a right by token', () => {
  it('is kept as the newest refresh token, and as an access token in memory alone', async () => {
    await redeemed();
    expect(await rights.credentials(host)).toEqual(accept({ token: 'access-second' }));
    expect(spent).toEqual(['first']);
    expect(rights.right(host)).toEqual({ at: 'held', kind: 'token', endsAt: clock.now() + LIFE_S * 1_000 });
    rights.close();
    rights = open();
    expect(rights.right(host)).toEqual({ at: 'held', kind: 'token', endsAt: null });
    const credentials = rights.credentials(host);
    await answer('third');
    expect(await credentials).toEqual(accept({ token: 'access-third' }));
    expect(spent).toEqual(['first', 'second']);
  });

  it('renews itself before it ends, whether anybody connects or not', async () => {
    await redeemed();
    clock.advance(LIFE_S * 1_000 - 2 * RENEW_BEFORE_MS);
    await answer('third');
    expect(spent).toEqual(['first', 'second']);
    expect(await rights.credentials(host)).toEqual(accept({ token: 'access-third' }));
  });

  it('is exchanged once, however many ask at the same time', async () => {
    await redeemed();
    clock.advance(60_000);
    rights.refused(host, { code: 'access-expired' });
    const asked = [rights.credentials(host), rights.credentials(host), rights.credentials(host)];
    await answer('third');
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 3 }, () => accept({ token: 'access-third' })));
    expect(spent).toEqual(['first', 'second']);
  });

  it.each(['access-refused', 'access-expired', 'access-revoked'] as const)(
    'is lost when its exchange says %s',
    async (code) => {
      await redeemed();
      clock.advance(60_000);
      rights.refused(host, { code: 'access-expired' });
      const credentials = rights.credentials(host);
      await answer(refuse(code));
      expect(await credentials).toEqual(refuse(code));
      expect(rights.right(host)).toEqual({ at: 'lost', kind: 'token', code });
      expect(await rights.credentials(host)).toEqual(refuse(code));
      expect(spent).toHaveLength(2);
      expect(clock.timers()).toBe(0);
    },
  );

  it('is no fresh one after a minute, also where the wall clock was set back or the computer slept', async () => {
    await redeemed();
    clock.setWall(-3_600_000);
    clock.advance(60_000);
    rights.refused(host, { code: 'access-expired' });
    await settled();
    expect(rights.right(host)).toMatchObject({ at: 'held' });
    const credentials = rights.credentials(host);
    await answer('third');
    await credentials;
    clock.setWall(60_000);
    rights.refused(host, { code: 'access-expired' });
    await settled();
    expect(rights.right(host)).toMatchObject({ at: 'held' });
  });

  it('is lost at once when the server revokes it or refuses a fresh token', async () => {
    await redeemed();
    clock.advance(60_000);
    rights.refused(host, { code: 'access-revoked' });
    await settled();
    expect(rights.right(host)).toMatchObject({ at: 'lost', code: 'access-revoked' });
    await redeemed();
    rights.refused(host, { code: 'access-refused' });
    await settled();
    expect(rights.right(host)).toMatchObject({ at: 'lost', code: 'access-refused' });
  });

  it('repeats an exchange without an answer with the token that it had', async () => {
    await redeemed();
    clock.advance(LIFE_S * 1_000 - 2 * RENEW_BEFORE_MS);
    await answer(refuse('server-unreachable'));
    expect(rights.right(host)).toMatchObject({ at: 'held' });
    clock.advance(2 * RENEW_BEFORE_MS);
    const credentials = rights.credentials(host);
    await answer('third');
    expect(await credentials).toEqual(accept({ token: 'access-third' }));
    expect(spent).toEqual(['first', 'second', 'second']);
  });

  it('goes on with a token that the disk did not take, and stores the next', async () => {
    await redeemed();
    diskFull = true;
    clock.advance(LIFE_S * 1_000 - 2 * RENEW_BEFORE_MS);
    await answer('third');
    expect(notStored).toEqual(['disk-full']);
    diskFull = false;
    clock.advance(LIFE_S * 1_000 - 2 * RENEW_BEFORE_MS);
    await answer('fourth');
    expect(spent).toEqual(['first', 'second', 'third']);
    rights.close();
    rights = open();
    void rights.credentials(host);
    await settled();
    expect(spent.at(-1)).toBe('fourth');
  });

  it('is no success while the disk refuses an invitation, which can be redeemed again', async () => {
    diskFull = true;
    const refused = rights.redeem(host, 'first');
    await answer('second');
    expect(await refused).toMatchObject({ ok: false, code: 'disk-full' });
    diskFull = false;
    const redeeming = rights.redeem(host, 'first');
    await answer('third');
    expect(await redeeming).toEqual(accept(null));
    expect(spent).toEqual(['first', 'second']);
    expect(rights.right(host)).toMatchObject({ at: 'held', kind: 'token' });
  });

  it('does not replace or end a password that was given while it was renewed', async () => {
    for (const outcome of ['third', refuse('access-revoked')]) {
      await redeemed();
      clock.advance(LIFE_S * 1_000 - 2 * RENEW_BEFORE_MS);
      await settled();
      const keeping = rights.keepPassword(host, 'five random words');
      await answer(outcome);
      await keeping;
      expect(rights.right(host)).toEqual({ at: 'held', kind: 'password', endsAt: null });
    }
  });

  it('renews itself not at once, however short it lives', async () => {
    const redeeming = rights.redeem(host, 'first');
    await answer(accept({ accessToken: 'access', expiresInS: 1, refreshToken: 'second' }));
    await redeeming;
    clock.advance(29_999);
    await settled();
    expect(spent).toEqual(['first']);
  });

  it('is not brought back by an answer that comes after the server was removed', async () => {
    await redeemed();
    clock.advance(LIFE_S * 1_000 - 2 * RENEW_BEFORE_MS);
    disk.delete(host);
    rights.forget(host);
    await answer('third');
    expect(rights.right(host)).toEqual({ at: 'none' });
    expect(disk.has(host)).toBe(false);
  });

  it('keeps nothing of an invitation that the server refuses', async () => {
    const redeeming = rights.redeem(host, 'stale');
    await answer(refuse('access-expired'));
    expect(await redeeming).toEqual(refuse('access-expired'));
    expect(rights.right(host)).toEqual({ at: 'none' });
  });

  it('leaves no timer when it is closed', async () => {
    await redeemed();
    expect(clock.timers()).toBe(1);
    rights.close();
    expect(clock.timers()).toBe(0);
  });
});
