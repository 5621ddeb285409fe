/** The subject of the queue: one connection's tracks, and whether an offer of its own is under way. */
export type NegotiationPort = {
  isNegotiating(): boolean;
  add(track: MediaStreamTrack, stream: MediaStream): void;
  replace(old: MediaStreamTrack, next: MediaStreamTrack | null, stream: MediaStream): void;
};

/**
 * Holds tracks back while an offer of this side is under way, and adds them when that round is over. Chromium would
 * otherwise put a track into the offer under way and forget with the answer which stream it belongs to; the next offer
 * would take the picture away from the far end. Only the initiator needs it: the other side asks for transceivers.
 */
export class NegotiationQueue {
  readonly #port: NegotiationPort;
  readonly #initiator: boolean;
  /** By the track that is to be added; `now` is what its sender shall send. */
  readonly #waiting = new Map<MediaStreamTrack, { now: MediaStreamTrack | null; stream: MediaStream }>();

  constructor(initiator: boolean, port: NegotiationPort) {
    this.#initiator = initiator;
    this.#port = port;
  }

  add(track: MediaStreamTrack, stream: MediaStream): void {
    if (this.#initiator && this.#port.isNegotiating()) this.#waiting.set(track, { now: track, stream });
    else this.#port.add(track, stream);
  }

  replace(old: MediaStreamTrack, next: MediaStreamTrack | null, stream: MediaStream): void {
    const waiting = this.#waiting.get(old);
    if (waiting) waiting.now = next;
    else this.#port.replace(old, next, stream);
  }

  /** The round is over: adds what waits, before simple-peer makes the next offer in a task of its own. */
  stable(): void {
    for (const [track, { now, stream }] of this.#waiting) {
      this.#waiting.delete(track);
      this.#port.add(track, stream);
      if (now !== track) this.#port.replace(track, now, stream);
    }
  }
}
