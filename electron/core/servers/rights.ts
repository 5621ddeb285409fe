import { LostRightCode, type ServerHost, type ServerRight } from '@parley/shared/model';
import {
  accept,
  type ConnectAuth,
  type Outcome,
  type Refusal,
  refusalOf,
  refuse,
  unwrap,
} from '@parley/shared/protocol';
import { elapsedMs, type Moment, momentOf } from '@parley/shared/timing';
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
/** However short a server lets a token live, its renewal waits this long. */
const RENEW_AFTER_MIN_MS = 30_000;
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
  /** The credentials for connecting; empty where no right is stored. Refuses when the right is lost or cannot be renewed. */
  credentials(host: ServerHost): Promise<Outcome<Credentials>>;
  /** The server refused, or ended, a connection that was opened with these credentials. */
  refused(host: ServerHost, said: unknown): void;
  /** Keeps a password that the server took. */
  keepPassword(host: ServerHost, password: string): Promise<void>;
  /** Exchanges the token of an invitation and keeps what comes back. Refuses as the server does, and keeps nothing then; where the disk refuses, the same invitation may be redeemed again. */
  redeem(host: ServerHost, refreshToken: string): Promise<Outcome<null>>;
  /** Forgets what is in memory of a server that was removed. */
  forget(host: ServerHost): void;
  close(): void;
}

type AccessToken = { token: string; takenAt: Moment; lifeMs: number; undoRenewal: () => void };

export function createRights(ports: {
  store: RightStore;
  http: Pick<ServerHttp, 'refresh'>;
  secrets: SecretStore;
  clock: Clock;
  log: Log;
  changed: () => void;
  /** The disk did not take a renewed right: it ends with this run of the app unless a later write works. */
  notStored: (refusal: Refusal) => void;
}): Rights {
  const { store, http, secrets, clock, log, changed, notStored } = ports;
  const tokens = new Map<ServerHost, AccessToken>();
  const renewals = new Map<ServerHost, Promise<Outcome<Credentials>>>();
  /** Refresh tokens that the disk did not take, with the one that each was exchanged for, which is spent. */
  const unsaved = new Map<ServerHost, { refreshToken: string; spent: string }>();
  let closed = false;

  const dropToken = (host: ServerHost) => {
    tokens.get(host)?.undoRenewal();
    tokens.delete(host);
  };

  /** Notes that the right `stored` is lost, unless another has taken its place. */
  const lose = async (host: ServerHost, stored: RightRow, code: LostRightCode) => {
    if (store.read(host) !== stored || stored.lost !== null) return;
    dropToken(host);
    log.warn('a server takes a right no more', { kind: stored.kind, code });
    await store.write(host, { ...stored, lost: code });
    changed();
  };

  /** The old refresh token is void from here on. */
  const keepExchanged = async (
    host: ServerHost,
    spent: string,
    { accessToken, expiresInS, refreshToken }: Exchanged,
  ): Promise<Outcome<null>> => {
    unsaved.set(host, { refreshToken, spent });
    let kept: Outcome<null> = accept(null);
    try {
      const credential = await secrets.wrap(new Uint8Array(Buffer.from(refreshToken, 'utf8')));
      await store.write(host, { kind: 'token', credential, lost: null });
      unsaved.delete(host);
    } catch (error) {
      kept = refusalOf(error);
      log.error('a renewed right could not be stored', { code: kept.code });
    }
    dropToken(host);
    if (closed || !store.read(host)) return kept;
    const lifeMs = expiresInS * 1_000;
    const undoRenewal = clock.after(Math.max(RENEW_AFTER_MIN_MS, lifeMs / 2, lifeMs - 2 * RENEW_BEFORE_MS), () => {
      // A failed exchange is tried again with the next connection.
      void renew(host);
    });
    tokens.set(host, { token: accessToken, takenAt: momentOf(clock), lifeMs, undoRenewal });
    changed();
    return kept;
  };

  const exchange = async (host: ServerHost): Promise<Outcome<Credentials>> => {
    const stored = store.read(host);
    if (stored?.kind !== 'token') return accept({});
    const refreshToken =
      unsaved.get(host)?.refreshToken ?? Buffer.from(await unlock(secrets, stored.credential)).toString('utf8');
    const exchanged = await http.refresh(host, refreshToken);
    if (!exchanged.ok) {
      if (isLost(exchanged.code)) await lose(host, stored, exchanged.code);
      else log.info('a right could not be renewed', { code: exchanged.code });
      return exchanged;
    }
    const kept = await keepExchanged(host, refreshToken, exchanged.value);
    if (!kept.ok) notStored(kept);
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
  /** After what is under way: a renewal's answer must not replace a newer right. */
  const inTurn = async (host: ServerHost, work: () => Promise<Outcome<Credentials>>) => {
    for (let running = renewals.get(host); running; running = renewals.get(host)) await running;
    return alone(host, work);
  };
  const renew = (host: ServerHost) => renewals.get(host) ?? alone(host, () => exchange(host));

  return {
    right(host) {
      const stored = store.read(host);
      if (!stored) return { at: 'none' };
      const { kind, lost } = stored;
      if (lost !== null) return { at: 'lost', kind, code: lost };
      const token = tokens.get(host);
      return { at: 'held', kind, endsAt: token ? token.takenAt.wallMs + token.lifeMs : null };
    },
    async credentials(host) {
      const stored = store.read(host);
      if (!stored) return accept({});
      if (stored.lost !== null) return refuse(stored.lost);
      if (stored.kind === 'password') {
        return accept({ password: Buffer.from(await unlock(secrets, stored.credential)).toString('utf8') });
      }
      const token = tokens.get(host);
      if (token && token.lifeMs - elapsedMs(clock, token.takenAt) > RENEW_BEFORE_MS)
        return accept({ token: token.token });
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
        (token !== undefined && elapsedMs(clock, token.takenAt) < FRESH_MS);
      if (!isOver) return dropToken(host);
      lose(host, stored, code).catch((error: unknown) =>
        log.error('a lost right could not be noted', { name: error instanceof Error ? error.name : 'unknown' }),
      );
    },
    async keepPassword(host, password) {
      const kept = await inTurn(host, async () => {
        dropToken(host);
        const credential = await secrets.wrap(new Uint8Array(Buffer.from(password, 'utf8')));
        await store.write(host, { kind: 'password', credential, lost: null });
        unsaved.delete(host);
        return accept({ password });
      });
      unwrap(kept);
      changed();
    },
    async redeem(host, refreshToken) {
      const redeemed = await inTurn(host, async () => {
        // An invitation whose right could not be stored is spent already: its successor goes on.
        const waiting = unsaved.get(host);
        const next = waiting?.spent === refreshToken ? waiting.refreshToken : refreshToken;
        const exchanged = await http.refresh(host, next);
        if (!exchanged.ok) return exchanged;
        const kept = await keepExchanged(host, refreshToken, exchanged.value);
        return kept.ok ? accept({ token: exchanged.value.accessToken }) : kept;
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
