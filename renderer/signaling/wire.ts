import type { Bridge } from '@parley/shared/bridge';
import type { ServerHost } from '@parley/shared/model';
import { type ClientEvent, type Outcome, refuse, toBase64Url, unwrap } from '@parley/shared/protocol';

/** The events of a wire. Exactly one of `opened` and `failed` comes first; `closed` only after `opened`. */
export type WireListener = {
  /** `challenge` is the first that the server set; undefined where a Parley server would have set one. */
  opened(challenge: string | undefined): void;
  /** The server's reason for refusing the connection; undefined when nothing answered. */
  failed(said: unknown): void;
  closed(): void;
  heard(event: string, payload: unknown): void;
};

/** One attempt at a connection. It never reconnects by itself: the client decides that. */
export interface Wire {
  /** The raw answer. Rejects after `timeoutMs` without one, and when the wire is closed meanwhile. */
  call(event: ClientEvent, input: unknown, timeoutMs: number): Promise<unknown>;
  close(): void;
}

/** Starts an attempt. The listener is called later, never before the wire is returned. */
export type OpenWire = (host: ServerHost, listener: WireListener) => Wire;

/** Wires over the sockets that the core holds: it adds this person's right to the server. */
export function bridgeWires(bridge: Bridge, randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>): OpenWire {
  const wires = new Map<string, BridgeWire>();
  bridge.on('signaling.opened', ({ wireId, challenge }) => wires.get(wireId)?.opened(challenge));
  bridge.on('signaling.failed', ({ wireId, said }) => wires.get(wireId)?.ended(said));
  bridge.on('signaling.closed', ({ wireId }) => wires.get(wireId)?.ended());
  bridge.on('signaling.heard', ({ wireId, event, payload }) => wires.get(wireId)?.heard(event, payload));
  bridge.on('signaling.answered', ({ wireId, callId, outcome }) =>
    wires.get(wireId)?.answered(callId, outcome.ok ? outcome : refuse(outcome.code, { message: outcome.message })),
  );
  bridge.on('signaling.lost', () => {
    for (const wire of [...wires.values()]) wire.ended();
  });
  return (host, listener) => {
    const wireId = toBase64Url(randomBytes(16));
    const wire = new BridgeWire(bridge, wireId, listener, () => wires.delete(wireId));
    wires.set(wireId, wire);
    void bridge.call('signaling.open', { wireId, host }).then((opened) => {
      if (!opened.ok) wire.ended(opened);
    });
    return wire;
  };
}

class BridgeWire implements Wire {
  readonly #bridge: Bridge;
  readonly #id: string;
  readonly #listener: WireListener;
  readonly #forget: () => void;
  readonly #waiting = new Map<number, (outcome: Outcome<unknown>) => void>();
  #state: 'connecting' | 'open' | 'over' = 'connecting';
  #calls = 0;

  constructor(bridge: Bridge, id: string, listener: WireListener, forget: () => void) {
    this.#bridge = bridge;
    this.#id = id;
    this.#listener = listener;
    this.#forget = forget;
  }

  async call(event: ClientEvent, payload: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#state === 'over') return unwrap(refuse('cancelled'));
    this.#calls += 1;
    const callId = this.#calls;
    const outcome = await new Promise<Outcome<unknown>>((resolve) => {
      this.#waiting.set(callId, resolve);
      void this.#bridge
        .call('signaling.call', { wireId: this.#id, callId, event, payload, timeoutMs })
        .then((taken) => {
          if (!taken.ok) this.answered(callId, taken);
        });
    });
    return unwrap(outcome);
  }

  close(): void {
    if (this.#state === 'over') return;
    this.#end();
    void this.#bridge.call('signaling.close', { wireId: this.#id });
  }

  opened(challenge: string | undefined): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#listener.opened(challenge);
  }

  heard(event: string, payload: unknown): void {
    this.#listener.heard(event, payload);
  }

  answered(callId: number, outcome: Outcome<unknown>): void {
    this.#waiting.get(callId)?.(outcome);
    this.#waiting.delete(callId);
  }

  /** It failed, or is closed. */
  ended(said?: unknown): void {
    const was = this.#state;
    this.#end();
    if (was === 'connecting') this.#listener.failed(said);
    if (was === 'open') this.#listener.closed();
  }

  #end(): void {
    this.#state = 'over';
    this.#forget();
    for (const settle of this.#waiting.values()) settle(refuse('cancelled'));
    this.#waiting.clear();
  }
}
