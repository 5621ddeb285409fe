import { readCells } from './counter-code.ts';
import type { ProbeSnapshot } from './page-probe.ts';

/** The frames of one other participant's camera since the watch began. */
export type Seen = {
  framesDecoded: number;
  /** The owner of the clip, from the picture itself. */
  who: number | null;
  /** Counted on over the clip's loops, so that a later frame always has a higher number. */
  counterFirst: number | null;
  counterLast: number | null;
};

/**
 * Adds up what a page decodes, per tile, over snapshots in order. Frames are counted by WebRTC's own statistics of
 * the very track that the tile shows, the counter is read from the pixels.
 * Look at least once per loop of the clip, or loops are missed.
 */
export class FrameWatch {
  readonly #framesInLoop: number;
  readonly #seen = new Map<string, Seen & { tracks: Map<string, number>; lastRaw: number; loops: number }>();
  readonly candidatePairs = new Set<string>();
  readonly fingerprints = new Set<string>();

  constructor(framesInLoop: number) {
    this.#framesInLoop = framesInLoop;
  }

  add(snapshot: ProbeSnapshot): void {
    for (const peer of snapshot.peers) {
      if (peer.candidatePair !== null) this.candidatePairs.add(peer.candidatePair);
      for (const fingerprint of peer.fingerprints) this.fingerprints.add(fingerprint);
    }
    const decoded = new Map(
      snapshot.peers.flatMap((peer) => peer.inboundVideo).map((video) => [video.trackId, video.framesDecoded]),
    );
    for (const tile of snapshot.tiles) {
      const key = tile.label;
      let seen = this.#seen.get(key);
      if (!seen) {
        seen = {
          framesDecoded: 0,
          who: null,
          counterFirst: null,
          counterLast: null,
          tracks: new Map(),
          lastRaw: -1,
          loops: 0,
        };
        this.#seen.set(key, seen);
      }
      for (const id of tile.trackIds) {
        const frames = decoded.get(id);
        // A track counts from 0 again after its connection was made anew.
        if (frames !== undefined) seen.tracks.set(id, Math.max(frames, seen.tracks.get(id) ?? 0));
      }
      seen.framesDecoded = [...seen.tracks.values()].reduce((sum, frames) => sum + frames, 0);
      const reading = tile.cells === null ? undefined : readCells(tile.cells);
      if (!reading) continue;
      if (reading.counter < seen.lastRaw) seen.loops += 1;
      seen.lastRaw = reading.counter;
      seen.who = reading.who;
      seen.counterLast = reading.counter + seen.loops * this.#framesInLoop;
      seen.counterFirst ??= seen.counterLast;
    }
  }

  /** The frames of the tile with this label. */
  of(label: string): Seen {
    const seen = this.#seen.get(label);
    if (!seen) return { framesDecoded: 0, who: null, counterFirst: null, counterLast: null };
    const { framesDecoded, who, counterFirst, counterLast } = seen;
    return { framesDecoded, who, counterFirst, counterLast };
  }
}
