import { ParleyError } from '@parley/shared/protocol';
import {
  childrenOf,
  type ElementHead,
  element,
  float,
  ID,
  idElement,
  LONG_SIZE_BYTES,
  longSize,
  nothing,
  numberIn,
  openHead,
  readHead,
  unsigned,
} from './ebml.ts';

/** Room for the places of four elements, so that they can be filled in when they are known. */
const SEEK_BYTES = 96;
const DURATION_BYTES = float(ID.duration, 0).length;
/** No element of a recording is larger: a frame is some hundred KB at most. */
const ELEMENT_MAX_BYTES = 33_554_432;

/** A place to jump to: the first whole picture of a cluster. */
type Cue = { time: number; track: number; cluster: number };
/** A cluster in the file: where it begins, and where its content does. */
type Cluster = { at: number; contentAt: number; time: number };

/**
 * Reads a WebM file as a browser's MediaRecorder writes it, piece by piece, and answers the bytes that are to be kept: whole elements alone,
 * with room for what is only known at the end (its length, and the places in it). What it kept it keeps the same when it reads it again, so
 * that a file that was cut off anywhere can be gone through in the same way.
 */
export class WebmReader {
  #waiting: Buffer = Buffer.alloc(0);
  #head: Buffer[] | null = [];
  #written = 0;
  #segmentAt = 0;
  #infoAt = 0;
  #durationAt = 0;
  #tracksAt = 0;
  #video: number | null = null;
  #last = 0;
  #first: number | null = null;
  readonly #clusters: Cluster[] = [];
  readonly #cues: Cue[] = [];

  /** Bytes that were answered. */
  get keptBytes(): number {
    return this.#written;
  }

