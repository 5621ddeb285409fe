import type { LinkMessageOf } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { View } from '../mesh/video-limits.ts';
import type { Participant } from './participant.ts';
import { VIEWS_RATE } from './session-policy.ts';
import { Throttle } from './throttle.ts';

/** For so long somebody who comes into the call sends the whole picture while the stage makes room for them. */
const ROOM_MADE_MS = 1_000;
const NOWHERE: View = { camera: { width: 0, height: 0 }, screen: { width: 0, height: 0 } };

export type OwnViewsPorts = {
  clock: Clock;
  participants: () => readonly Pick<Participant, 'peerId' | 'call' | 'send'>[];
  /** Whether this device is in the call itself. */
  isInCall: () => boolean;
};

/** Tells everybody in the call at which size their pictures are shown here, so that they send no more than that. */
export class OwnViews {
  readonly #ports: OwnViewsPorts;
  readonly #telling: Throttle;
  /** By peer; who is missing is not shown. Undefined until a screen said what it shows. */
  #views: ReadonlyMap<string, View> | undefined;
  /** What each peer was told on its present connection. */
  readonly #told = new Map<string, string>();
  /** Since when each peer is in the call with this device, by the monotonic clock. */
  readonly #since = new Map<string, number>();
  #undoLook: () => void = () => {};
  #closed = false;

  constructor(ports: OwnViewsPorts) {
    this.#ports = ports;
    this.#telling = new Throttle(ports.clock, VIEWS_RATE, () => this.#tellAll());
  }

  /** The screen shows them so. A stage that goes with the call says nothing: the others send this device nothing more as it is. */
  show(views: ReadonlyMap<string, View>): void {
    this.#views = this.#ports.isInCall() ? views : undefined;
    this.changed();
  }

  /** Somebody came into the call, or left it. */
  changed(): void {
    if (!this.#ports.isInCall()) {
      this.#views = undefined;
      this.#told.clear();
      this.#since.clear();
    }
    if (this.#views && !this.#closed) this.#telling.request();
  }

  /** A fresh connection to that peer is open: nothing was said on it. */
  opened(peerId: string): void {
    this.#told.delete(peerId);
    this.changed();
  }

  close(): void {
    this.#closed = true;
    this.#undoLook();
    this.#telling.close();
  }

  #tellAll(): void {
    if (!this.#views) return;
    const { clock } = this.#ports;
    const now = clock.monotonicMs();
    let waitMs = Number.POSITIVE_INFINITY;
    const here = new Set(this.#ports.participants().map(({ peerId }) => peerId));
    for (const peerId of [...this.#told.keys(), ...this.#since.keys()]) if (!here.has(peerId)) this.#forget(peerId);
    for (const participant of this.#ports.participants()) {
      const { peerId, call } = participant;
      if (!call) {
        // Whoever comes back sends as if nothing had been said.
        this.#forget(peerId);
        continue;
      }
      const since = this.#since.get(peerId) ?? now;
      this.#since.set(peerId, since);
      const view = this.#views.get(peerId);
      if (!view && now - since < ROOM_MADE_MS) {
        waitMs = Math.min(waitMs, ROOM_MADE_MS - (now - since));
        continue;
      }
      const message: LinkMessageOf<'view'> = { type: 'view', ...(view ?? NOWHERE) };
      const text = JSON.stringify(message);
      if (this.#told.get(peerId) !== text && participant.send(message)) this.#told.set(peerId, text);
    }
    this.#undoLook();
    this.#undoLook = Number.isFinite(waitMs) ? clock.after(waitMs, () => this.changed()) : () => {};
  }

  #forget(peerId: string): void {
    this.#told.delete(peerId);
    this.#since.delete(peerId);
  }
}
