import type { Bridge } from '@parley/shared/bridge';
import { blockCountOf, blockSizeOf, type FileItem, type FileOffer } from '@parley/shared/model';
import {
  accept,
  type Bytes,
  type DeviceId,
  type FileId,
  LIMITS,
  type Outcome,
  type RoomId,
  refuse,
  toBase64Url,
} from '@parley/shared/protocol';
import type { FakeClock } from '../../../testing/fake-clock.ts';
import { type FileNow, FileTransfers } from '../file-transfers.ts';
import { LocalFiles } from '../local-files.ts';

const FRAME_HEADER_BYTES = 24;
const LOW_BYTES = 65_536;

/** Numbers from 0 up to 1, the same ones for the same seed. */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export type Slowness = {
  /** Bytes that a connection carries in a millisecond, and how long they travel. */
  bytesPerMs: number;
  latencyMs: number;
  /** The longest wait for the core's answer. */
  diskMs: number;
  /** The share of writes whose answer is lost, and of the events that say that a file is here. */
  lost: number;
};

/** What a core holds of one file. Every byte of block `index` is that number. */
type Held = { item: FileItem; have: Uint8Array; hashes: boolean };

/** One person: the files of a room on a core in memory, and a page that can be loaded anew. */
export class FakeMember {
  readonly deviceId: DeviceId;
  transfers!: FileTransfers;
  files: readonly FileNow[] = [];
  /** Blocks on their way to the disk. */
  writing = 0;
  /** The files that the page began to load, in their order. */
  readonly begun = new Set<FileId>();
  readonly #clock: FakeClock;
  readonly #chance: () => number;
  readonly #slow: Slowness;
  readonly #roomId: RoomId;
  readonly #held = new Map<FileId, Held>();
  readonly #chosen = new Set<FileId>();
  readonly #listeners = new Set<(payload: { items: FileItem[] }) => void>();
  readonly ends = new Map<FakeMember, WireEnd>();

  constructor(deviceId: DeviceId, roomId: RoomId, clock: FakeClock, chance: () => number, slow: Slowness) {
    this.deviceId = deviceId;
    this.#roomId = roomId;
    this.#clock = clock;
    this.#chance = chance;
    this.#slow = slow;
    this.load();
  }

  stateOf(fileId: FileId): FileItem['state'] | undefined {
    return this.#held.get(fileId)?.item.state;
  }

  /** Opens the page, or loads it anew: what it knew and the chosen files are gone. */
  load(): void {
    for (const end of [...this.ends.values()]) end.wire.cut();
    this.ends.clear();
    this.#listeners.clear();
    this.#chosen.clear();
    (this.transfers as FileTransfers | undefined)?.close();
    const local = new LocalFiles();
    local.has = (fileId) => this.#chosen.has(fileId);
    local.readBlock = (fileId, index) => this.#answer(() => accept(this.#blockOf(fileId, index)));
    const transfers = new FileTransfers({
      roomId: this.#roomId,
      // Answers what the contract says; only files are asked for here.
      bridge: {
        call: (name: string, input: { fileId: FileId; offers: FileOffer[]; author: DeviceId }) =>
          this.#answer(() => this.#call(name, input)),
        on: (_name: string, listener: (payload: { items: FileItem[] }) => void) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      } as unknown as Bridge,
      content: {
        write: async (fileId, index, bytes) => {
          this.writing += 1;
          const written = await this.#answer(() => this.#write(fileId, index, bytes));
          this.writing -= 1;
          return this.#chance() < this.#slow.lost ? refuse('internal') : written;
        },
        read: (fileId, index) => this.#answer(() => accept(this.#blockOf(fileId, index))),
      },
      local,
      clock: this.#clock,
    });
    transfers.on('changed', (files) => {
      this.files = files;
    });
    this.transfers = transfers;
    void transfers.start();
  }