  /** Whether there is anything to see or hear. */
  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** Takes the next bytes; the answer is to be appended to the file. Throws `recording-failed` for anything but WebM. */
  take(bytes: Uint8Array): Buffer {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    const kept: Buffer[] = [];
    let at = 0;
    for (;;) {
      const head = readHead(this.#waiting, at);
      if (head === null) throw new ParleyError('recording-failed');
      if (head === undefined) break;
      if (this.#head?.length === 0 && head.id !== ID.ebml) throw new ParleyError('recording-failed');
      // Their content is read as elements of their own, whatever size they claim.
      const isOpen = head.id === ID.segment || head.id === ID.cluster;
      if (!isOpen && (head.size === null || head.size > ELEMENT_MAX_BYTES)) throw new ParleyError('recording-failed');
      const end = at + head.headBytes + (isOpen ? 0 : (head.size ?? 0));
      if (end > this.#waiting.length) break;
      const answer = this.#element(head, this.#waiting.subarray(at, end));
      kept.push(...answer);
      for (const { length } of answer) this.#written += length;
      at = end;
    }
    this.#waiting = this.#waiting.subarray(at);
    return Buffer.concat(kept);
  }

  /** Writings at places of the kept bytes, and what goes behind them, that make the file whole and let a player jump in it. */
  finish(tags: Buffer): { end: Buffer; patches: { at: number; bytes: Buffer }[] } {
    const inSegment = (at: number) => at - this.#segmentAt;
    const cues = element(
      ID.cues,
      ...this.#places().map(({ time, track, cluster }) =>
        element(
          ID.cuePoint,
          unsigned(ID.cueTime, time),
          element(
            ID.cueTrackPositions,
            unsigned(ID.cueTrack, track),
            unsigned(ID.cueClusterPosition, inSegment(cluster)),
          ),
        ),
      ),
    );
    const cuesAt = this.#written;
    const end = Buffer.concat([cues, tags]);
    const seek = element(
      ID.seekHead,
      ...(
        [
          [ID.info, this.#infoAt],
          [ID.tracks, this.#tracksAt],
          [ID.cues, cuesAt],
          [ID.tags, cuesAt + cues.length],
        ] as const
      ).map(([id, at]) => element(ID.seek, idElement(ID.seekId, id), unsigned(ID.seekPosition, inSegment(at)))),
    );
    const sizeOf = (contentAt: number, endAt: number) => ({
      at: contentAt - LONG_SIZE_BYTES,
      bytes: longSize(endAt - contentAt),
    });
    return {
      end,
      patches: [
        { at: this.#segmentAt, bytes: Buffer.concat([seek, nothing(SEEK_BYTES - seek.length)]) },
        { at: this.#durationAt, bytes: float(ID.duration, this.#last - (this.#first ?? 0)) },
        ...this.#clusters.map(({ contentAt }, index) => sizeOf(contentAt, this.#clusters[index + 1]?.at ?? cuesAt)),
        sizeOf(this.#segmentAt, cuesAt + end.length),
      ],
    };
  }

  /** Without a whole picture anywhere, as where there is sound alone, the beginnings of the clusters. */
  #places(): readonly Cue[] {
    if (this.#cues.length > 0) return this.#cues;
    return this.#clusters.map(({ at, time }) => ({ time, track: 1, cluster: at }));
  }

  #element({ id, headBytes }: ElementHead, whole: Buffer): Buffer[] {
    const content = whole.subarray(headBytes);
    if (this.#head) return this.#beforeClusters(this.#head, id, content, whole);
    switch (id) {
      case ID.cluster: {
        const head = openHead(ID.cluster);
        this.#clusters.push({ at: this.#written, contentAt: this.#written + head.length, time: 0 });
        return [head];
      }
      case ID.timestamp: {
        const cluster = this.#clusters.at(-1);
        if (cluster) cluster.time = numberIn(content);
        return [whole];
      }
      case ID.simpleBlock:
        this.#block(content, ((content[3] ?? 0) & 0x80) !== 0);
        return [whole];
      case ID.blockGroup: {
        const parts = childrenOf(content);
        const block = parts.find((part) => part.id === ID.block);
        if (block) this.#block(block.content, !parts.some((part) => part.id === ID.referenceBlock));
        return [whole];
      }
      default:
        // Places of an earlier ending of this file are found anew, and sizes of clusters before are others here.
        return [];
    }
  }

  /** Keeps the beginning until the first cluster: with a length and with places still to come. */
  #beforeClusters(head: Buffer[], id: number, content: Buffer, whole: Buffer): Buffer[] {
    const at = () => head.reduce((sum, { length }) => sum + length, 0);
    if (id === ID.ebml) head.push(Buffer.from(whole));
    if (id === ID.segment) {
      head.push(openHead(ID.segment));
      this.#segmentAt = at();
      head.push(nothing(SEEK_BYTES));
    }
    if (id === ID.info) {
      this.#infoAt = at();
      const facts = childrenOf(content).filter((each) => each.id !== ID.duration && each.id !== ID.void);
      head.push(element(ID.info, ...facts.map((each) => each.whole), nothing(DURATION_BYTES)));
      this.#durationAt = at() - DURATION_BYTES;
    }
    if (id === ID.tracks) {
      this.#tracksAt = at();
      head.push(Buffer.from(whole));
      for (const entry of childrenOf(content)) {
        const facts = childrenOf(entry.content);
        const numberOf = (fact: number) => numberIn(facts.find((each) => each.id === fact)?.content ?? Buffer.alloc(0));
        if (numberOf(ID.trackType) === 1) this.#video ??= numberOf(ID.trackNumber);
      }
    }
    if (id !== ID.cluster) return [];
    if (this.#durationAt === 0 || this.#tracksAt === 0) throw new ParleyError('recording-failed');
    this.#head = null;
    const before = Buffer.concat(head);
    const cluster = openHead(ID.cluster);
    this.#clusters.push({ at: before.length, contentAt: before.length + cluster.length, time: 0 });
    return [before, cluster];
  }

  #block(content: Buffer, isWhole: boolean): void {
    const cluster = this.#clusters.at(-1);
    const first = content[0] ?? 0;
    // Track numbers above 126 take more than a byte; a recording has two tracks.
    if (!cluster || (first & 0x80) === 0 || content.length < 4) throw new ParleyError('recording-failed');
    const time = cluster.time + content.readInt16BE(1);
    this.#first ??= time;
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
    const track = first & 0x7f;
    if (isWhole && track === this.#video && this.#cues.at(-1)?.cluster !== cluster.at) {
      this.#cues.push({ time: Math.max(0, time), track, cluster: cluster.at });
    }
  }
}
