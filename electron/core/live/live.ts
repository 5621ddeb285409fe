import { randomBytes } from 'node:crypto';
import { LiveId, ParleyError, toBase64Url, unwrap } from '@parley/shared/protocol';
import type { Log } from '../ports.ts';
import type { Published, Whip } from './whip.ts';

/** Tells pages apart; null for a caller that is no page and never ends. */
type Asker = object | null;
type Session = { page: Asker; session: string; token: string | null };
export type LiveOffer = { address: string; token: string | null; offer: string };

/** The one call of this computer that a receiver shows live: begun for a page, and ended with it at the latest. */
export class Live {
  readonly #whip: Whip;
  readonly #log: Log;
  /** The session that a receiver gave, by the id that its page knows. */
  readonly #sessions = new Map<LiveId, Session>();
  /** The offer that a receiver has not answered yet. */
  #asking: { page: Asker; stop: AbortController } | null = null;
  readonly #ending = new Set<Promise<unknown>>();

  constructor(whip: Whip, log: Log) {
    this.#whip = whip;
    this.#log = log;
  }

  /** Offers a call to a receiver, in place of what the same page had there before. Throws ParleyErrors. */
  async begin({ address, token, offer }: LiveOffer, page: Asker): Promise<{ liveId: LiveId; answer: string }> {
    const isOthers = (each: { page: Asker } | null) => each !== null && each.page !== page;
    if (isOthers(this.#asking) || [...this.#sessions.values()].some(isOthers)) throw new ParleyError('live-running');
    this.#endAll(page);
    const asking = { page, stop: new AbortController() };
    this.#asking = asking;
    let published: Published;
    try {
      published = unwrap(await this.#whip.publish(address, token, offer, asking.stop.signal));
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
    const { answer, session } = published;
    // The receiver may have moved: its key is not for everybody.
    const key = new URL(session).origin === new URL(address).origin ? token : null;
    if (asking.stop.signal.aborted) {
      void this.#tellEnd({ page, session, token: key });
      throw new ParleyError('cancelled');
    }
    const liveId = LiveId.parse(toBase64Url(randomBytes(16)));
    this.#sessions.set(liveId, { page, session, token: key });
    this.#log.info('a call is offered live');
    return { liveId, answer };
  }

  /** Tells the receiver that it is over; resolves when it knows, or after some seconds. */
  async end(liveId: LiveId): Promise<void> {
    const session = this.#sessions.get(liveId);
    if (!session) return;
    this.#sessions.delete(liveId);
    await this.#tellEnd(session);
  }

  /** The page is gone, and nobody will end what it began. */
  endPage(page: object): void {
    this.#endAll(page);
  }

  /** Ends everything; resolves when the receiver knows, or after some seconds. */
  async close(): Promise<void> {
    this.#asking?.stop.abort();
    for (const liveId of this.#sessions.keys()) void this.end(liveId);
    await Promise.allSettled(this.#ending);
  }

  #endAll(page: Asker): void {
    if (this.#asking?.page === page) this.#asking.stop.abort();
    for (const [liveId, session] of this.#sessions) if (session.page === page) void this.end(liveId);
  }

  #tellEnd({ session, token }: Session): Promise<void> {
    const telling = this.#whip
      .end(session, token)
      .then((told) => this.#log.info('a call is live no more', { told }))
      .finally(() => this.#ending.delete(telling));
    this.#ending.add(telling);
    return telling;
  }
}
