import { LostRightCode, type ServerHost, type ServerRight } from '@parley/shared/model';
import { accept, type ConnectAuth, type Outcome, type Refusal, refusalOf, refuse } from '@parley/shared/protocol';
import type { RightRow } from '../history/servers-store.ts';
import type { Clock, Log, SecretStore } from '../ports.ts';
import { unlock } from '../unlock.ts';
import type { Exchanged, ServerHttp } from './server-http.ts';

/** Where rights are kept, by known servers. `write` has returned only when it is durable; for an unknown server it does nothing. */
export interface RightStore {
  read(host: ServerHost): RightRow | null;
  write(host: ServerHost, right: RightRow): Promise<void>;
}

/** An access token with less left than this is renewed before it is used. */
export const RENEW_BEFORE_MS = 30_000;
/** A fresh access token that is refused says that the right itself is gone. */
const FRESH_MS = 10_000;

const isLost = (code: unknown): code is LostRightCode => LostRightCode.safeParse(code).success;

export type Credentials = Omit<ConnectAuth, 'v'>;

/**
 * This person's rights to servers. Access tokens stay in memory. A refresh token is exchanged by one request at a time and
 * its successor is stored before that is exchanged in turn, so that none is spent twice.
 */
export interface Rights {
  right(host: ServerHost): ServerRight;
  /** What to show when connecting; nothing where no right is stored. Refuses when the right is lost or cannot be renewed. */
  credentials(host: ServerHost): Promise<Outcome<Credentials>>;
  /** The server refused, or ended, a connection that was opened with these credentials. */
  refused(host: ServerHost, said: unknown): void;
  /** Keeps a password that the server took. */
  keepPassword(host: ServerHost, password: string): Promise<void>;
  /** Exchanges the token of an invitation and keeps what comes back. Refuses as the server does, and keeps nothing then. */
  redeem(host: ServerHost, refreshToken: string): Promise<Outcome<null>>;
  /** Forgets what is in memory of a server that was removed. */
  forget(host: ServerHost): void;
  close(): void;
}

type AccessToken = { token: string; takenAt: number; endsAt: number; undoRenewal: () => void };

