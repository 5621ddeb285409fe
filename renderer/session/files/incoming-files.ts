import type { Bridge } from '@parley/shared/bridge';
import type { FileItem } from '@parley/shared/model';
import { type BlockPart, type DeviceId, type FileId, LIMITS } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { FileContent } from '../../bridge/file-content.ts';
import type { FileLink } from './file-link.ts';
import { IncomingFile } from './incoming-file.ts';
import { Speed } from './speed.ts';

/** Blocks of all files that are on their way or to the disk at once: a far end takes 64 requests, and each block is in memory. */
const UNDER_WAY_MAX = 24;
/** Voice messages that are loaded at once: whoever comes into an old room lacks hundreds. */
const VOICES_AT_ONCE = 6;

type Incoming = { file: IncomingFile; speed: Speed; isVoice: boolean };

export type IncomingFilesPorts = {
  bridge: Bridge;
  content: FileContent;
  clock: Clock;
  linkTo(deviceId: DeviceId): FileLink | undefined;
  /** Bytes arrived, or a file cannot go on. */
  changed(): void;
  /** The core answered that the whole file is here. */
  received(item: FileItem): void;
};

/** The files of a room that are on their way to this disk, and the devices that have them. */
export class IncomingFiles {
  readonly #ports: IncomingFilesPorts;
  /** The devices on a link that have the whole file. */
  readonly #holders = new Map<FileId, Set<DeviceId>>();
  readonly #incoming = new Map<FileId, Incoming>();
  /** Voice messages that are to be loaded, once others are here and somebody has them. */
  readonly #waiting = new Map<FileId, FileItem>();

  constructor(ports: IncomingFilesPorts) {
    this.#ports = ports;
  }

  get ids(): Iterable<FileId> {
    return this.#incoming.keys();
  }

  get isEmpty(): boolean {
    return this.#incoming.size === 0;
  }

  /** Bytes that are here, also of unfinished blocks; undefined for a file that is not on its way. */
  bytesOf(fileId: FileId): number | undefined {
    return this.#incoming.get(fileId)?.file.bytes;
  }

  speedOf(fileId: FileId, bytes: number, nowMs: number): number | null {
    return this.#incoming.get(fileId)?.speed.at(bytes, nowMs) ?? null;
  }

  /** Devices that give it now; of a voice message that waits for others, those that have it. */
  sourcesOf(fileId: FileId): number {
    if (this.#waiting.has(fileId)) return this.#holdersOf(fileId).length;
    return this.#incoming.get(fileId)?.file.sourceCount ?? 0;
  }

  /** A file of somebody else's is in that state now. */
  take(item: FileItem): void {
    const { fileId, state, voice } = item;
    const incoming = this.#incoming.get(fileId);
    this.#waiting.delete(fileId);
    if (state === 'receiving' && !incoming && voice) this.#waiting.set(fileId, item);
    else if (state === 'receiving' && !incoming) this.#begin(item);
    else if (state === 'receiving' || state === 'paused') incoming?.file.pause(state === 'paused');
    else this.#end(fileId);
    this.#fill();
  }

  /** A device says that it has these files whole. */
  holds(link: FileLink, fileIds: readonly FileId[]): void {
    for (const fileId of fileIds) {
      const holders = this.#holders.get(fileId) ?? new Set();
      // An id is 22 characters; a link that names ever more of them is not listened to for ever.
      if (!this.#holders.has(fileId) && this.#holders.size >= 16 * LIMITS.filesHeldMax) continue;
      this.#holders.set(fileId, holders.add(link.deviceId));
      this.#incoming.get(fileId)?.file.addSource(link);
    }
    this.#beginVoices();
  }

  unlinked(deviceId: DeviceId): void {
    for (const holders of this.#holders.values()) holders.delete(deviceId);
    for (const { file } of this.#incoming.values()) file.removeSource(deviceId);
  }

  part(deviceId: DeviceId, part: BlockPart): void {
    this.#incoming.get(part.fileId)?.file.take(deviceId, part);
  }

  /** A device cannot give the file now. */
  rest(fileId: FileId, deviceId: DeviceId): void {
    this.#incoming.get(fileId)?.file.rest(deviceId);
  }

  async takeHashes(fileId: FileId, deviceId: DeviceId, hashes: string): Promise<void> {
    await this.#incoming.get(fileId)?.file.takeHashes(deviceId, hashes);
  }

  /** Nothing of that file is wanted any more. */
  forget(fileId: FileId): void {
    this.#waiting.delete(fileId);
    this.#end(fileId);
    this.#fill();
  }

  close(): void {
    for (const { file } of this.#incoming.values()) file.close();
    this.#incoming.clear();
    this.#waiting.clear();
  }

  #begin(item: FileItem): void {
    const { bridge, content, clock, changed, received } = this.#ports;
    const { fileId } = item;
    const file = new IncomingFile(item, {
      ...{ bridge, content, clock, changed, received },
      mayAsk: () => this.#underWay < UNDER_WAY_MAX,
      freed: () => this.#fill(),
    });
    this.#incoming.set(fileId, { file, speed: new Speed(), isVoice: item.voice !== undefined });
    for (const link of this.#holdersOf(fileId)) file.addSource(link);
  }

  #end(fileId: FileId): void {
    const incoming = this.#incoming.get(fileId);
    this.#incoming.delete(fileId);
    incoming?.file.close();
  }

  /** Begins with voice messages that somebody has, the newest first; those whose sources went away hold no place. */
  #beginVoices(): void {
    if (this.#waiting.size === 0) return;
    const held = [...this.#waiting.values()].filter(({ fileId }) => this.#holdersOf(fileId).length > 0);
    held.sort((left, right) => right.offeredAt - left.offeredAt);
    let free = VOICES_AT_ONCE;
    for (const { file, isVoice } of this.#incoming.values()) if (isVoice && file.sourceCount > 0) free -= 1;
    for (const item of held.slice(0, Math.max(0, free))) {
      this.#waiting.delete(item.fileId);
      this.#begin(item);
    }
  }

  #holdersOf(fileId: FileId): FileLink[] {
    return [...(this.#holders.get(fileId) ?? [])].flatMap((deviceId) => this.#ports.linkTo(deviceId) ?? []);
  }

  get #underWay(): number {
    let count = 0;
    for (const { file } of this.#incoming.values()) count += file.underWay;
    return count;
  }

  /** Lets the files ask, those that were wanted first before the others. */
  #fill(): void {
    this.#beginVoices();
    for (const { file } of this.#incoming.values()) {
      if (this.#underWay >= UNDER_WAY_MAX) return;
      file.fill();
    }
  }
}
