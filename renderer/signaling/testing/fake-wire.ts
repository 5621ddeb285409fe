import type { ServerHost } from '@parley/shared/model';
import { toBase64Url } from '@parley/shared/protocol';
import type { OpenWire, WireListener } from '../wire.ts';

/** The far end of one attempt, in the hands of a test. */
export class FakeWire {
  readonly host: ServerHost;
  readonly calls: { event: string; input: unknown }[] = [];
  closed = false;
  readonly #listener: WireListener;
  readonly #asked: { event: string; answer: (raw: unknown) => void; fail: () => void }[] = [];

  constructor(host: ServerHost, listener: WireListener) {
    this.host = host;
    this.#listener = listener;
  }

  call(event: string, input: unknown): Promise<unknown> {
    this.calls.push({ event, input });
    return new Promise((answer, reject) => {
      this.#asked.push({ event, answer, fail: () => reject(new Error('no answer')) });
    });
  }

  close(): void {
    this.closed = true;
    for (const asked of this.#asked.splice(0)) asked.fail();
  }

  /** Opens, as a server of another kind does. */
  open(): void {
    this.#listener.opened(undefined);
  }

  /** Opens with a challenge, as a server does. */
  greet(fill = 1): void {
    this.#listener.opened(toBase64Url(new Uint8Array(32).fill(fill)));
  }

  refuse(said?: unknown): void {
    this.#listener.failed(said);
  }

  drop(): void {
    this.#listener.closed();
  }

  say(event: string, payload: unknown): void {
    this.#listener.heard(event, payload);
  }

  /** Answers the oldest unanswered call of that name. */
  answer(event: string, raw: unknown): void {
    const at = this.#asked.findIndex((asked) => asked.event === event);
    const [asked] = this.#asked.splice(at, at < 0 ? 0 : 1);
    if (!asked) throw new Error(`${event} was not asked`);
    asked.answer(raw);
  }

  /** The time for answers is over. */
  timeOut(): void {
    for (const asked of this.#asked.splice(0)) asked.fail();
  }

  inputsOf(event: string): unknown[] {
    return this.calls.filter((call) => call.event === event).map((call) => call.input);
  }
}

/** Keeps every attempt, newest last. */
export function fakeWires(): { wires: FakeWire[]; open: OpenWire; latest(): FakeWire } {
  const wires: FakeWire[] = [];
  return {
    wires,
    open: (host, listener) => {
      const wire = new FakeWire(host, listener);
      wires.push(wire);
      return wire;
    },
    latest: () => {
      const wire = wires.at(-1);
      if (!wire) throw new Error('nothing was opened');
      return wire;
    },
  };
}