export function createRights(ports: {
  store: RightStore;
  http: Pick<ServerHttp, 'refresh'>;
  secrets: SecretStore;
  clock: Clock;
  log: Log;
  changed: () => void;
}): Rights {
  const { store, http, secrets, clock, log, changed } = ports;
  const tokens = new Map<ServerHost, AccessToken>();
  const renewals = new Map<ServerHost, Promise<Outcome<Credentials>>>();
  /** Refresh tokens that the disk did not take: without them the right would end with the next exchange. */
  const unsaved = new Map<ServerHost, string>();
  let closed = false;

  const dropToken = (host: ServerHost) => {
    tokens.get(host)?.undoRenewal();
    tokens.delete(host);
  };

  const lose = async (host: ServerHost, code: LostRightCode) => {
    dropToken(host);
    const stored = store.read(host);
    if (!stored || stored.lost !== null) return;
    log.warn('a server takes a right no more', { kind: stored.kind, code });
    await store.write(host, { ...stored, lost: code });
    changed();
  };

  /** The old refresh token is void from here on. */
  const keepExchanged = async (host: ServerHost, { accessToken, expiresInS, refreshToken }: Exchanged) => {
    unsaved.set(host, refreshToken);
    try {
      const credential = await secrets.wrap(new Uint8Array(Buffer.from(refreshToken, 'utf8')));
      await store.write(host, { kind: 'token', credential, lost: null });
      unsaved.delete(host);
    } catch (error) {
      log.error('a renewed right could not be stored', { code: refusalOf(error).code });
    }
    dropToken(host);
    if (closed || !store.read(host)) return;
    const now = clock.now();
    const lifeMs = expiresInS * 1_000;
    const undoRenewal = clock.after(Math.max(lifeMs / 2, lifeMs - 2 * RENEW_BEFORE_MS), () => {
      // What fails here is tried again with the next connection.
      void renew(host);
    });
    tokens.set(host, { token: accessToken, takenAt: now, endsAt: now + lifeMs, undoRenewal });
    changed();
  };

  const exchange = async (host: ServerHost): Promise<Outcome<Credentials>> => {
    const stored = store.read(host);
    if (stored?.kind !== 'token') return accept({});
    const refreshToken = unsaved.get(host) ?? Buffer.from(await unlock(secrets, stored.credential)).toString('utf8');
    const exchanged = await http.refresh(host, refreshToken);
    if (!exchanged.ok) {
      if (isLost(exchanged.code)) await lose(host, exchanged.code);
      else log.info('a right could not be renewed', { code: exchanged.code });
      return exchanged;
    }
    await keepExchanged(host, exchanged.value);
    return accept({ token: exchanged.value.accessToken });
  };

  /** Everybody who asks meanwhile waits for the same exchange. */
  const alone = (host: ServerHost, work: () => Promise<Outcome<Credentials>>): Promise<Outcome<Credentials>> => {
    const renewal = work()
      .catch((error: unknown): Refusal => {
        const refusal = refusalOf(error);
        log.error('a right could not be renewed', { code: refusal.code });
        return refusal;
      })
      .finally(() => renewals.delete(host));
    renewals.set(host, renewal);
    return renewal;
  };
  const renew = (host: ServerHost) => renewals.get(host) ?? alone(host, () => exchange(host));

  return {
    right(host) {
      const stored = store.read(host);
      if (!stored) return { at: 'none' };
      const { kind, lost } = stored;
      if (lost !== null) return { at: 'lost', kind, code: lost };
      return { at: 'held', kind, endsAt: tokens.get(host)?.endsAt ?? null };
    },
    async credentials(host) {
      const stored = store.read(host);
      if (!stored) return accept({});
      if (stored.lost !== null) return refuse(stored.lost);
      if (stored.kind === 'password') {
        return accept({ password: Buffer.from(await unlock(secrets, stored.credential)).toString('utf8') });
      }
      const token = tokens.get(host);
      if (token && token.endsAt - clock.now() > RENEW_BEFORE_MS) return accept({ token: token.token });
      return renew(host);
    },
    refused(host, said) {
      const stored = store.read(host);
      const code = codeOf(said);
      if (!stored || !isLost(code)) return;
      const token = tokens.get(host);
      const isOver =
        stored.kind === 'password' ||
        code === 'access-revoked' ||
        (token !== undefined && clock.now() - token.takenAt < FRESH_MS);
      if (!isOver) return dropToken(host);
      lose(host, code).catch((error: unknown) =>
        log.error('a lost right could not be noted', { name: error instanceof Error ? error.name : 'unknown' }),
      );
    },
    async keepPassword(host, password) {
      dropToken(host);
      const credential = await secrets.wrap(new Uint8Array(Buffer.from(password, 'utf8')));
      await store.write(host, { kind: 'password', credential, lost: null });
      unsaved.delete(host);
      changed();
    },
    async redeem(host, refreshToken) {
      // A renewal that is under way ends first, so that its answer does not replace the new right.
      for (let running = renewals.get(host); running; running = renewals.get(host)) await running;
      const redeemed = await alone(host, async () => {
        const exchanged = await http.refresh(host, refreshToken);
        if (!exchanged.ok) return exchanged;
        await keepExchanged(host, exchanged.value);
        return accept({ token: exchanged.value.accessToken });
      });
      return redeemed.ok ? accept(null) : redeemed;
    },
    forget(host) {
      dropToken(host);
      unsaved.delete(host);
    },
    close() {
      closed = true;
      for (const host of [...tokens.keys()]) dropToken(host);
    },
  };
}

const codeOf = (said: unknown): unknown =>
  typeof said === 'object' && said !== null && 'code' in said ? said.code : undefined;
