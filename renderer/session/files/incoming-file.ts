import type { Bridge } from '@parley/shared/bridge';
import { blockCountOf, blockSizeOf, type FileItem } from '@parley/shared/model';
import { type BlockPart, type DeviceId, type FileId, fromBase64Url, LIMITS } from '@parley/shared/protocol';
import { type Clock, repeat } from '@parley/shared/timing';
import type { FileContent } from '../../bridge/file-content.ts';
import { type CountedClock, countedClock } from '../../clock.ts';
import type { FileLink } from './file-link.ts';

/** Blocks that one source is asked for ahead, and blocks that are on their way or to the disk at once. */
const WANTS_OF_SOURCE_MAX = 6;
const UNDER_WAY_MAX = 10;
/** A source that promised blocks and sends nothing for so long is asked no more for a while. */
export const SILENT_MS = 20_000;
const LOOK_EVERY_MS = 5_000;
/** A source that cannot read the file may be able to later: its disk was busy, or the person chose the file again. */
const CANNOT_MS = 30_000;
/** So many wrong blocks end a source. */
const WRONG_MAX = 3;
const RETRY_MS = 2_000;

type Source = {
  link: FileLink;
  wants: Set<number>;
  heardAt: number;
  /** When it was found silent last, and until when it is not asked. */
  quietAt: number;
  silentUntil: number;
  wrong: number;
};
/** A block on its way. `from` holds everybody who sent a part of it. */
type Assembly = { bytes: Uint8Array<ArrayBuffer>; filled: number; by: DeviceId | null; from: Set<DeviceId> };

export type IncomingPorts = {
  bridge: Bridge;
  content: FileContent;
  clock: Clock;
  /** Bytes arrived, or the file cannot go on. */
  changed(): void;
  /** Whether one more block may be on its way, with those of all other files. */
  mayAsk(): boolean;
  /** Fewer blocks are on their way: other files may ask. */
  freed(): void;
  /** The core answered that the whole file is here; the event that says the same may get lost. */
  received(item: FileItem): void;
  /** Nobody gives it: for a while nothing came, and everybody who has it was asked in vain or is gone. */
  stalled(): void;
};

/**
 * One file on its way to this disk, from everybody who has it. Each block is asked for once; what a lost connection leaves
 * undone is asked for again from where it stopped, from whoever is there. New blocks are asked for as the disk takes the ones that came.
 */
export class IncomingFile {
  readonly fileId: FileId;
  readonly sizeBytes: number;
  readonly #ports: IncomingPorts;
  readonly #clock: CountedClock;
  readonly #sources = new Map<DeviceId, Source>();
  /** Devices that are not asked any more: what they sent was wrong. */
  readonly #liars = new Set<DeviceId>();
  readonly #assemblies = new Map<number, Assembly>();
  readonly #writing = new Set<number>();
  /** Of these the answer got lost: they count as being written until the core says what it has. */
  readonly #unanswered = new Set<number>();
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  /** Null until the hashes of the blocks are known. */
  #have: Uint8Array | null = null;
  /** Bytes of the blocks in `#have`; what the core said while that is null. */
  #haveBytes: number;
  #askedHashes: DeviceId | null = null;
  /** When something of it came last. */
  #movedAt: number;
  #ready = false;
  #paused = false;
  #closed = false;

