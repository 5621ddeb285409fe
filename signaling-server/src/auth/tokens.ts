import { createHmac, timingSafeEqual } from 'node:crypto';
import { accept, type Outcome, REFRESH_TOKEN, refuse, toBase64Url } from '@parley/shared/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import { endAt, type RightEnd, type TokenRecord, type TokenStore } from './token-record.ts';

/** The same exchange may be on its way twice: for this long its token counts in any case. */
const REPEAT_MS = 30_000;
const ISSUER = 'parley';
const AUDIENCE = 'parley-signaling';
/** RFC 9068: an access token is not to be mistaken for another JWT. */
const TYPE = 'at+jwt';

/** Every use of an access token asks whether its right still counts, so its own life matters little. */
const ACCESS_TOKEN_TTL_S = 600;

export type TokenPorts = { store: TokenStore; now: () => number; random: (sizeBytes: number) => Uint8Array };

/** Short access tokens with the refresh token that gets the next one. */
export type Exchanged = { accessToken: string; expiresInS: number; refreshToken: string };

/**
 * Access by token (S11). The admin makes a refresh token for a person. Their app exchanges it for a JWT (RFC 7519, HS256)
 * that lives some minutes and for a new refresh token. The old one counts until either of the new ones is used, because the
 * answer may be lost; from then on it is void. A void one that turns up again means that two have it, so the whole right ends
 * (RFC 9700, section 4.14). Every use asks the store, so a revocation counts at once.
 */
export class Tokens {
  readonly #ports: TokenPorts;
  readonly #key: Uint8Array;

  constructor(tokenSecret: string, ports: TokenPorts) {
    this.#ports = ports;
    this.#key = new TextEncoder().encode(tokenSecret);
  }

  /** Makes a right with its first refresh token, which is shown once. `endsAt` null: it has no end. */
  async create(name: string, endsAt: number | null): Promise<{ record: TokenRecord; refreshToken: string }> {
    const now = this.#ports.now();
    const id = toBase64Url(this.#ports.random(9));
    const record: TokenRecord = {
      id,
      name,
      createdAt: now,
      endsAt,
      generation: 1,
      usedGeneration: 0,
      rotatedAt: now,
      lastUsedAt: null,
      revokedAt: null,
      why: null,
    };
    await this.#ports.store.add(record);
    return { record, refreshToken: this.#tokenOf(id, 1) };
  }

  /**
   * Exchanges a refresh token. Refuses with `access-refused` (not one of this server's), `access-expired` (it had an end) and
   * `access-revoked`. A void one ends the right, and `reused` tells which.
   */
  async refresh(refreshToken: string): Promise<Outcome<Exchanged> & { reused?: string }> {
    const [, id, number, mac] = REFRESH_TOKEN.exec(refreshToken) ?? [];
    if (id === undefined || number === undefined || mac === undefined) return refuse('access-refused');
    const generation = Number(number);
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.#mac(id, generation)))) return refuse('access-refused');
    const now = this.#ports.now();
    let verdict: 'exchanged' | 'ended' | 'reused' = 'ended';
    const record = await this.#ports.store.update(id, (before) => {
      verdict = 'ended';
      if (endAt(before, now) || generation > before.generation) return undefined;
      verdict = 'exchanged';
      if (generation === before.generation)
        return { ...before, generation: generation + 1, rotatedAt: now, lastUsedAt: now };
      const isReplaced = before.usedGeneration === before.generation && now - before.rotatedAt >= REPEAT_MS;
      if (generation === before.generation - 1 && !isReplaced) return { ...before, lastUsedAt: now };
      verdict = 'reused';
      return { ...before, revokedAt: now, why: 'reused' };
    });
    // TypeScript does not see that the callback ran.
    const seen = verdict as 'exchanged' | 'ended' | 'reused';
    if (!record || seen === 'ended') return refuse(endAt(record, now) ?? 'access-expired');
    if (seen === 'reused') return { ...refuse('access-revoked'), reused: id };
    return accept({
      accessToken: await this.#sign(id, record.generation, now),
      expiresInS: ACCESS_TOKEN_TTL_S,
      refreshToken: this.#tokenOf(id, record.generation),
    });
  }

  /** Checks an access token and that its right still counts. Answers the id of that right. */
  async check(accessToken: string): Promise<Outcome<string>> {
    let id: string | undefined;
    let generation: number | undefined;
    try {
      const { payload } = await jwtVerify(accessToken, this.#key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
        currentDate: new Date(this.#ports.now()),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      id = payload.sub;
      generation = typeof payload.gen === 'number' ? payload.gen : undefined;
    } catch (failure) {
      if (failure instanceof errors.JWTExpired) return refuse('access-expired');
      if (failure instanceof errors.JOSEError) return refuse('access-refused');
      throw failure;
    }
    if (id === undefined) return refuse('access-refused');
    const record = await this.#ports.store.read(id);
    const end = endAt(record, this.#ports.now());
    if (end) return refuse(end);
    if (record && generation === record.generation && record.usedGeneration !== generation)
      await this.#noteUse(id, generation);
    return accept(id);
  }

  /** From here on the refresh token before is void. On a full disk it stays until the next use. */
  async #noteUse(id: string, generation: number): Promise<void> {
    const used = (before: TokenRecord): TokenRecord | undefined =>
      before.generation === generation ? { ...before, usedGeneration: generation } : undefined;
    await this.#ports.store.update(id, used).catch(() => undefined);
  }

  /** How a right has ended; undefined while it lets somebody in. */
  async endOf(id: string): Promise<RightEnd | undefined> {
    return endAt(await this.#ports.store.read(id), this.#ports.now());
  }

  /** Ends a right; false when there is none. */
  async revoke(id: string): Promise<boolean> {
    const now = this.#ports.now();
    const after = await this.#ports.store.update(id, (record) =>
      record.revokedAt === null ? { ...record, revokedAt: now, why: 'admin' } : undefined,
    );
    return after !== undefined;
  }

  list(): Promise<TokenRecord[]> {
    return this.#ports.store.list();
  }

  close(): void {
    this.#ports.store.close();
  }

  #tokenOf(id: string, generation: number): string {
    return `parley_${id}_${generation}_${this.#mac(id, generation)}`;
  }

  #mac(id: string, generation: number): string {
    return createHmac('sha256', this.#key).update(`parley/1 refresh ${id} ${generation}`).digest('base64url');
  }

  #sign(id: string, generation: number, now: number): Promise<string> {
    const seconds = Math.floor(now / 1_000);
    return new SignJWT({ gen: generation })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(id)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ACCESS_TOKEN_TTL_S)
      .setJti(toBase64Url(this.#ports.random(12)))
      .sign(this.#key);
  }
}