  /** Offers a file of that size. */
  offer(fileId: FileId, sizeBytes: number): void {
    const text = toBase64Url(new Uint8Array(32));
    this.#put({
      have: new Uint8Array(blockCountOf(sizeBytes)),
      hashes: true,
      item: {
        ...{
          fileId,
          salt: text.slice(0, 22),
          name: 'a.bin',
          folders: [],
          sizeBytes,
          root: text,
          offeredAt: 1,
          round: 1,
        },
        ...{ roomId: this.#roomId, author: this.deviceId, mine: true, state: 'shared', shownName: 'a.bin' },
        ...{ kind: 'other', risk: 'unknown', haveBytes: sizeBytes, held: false, trouble: null },
      },
    });
    this.choose(fileId);
  }

  /** The person chooses an own file, in this page. */
  choose(fileId: FileId): void {
    this.#chosen.add(fileId);
    this.transfers.atHand(fileId);
  }

  /** Has a voice message of its own on the disk, or one that it was given and that loads by itself. */
  voice(
    fileId: FileId,
    author: DeviceId,
    state: 'recorded' | 'shared' | 'receiving' | 'received',
    offeredAt = 1,
  ): void {
    const text = toBase64Url(new Uint8Array(32));
    const isHere = state !== 'receiving';
    const offer = { fileId, salt: text.slice(0, 22), name: 'Voice message', folders: [], root: text, round: 1 };
    this.#put({
      have: new Uint8Array(1).fill(isHere ? 1 : 0),
      hashes: isHere,
      item: {
        ...{
          ...offer,
          sizeBytes: 50_000,
          offeredAt,
          voice: { durationMs: 9_000, levels: Array.from({ length: 64 }, () => 3) },
        },
        ...{ roomId: this.#roomId, author, mine: author === this.deviceId, state, shownName: 'Voice message.webm' },
        ...{ kind: 'sound', risk: 'none', haveBytes: isHere ? 50_000 : 0, held: isHere, trouble: null },
      },
    });
  }

  accept(fileId: FileId): void {
    const held = this.#held.get(fileId);
    if (held) this.#put({ ...held, item: { ...held.item, state: 'receiving' } });
  }

  /** An answer takes its time; one for a page that is gone comes to nobody. */
  #answer<T>(act: () => Outcome<T>): Promise<Outcome<T>> {
    const page = this.transfers;
    return new Promise((resolve) => {
      this.#clock.after(this.#chance() * this.#slow.diskMs, () => {
        const answer = act();
        this.#clock.after(this.#chance() * this.#slow.diskMs, () => {
          if (this.transfers === page || page === undefined) resolve(answer);
        });
      });
    });
  }

  #call(
    name: string,
    { fileId, offers, author }: { fileId: FileId; offers: FileOffer[]; author: DeviceId },
  ): Outcome<unknown> {
    if (name === 'files.list') return accept({ items: [...this.#held.values()].map(({ item }) => item) });
    if (name === 'files.learn') {
      for (const offer of offers) if (!this.#held.has(offer.fileId)) this.#learn(author, offer);
      return accept({ items: [] });
    }
    const held = this.#held.get(fileId);
    if (!held) return refuse('file-unknown');
    if (name === 'files.progress') this.begun.add(fileId);
    if (name === 'files.hashes') return accept({ hashes: 'AAAA' });
    if (name === 'files.set-hashes') held.hashes = true;
    if (held.item.state === 'received') return accept({ item: held.item, have: null });
    const bits = new Uint8Array(Math.ceil(held.have.length / 8));
    held.have.forEach((is, index) => {
      bits[index >> 3] = (bits[index >> 3] ?? 0) | (is << (index & 7));
    });
    return accept({ item: held.item, have: held.hashes ? toBase64Url(bits) : null });
  }

  #learn(author: DeviceId, offer: FileOffer): void {
    this.#put({
      have: new Uint8Array(blockCountOf(offer.sizeBytes)),
      hashes: false,
      item: {
        ...{ ...offer, roomId: this.#roomId, author, mine: false, state: 'offered', shownName: 'a.bin' },
        ...{ kind: 'other', risk: 'unknown', haveBytes: 0, held: false, trouble: null },
      },
    });
  }

  #write(fileId: FileId, index: number, bytes: Uint8Array): Outcome<FileItem> {
    const held = this.#held.get(fileId);
    if (held?.item.state !== 'receiving') return refuse('file-unknown');
    const { item, have } = held;
    if (bytes.length !== blockSizeOf(item.sizeBytes, index) || bytes.some((byte) => byte !== index % 251)) {
      return refuse('file-block-wrong');
    }
    have[index] = 1;
    item.haveBytes = have.reduce((sum, is, at) => sum + is * blockSizeOf(item.sizeBytes, at), 0);
    if (have.every((is) => is === 1)) this.#put({ ...held, item: { ...item, state: 'received', held: true } });
    return accept(this.#held.get(fileId)?.item ?? item);
  }

  #blockOf(fileId: FileId, index: number): Uint8Array<ArrayBuffer> {
    const sizeBytes = this.#held.get(fileId)?.item.sizeBytes ?? 0;
    return new Uint8Array(blockSizeOf(sizeBytes, index)).fill(index % 251);
  }

  #put(held: Held): void {
    this.#held.set(held.item.fileId, held);
    const items = [structuredClone(held.item)];
    if (held.item.state === 'received' && this.#chance() < this.#slow.lost) return;
    // An event of the host takes its time as well, and keeps its place.
    for (const listener of this.#listeners) this.#clock.after(10, () => listener({ items }));
  }
}

/** One side of a connection: a channel as Chromium has it. */
export class WireEnd {
  readonly wire: FakeWire;
  readonly self: FakeMember;
  state: 'connecting' | 'open' | 'closed' = 'connecting';
  /** Whether the link is open, so that the session was told. */
  linked = false;
  far: WireEnd | undefined;
  bufferedBytes = 0;
  readonly waiting: (string | ArrayBuffer)[] = [];
  /** What came before the link was open. */
  readonly early: (string | ArrayBuffer)[] = [];

  constructor(wire: FakeWire, self: FakeMember) {
    this.wire = wire;
    this.self = self;
  }
}

const sizeOf = (data: string | ArrayBuffer): number => (typeof data === 'string' ? data.length : data.byteLength);

/** One connection between two members. Each side sees its beginning and its end at a time of its own. */
export class FakeWire {
  /** Bytes of blocks that arrived on either side. */
  arrived = 0;
  readonly #clock: FakeClock;
  readonly #chance: () => number;
  readonly #slow: Slowness;
  readonly #ends: readonly [WireEnd, WireEnd];
  #isCut = false;

  constructor(left: FakeMember, right: FakeMember, clock: FakeClock, chance: () => number, slow: Slowness) {
    this.#clock = clock;
    this.#chance = chance;
    this.#slow = slow;
    const [one, two] = [new WireEnd(this, left), new WireEnd(this, right)];
    this.#ends = [one, two];
    one.far = two;
    two.far = one;
    for (const end of this.#ends) {
      // The channel of files may open before or after the link is.
      clock.after(chance() * 200, () => this.#link(end));
      clock.after(chance() * 200, () => this.#open(end));
    }
  }

  /** Nothing arrives any more; each side sees it at some time within a second. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const end of this.#ends) {
      end.waiting.length = 0;
      this.#clock.after(this.#chance() * 1_000, () => {
        end.state = 'closed';
      });
    }
  }

  #link(end: WireEnd): void {
    const { self, far } = end;
    if (this.#isCut || !far) return;
    // One link outlives its connections: what an earlier one left undone goes out on this one.
    self.ends.set(far.self, end);
    const current = (): WireEnd | undefined => self.ends.get(far.self);
    end.linked = true;
    self.transfers.linked({
      deviceId: far.self.deviceId,
      name: 'Somebody',
      link: {
        sendFile: (data) => {
          const now = current();
          return now ? now.wire.#send(now, data) : false;
        },
        get fileBufferedBytes() {
          const now = current();
          return now?.state === 'open' ? now.bufferedBytes : 0;
        },
      },
    });
    for (const data of end.early.splice(0)) self.transfers.hear(far.self.deviceId, data);
  }

  #open(end: WireEnd): void {
    if (this.#isCut) return;
    end.state = 'open';
    if (end.linked && end.far) end.self.transfers.roomCame(end.far.self.deviceId);
  }

  #send(end: WireEnd, data: string | Bytes): boolean {
    if (end.state !== 'open') return false;
    if (this.#isCut) return true;
    const copy = typeof data === 'string' ? data : data.slice().buffer;
    end.bufferedBytes += sizeOf(copy);
    end.waiting.push(copy);
    if (end.waiting.length === 1) this.#carry(end);
    return true;
  }

  /** Takes the first one that waits on its way. */
  #carry(end: WireEnd): void {
    const [data] = end.waiting;
    if (data === undefined) return;
    this.#clock.after(sizeOf(data) / this.#slow.bytesPerMs, () => {
      if (this.#isCut) return;
      end.waiting.shift();
      const before = end.bufferedBytes;
      end.bufferedBytes -= sizeOf(data);
      this.#clock.after(this.#slow.latencyMs, () => this.#arrive(end, data));
      if (before > LOW_BYTES && end.bufferedBytes <= LOW_BYTES && end.far) {
        end.self.transfers.roomCame(end.far.self.deviceId);
      }
      this.#carry(end);
    });
  }

  #arrive({ self, far }: WireEnd, data: string | ArrayBuffer): void {
    if (this.#isCut || !far) return;
    if (typeof data !== 'string') this.arrived += data.byteLength - FRAME_HEADER_BYTES;
    if (far.linked) far.self.transfers.hear(self.deviceId, data);
    else far.early.push(data);
  }
}

export const SIZE_MAX_BYTES = 6 * LIMITS.fileBlockBytes;