  constructor({ fileId, sizeBytes, haveBytes }: FileItem, ports: IncomingPorts) {
    this.fileId = fileId;
    this.sizeBytes = sizeBytes;
    this.#haveBytes = haveBytes;
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#movedAt = this.#clock.monotonicMs();
    repeat(this.#clock, LOOK_EVERY_MS, () => this.#lookForSilence());
    void this.#load();
  }

  /** Bytes that are here, those of unfinished blocks included. */
  get bytes(): number {
    let bytes = this.#haveBytes;
    for (const { filled } of this.#assemblies.values()) bytes += filled;
    for (const index of this.#writing) bytes += blockSizeOf(this.sizeBytes, index);
    return Math.min(bytes, this.sizeBytes);
  }

  /** Sources that are asked now. */
  get sourceCount(): number {
    const now = this.#clock.monotonicMs();
    return [...this.#sources.values()].filter(({ silentUntil }) => silentUntil <= now).length;
  }

  /** Whether a device sent what was wrong, and is asked no more. */
  distrusts(deviceId: DeviceId): boolean {
    return this.#liars.has(deviceId);
  }

  /** Blocks that are on their way or to the disk. */
  get underWay(): number {
    let count = this.#writing.size;
    // Blocks that were asked for before a pause are not sent.
    if (!this.#paused) for (const { wants } of this.#sources.values()) count += wants.size;
    return count;
  }

  /** Somebody has the whole file, or can read it again. */
  addSource(link: FileLink): void {
    const known = this.#sources.get(link.deviceId);
    if (this.#liars.has(link.deviceId)) return;
    if (known?.link === link) {
      known.silentUntil = 0;
      this.#askForHashes();
      this.fill();
      return;
    }
    this.removeSource(link.deviceId);
    const now = this.#clock.monotonicMs();
    const quiet = { quietAt: Number.NEGATIVE_INFINITY, silentUntil: 0 };
    this.#sources.set(link.deviceId, { link, wants: new Set(), heardAt: now, ...quiet, wrong: 0 });
    this.#askForHashes();
    this.fill();
  }

  removeSource(deviceId: DeviceId): void {
    const source = this.#sources.get(deviceId);
    if (!source) return;
    this.#sources.delete(deviceId);
    this.#release(source);
    if (this.#askedHashes === deviceId) this.#askedHashes = null;
    this.#askForHashes();
    this.fill();
  }

  /** A source cannot give the file now: it is asked again after a while. */
  rest(deviceId: DeviceId): void {
    const source = this.#sources.get(deviceId);
    if (!source) return;
    this.#quieten(source, CANNOT_MS);
    if (this.#askedHashes === deviceId) this.#askedHashes = null;
    this.#askForHashes();
    this.fill();
  }

  async takeHashes(deviceId: DeviceId, hashes: string): Promise<void> {
    if (this.#askedHashes !== deviceId || this.#have) return;
    const taken = await this.#ports.bridge.call('files.set-hashes', { fileId: this.fileId, hashes });
    this.#askedHashes = null;
    this.#movedAt = this.#clock.monotonicMs();
    if (taken.ok) this.#take(taken.value);
    else if (taken.code === 'file-block-wrong') this.#distrust(deviceId);
  }

  /** Takes a part of a block; what was not asked for, or does not continue what is here, is dropped. */
  take(deviceId: DeviceId, { index, offset, bytes }: BlockPart): void {
    const source = this.#sources.get(deviceId);
    if (!source?.wants.has(index)) return;
    const sizeBytes = blockSizeOf(this.sizeBytes, index);
    const assembly = this.#assemblies.get(index) ?? this.#begin(index, deviceId);
    if (assembly.by !== deviceId || assembly.filled !== offset || offset + bytes.length > sizeBytes) return;
    source.heardAt = this.#clock.monotonicMs();
    this.#movedAt = source.heardAt;
    assembly.bytes.set(bytes, offset);
    assembly.filled += bytes.length;
    assembly.from.add(deviceId);
    this.#ports.changed();
    if (assembly.filled === sizeBytes) void this.#write(index, assembly, source);
  }

  /** Asks for nothing more, or goes on. Blocks that are on their way when it pauses are still taken. */
  pause(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    for (const source of this.#sources.values()) {
      if (paused) source.link.say({ type: 'stop', fileId: this.fileId });
      else this.#release(source);
    }
    this.fill();
  }

  close(): void {
    this.#closed = true;
    for (const { link } of this.#sources.values()) link.say({ type: 'stop', fileId: this.fileId });
    this.#sources.clear();
    this.#assemblies.clear();
    this.#spare.length = 0;
    this.#clock.stopAll();
  }

  async #load(): Promise<void> {
    const unanswered = [...this.#unanswered];
    const progress = await this.#ports.bridge.call('files.progress', { fileId: this.fileId });
    if (this.#closed) return;
    if (!progress.ok) {
      this.#clock.after(RETRY_MS, () => void this.#load());
      return;
    }
    for (const index of unanswered) {
      this.#unanswered.delete(index);
      this.#writing.delete(index);
    }
    this.#ready = true;
    this.#take(progress.value);
    this.#askForHashes();
    if (unanswered.length > 0) this.#ports.freed();
  }

  #take({ have, item }: { have: string | null; item: FileItem }): void {
    if (this.#closed) return;
    const bits = have === null ? undefined : fromBase64Url(have);
    if (bits) {
      const before = this.#have;
      // The answer may be older than that to a block; a block on its way to the disk counts when it is answered.
      this.#have = Uint8Array.from({ length: blockCountOf(this.sizeBytes) }, (_, index) => {
        const isHere = before?.[index] === 1 || ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
        return isHere && !this.#writing.has(index) ? 1 : 0;
      });
      this.#haveBytes = this.#have.reduce((sum, is, index) => sum + is * blockSizeOf(this.sizeBytes, index), 0);
    }
    if (item.state === 'received') this.#ports.received(item);
    this.#ports.changed();
    this.fill();
  }

  #askForHashes(): void {
    if (!this.#ready || this.#have || this.#askedHashes || this.#closed) return;
    const now = this.#clock.monotonicMs();
    const source = [...this.#sources.values()].find(({ silentUntil }) => silentUntil <= now);
    if (!source) return;
    this.#askedHashes = source.link.deviceId;
    source.heardAt = now;
    source.link.say({ type: 'ask-hashes', fileId: this.fileId });
  }

  /** Asks for the next blocks, as far as the disk, the sources and the other files go. */
  fill(): void {
    if (!this.#have || this.#paused || this.#closed) return;
    const now = this.#clock.monotonicMs();
    for (const source of this.#sources.values()) {
      while (source.wants.size < WANTS_OF_SOURCE_MAX && source.silentUntil <= now) {
        if (this.underWay >= UNDER_WAY_MAX || !this.#ports.mayAsk()) return;
        const index = this.#next();
        if (index === undefined) return;
        if (source.wants.size === 0) source.heardAt = now;
        source.wants.add(index);
        const assembly = this.#assemblies.get(index);
        if (assembly) assembly.by = source.link.deviceId;
        source.link.say({ type: 'want', fileId: this.fileId, index, offset: assembly?.filled ?? 0 });
      }
    }
  }

  /** A block that nobody was asked for: those that were begun come first. */
  #next(): number | undefined {
    for (const [index, { by }] of this.#assemblies) if (by === null) return index;
    const have = this.#have ?? new Uint8Array();
    for (let index = 0; index < have.length; index++) {
      if (have[index] === 1 || this.#writing.has(index) || this.#assemblies.has(index)) continue;
      if (![...this.#sources.values()].some(({ wants }) => wants.has(index))) return index;
    }
    return undefined;
  }

  #begin(index: number, by: DeviceId): Assembly {
    const bytes = this.#spare.pop() ?? new Uint8Array(Math.min(LIMITS.fileBlockBytes, this.sizeBytes));
    const assembly: Assembly = { bytes, filled: 0, by, from: new Set() };
    this.#assemblies.set(index, assembly);
    return assembly;
  }

  async #write(index: number, assembly: Assembly, source: Source): Promise<void> {
    source.wants.delete(index);
    this.#assemblies.delete(index);
    this.#writing.add(index);
    const sizeBytes = blockSizeOf(this.sizeBytes, index);
    this.fill();
    const written = await this.#ports.content.write(this.fileId, index, assembly.bytes.subarray(0, sizeBytes));
    this.#spare.push(assembly.bytes);
    if (this.#closed) return;
    if (!written.ok && written.code !== 'file-block-wrong') {
      this.#unanswered.add(index);
      // A full disk pauses the file, which ends this. After everything else the core is asked in a while what it has: the answer to a block
      // that was stored may have got lost.
      this.#clock.after(RETRY_MS, () => void this.#load());
      return;
    }
    this.#writing.delete(index);
    if (!written.ok) this.#blame(assembly);
    else {
      this.#haveBytes += sizeBytes;
      if (this.#have) this.#have[index] = 1;
      if (written.value.state === 'received') this.#ports.received(written.value);
    }
    this.#ports.changed();
    this.fill();
    this.#ports.freed();
  }

  /** Wrong bytes that came from one source alone are its fault. */
  #blame({ from }: Assembly): void {
    const [deviceId] = from;
    if (deviceId === undefined || from.size > 1) return;
    const source = this.#sources.get(deviceId);
    if (!source) return;
    source.wrong += 1;
    if (source.wrong >= WRONG_MAX) this.#distrust(deviceId);
  }

  #distrust(deviceId: DeviceId): void {
    this.#liars.add(deviceId);
    this.removeSource(deviceId);
  }

  /** Asks a source for nothing until then. */
  #quieten(source: Source, forMs: number): void {
    source.quietAt = this.#clock.monotonicMs();
    source.silentUntil = source.quietAt + forMs;
    this.#release(source);
  }

  #release(source: Source): void {
    for (const index of source.wants) {
      const assembly = this.#assemblies.get(index);
      if (assembly?.by === source.link.deviceId) assembly.by = null;
    }
    source.wants.clear();
  }

  #isStalled(now: number): boolean {
    const isOwed = this.underWay > 0 || this.#askedHashes !== null;
    if (!this.#ready || this.#closed || isOwed || now - this.#movedAt < SILENT_MS) return false;
    return [...this.#sources.values()].every(({ quietAt }) => quietAt >= this.#movedAt);
  }

  #lookForSilence(): void {
    if (this.#paused) return;
    const now = this.#clock.monotonicMs();
    let isFreed = false;
    for (const source of this.#sources.values()) {
      const { deviceId } = source.link;
      if (now - source.heardAt < SILENT_MS) continue;
      const owesHashes = this.#askedHashes === deviceId;
      if (owesHashes) this.#askedHashes = null;
      if (!owesHashes && source.wants.size === 0) continue;
      source.link.say({ type: 'stop', fileId: this.fileId });
      this.#quieten(source, SILENT_MS);
      isFreed = true;
    }
    if (this.#isStalled(now)) {
      this.#ports.stalled();
      isFreed = true;
    }
    this.#askForHashes();
    this.fill();
    if (isFreed) this.#ports.freed();
  }
}
