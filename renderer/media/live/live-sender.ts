import { type LiveId, type Outcome, type Refusal, refuse } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { LiveConnection, LiveConnectionOptions, LivePorts } from './live-ports.ts';

/** How long a receiver is waited for, and how often it is tried again. */
export type LivePolicy = {
  /** From the receiver's answer to the first picture on its way. */
  connectMs: number;
  /** A connection that says nothing is made anew after this time. */
  patienceMs: number;
  /** The waits before the tries to come back, one after the other. */
  triesAfterMs: readonly number[];
  /** A receiver that had the call for this long is tried as often again. */
  steadyMs: number;
};

export const usualLivePolicy: LivePolicy = {
  connectMs: 15_000,
  patienceMs: 5_000,
  triesAfterMs: [1_000, 2_000, 4_000, 8_000, 16_000],
  steadyMs: 60_000,
};

export type LiveNow = { at: 'live' } | { at: 'interrupted'; tries: number };

export type LiveSenderPorts = {
  live: LivePorts;
  clock: Clock;
  policy: LivePolicy;
  /** What a connection that is made now sends, and which ways it may take. */
  options: () => Omit<LiveConnectionOptions, 'changed'>;
  /** Hands an offer to the receiver. */
  begin(offer: string): Promise<Outcome<{ liveId: LiveId; answer: string }>>;
  /** Tells the receiver that it is over. */
  end(liveId: LiveId): Promise<unknown>;
  changed(now: LiveNow): void;
  /** It cannot go on; nothing is sent any more. `wasLive`: whether the receiver ever had it. */
  ended(why: Refusal, wasLive: boolean): void;
};

/** These will be said again however often it is asked. */
const FINAL: readonly Refusal['code'][] = ['live-denied', 'live-address-unknown', 'live-not-taken', 'live-not-whip'];
const RENEWED = Symbol('renewed');

/** connecting → live ⇄ interrupted → ended. Sends tracks to a receiver, and comes back to it a few times where the connection is lost. */
export class LiveSender {
  readonly #ports: LiveSenderPorts;
  #isOver = false;
  #wasLive = false;
  /** Ends the connection that is there, and the wait for the next one. */
  #leave: (why: Refusal | typeof RENEWED) => void = () => {};

  constructor(ports: LiveSenderPorts) {
    this.#ports = ports;
    void this.#run();
  }

  /** Nothing is sent any more when this returns; the receiver hears of it after that. */
  stop(): void {
    this.#isOver = true;
    this.#leave(refuse('cancelled'));
  }

  /** The ways that may be taken changed: connects anew. */
  renew(): void {
    this.#leave(RENEWED);
  }

  async #run(): Promise<void> {
    const { clock, policy, changed } = this.#ports;
    let tries = 0;
    for (;;) {
      let liveSince: number | undefined;
      const why = await this.#connect((isLive) => {
        if (isLive) liveSince ??= clock.monotonicMs();
        if (isLive) this.#wasLive = true;
        if (this.#wasLive) changed(isLive ? { at: 'live' } : { at: 'interrupted', tries });
      });
      if (this.#isOver) return;
      if (why === RENEWED) continue;
      if (!this.#wasLive || FINAL.includes(why.code)) return this.#end(why);
      if (liveSince !== undefined && clock.monotonicMs() - liveSince >= policy.steadyMs) tries = 0;
      const waitMs = policy.triesAfterMs[tries];
      if (waitMs === undefined) return this.#end(refuse('live-lost'));
      tries += 1;
      changed({ at: 'interrupted', tries });
      await this.#wait(waitMs);
      if (this.#isOver) return;
    }
  }

  #end(why: Refusal): void {
    this.#isOver = true;
    this.#ports.ended(why, this.#wasLive);
  }

  /** One connection, from its offer to its end: resolves with the reason why it is gone. */
  async #connect(told: (isLive: boolean) => void): Promise<Refusal | typeof RENEWED> {
    const { live, clock, policy, options, begin, end } = this.#ports;
    const over = Promise.withResolvers<Refusal | typeof RENEWED>();
    const given = options();
    let isLive = false;
    let isGone = false;
    let undo = () => {};
    const leave = (why: Refusal | typeof RENEWED) => {
      isGone = true;
      over.resolve(why);
    };
    const lost = () => leave(refuse(isLive ? 'live-lost' : 'live-no-way'));
    let connection: LiveConnection;
    try {
      connection = live.connect({
        ...given,
        changed: (state) => {
          if (state === 'connected') {
            undo();
            isLive = true;
            told(true);
          } else if (state === 'disconnected' && isLive) {
            undo();
            undo = clock.after(policy.patienceMs, lost);
            told(false);
          } else if (state === 'failed' || state === 'closed') lost();
        },
      });
    } catch {
      return refuse('live-failed');
    }
    this.#leave = (why) => {
      connection.close();
      leave(why);
    };
    const going = async (): Promise<void> => {
      const offered = await offerOf(connection, given.relayOnly);
      if (!offered.ok) return leave(offered);
      if (isGone) return;
      const begun = await begin(offered.value);
      if (!begun.ok) return leave(begun);
      void over.promise.then(() => end(begun.value.liveId));
      if (isGone) return;
      undo = clock.after(policy.connectMs, lost);
      await connection.answer(begun.value.answer).catch(() => leave(refuse('live-not-whip')));
    };
    void going();
    const why = await over.promise;
    undo();
    connection.close();
    return why;
  }

  async #wait(ms: number): Promise<void> {
    const passed = Promise.withResolvers<void>();
    const undo = this.#ports.clock.after(ms, passed.resolve);
    this.#leave = () => passed.resolve();
    await passed.promise;
    undo();
  }
}

async function offerOf(connection: LiveConnection, relayOnly: boolean): Promise<Outcome<string>> {
  try {
    const sdp = await connection.offer();
    // Without a relay there is no way at all that does not show the address.
    if (relayOnly && !/^a=candidate:/m.test(sdp)) return refuse('turn-unavailable', { message: NO_RELAY });
    return { ok: true, value: sdp };
  } catch {
    return refuse('live-failed');
  }
}

const NO_RELAY = 'You hide your address, and this room’s server offers no relay, so nothing can go to the receiver.';
