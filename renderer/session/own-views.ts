import type { LinkMessageOf } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { View } from '../mesh/video-limits.ts';
import type { Participant } from './participant.ts';
import { VIEWS_RATE } from './session-policy.ts';
import { Throttle } from './throttle.ts';

const NOWHERE: View = { camera: { width: 0, height: 0 }, screen: { width: 0, height: 0 } };

export type OwnViewsPorts = {
  clock: Clock;
  participants: () => readonly Pick<Participant, 'peerId' | 'call' | 'send'>[];
};

/** Tells everybody in the call at which size their pictures are shown here, so that they send no more than that. */
export class OwnViews {
  readonly #ports: OwnViewsPorts;
  readonly #telling: Throttle;
  /** By peer; who is missing is not shown. Undefined until a screen said what it shows. */
  #views: ReadonlyMap<string, View> | undefined;
  /** What each peer was told on its present connection. */
  readonly #told = new Map<string, string>();
  #closed = false;

  constructor(ports: OwnViewsPorts) {
    this.#ports = ports;
    this.#telling = new Throttle(ports.clock, VIEWS_RATE, () => this.#tellAll());
  }

  show(views: ReadonlyMap<string, View>): void {
    this.#views = views;
    this.changed();
  }

  /** Somebody came into the call, or left it. */
  changed(): void {
    if (this.#views && !this.#closed) this.#telling.request();
  }

  /** A fresh connection to that peer is open: nothing was said on it. */
  opened(peerId: string): void {
    this.#told.delete(peerId);
    this.changed();
  }

  close(): void {
    this.#closed = true;
    this.#telling.close();
  }

  #tellAll(): void {
    if (!this.#views) return;
    const here = new Set(this.#ports.participants().map(({ peerId }) => peerId));
    for (const peerId of this.#told.keys()) if (!here.has(peerId)) this.#told.delete(peerId);
    for (const participant of this.#ports.participants()) {
      const { peerId, call } = participant;
      if (!call) {
        // Whoever comes back sends as if nothing had been said.
        this.#told.delete(peerId);
        continue;
      }
      const message: LinkMessageOf<'view'> = { type: 'view', ...(this.#views.get(peerId) ?? NOWHERE) };
      const text = JSON.stringify(message);
      if (this.#told.get(peerId) !== text && participant.send(message)) this.#told.set(peerId, text);
    }
  }
}
