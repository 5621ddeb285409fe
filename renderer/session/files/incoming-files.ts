import type { Bridge } from '@parley/shared/bridge';
import type { FileItem } from '@parley/shared/model';
import { type BlockPart, type DeviceId, type FileId, LIMITS } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { FileContent } from '../../bridge/file-content.ts';
import type { FileLink } from './file-link.ts';
import { IncomingFile, SILENT_MS } from './incoming-file.ts';
import { Speed } from './speed.ts';

/** Blocks of all files that are on their way or to the disk at once: a far end takes 64 requests, and each block is in memory. */
const UNDER_WAY_MAX = 24;
/** Voice messages that are loaded from one device at once: a person new in an old room lacks hundreds. */
const VOICES_OF_DEVICE = 6;
/** Blocks of theirs: somebody who says to have them and sends none leaves room for the others. */
const VOICE_BLOCKS_OF_DEVICE = 12;
/** Ids that one link may name. An id is 22 characters; ever more of them are not listened to for ever. */
const HELD_OF_LINK_MAX = 16 * LIMITS.filesHeldMax;
const NEVER = Number.POSITIVE_INFINITY;

/** `from`: the device whose place a voice message takes; null for any other file. */
type Incoming = { file: IncomingFile; speed: Speed; from: DeviceId | null; item: FileItem };

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
  /** The devices on a link that have the whole file, and until when each is not asked for a voice message: it promised that in vain, or for ever: it lied. */
  readonly #holders = new Map<FileId, Map<DeviceId, number>>();
  /** So many ids each link has named. */
  readonly #namedBy = new Map<DeviceId, number>();
  readonly #incoming = new Map<FileId, Incoming>();
  /** Voice messages that are to be loaded, once others are here and somebody has them. */
  readonly #waiting = new Map<FileId, FileItem>();
  /** The voice message that the person wants to hear now. */
  #wanted: FileId | undefined;

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
    else if (state === 'receiving' && !incoming) this.#begin(item, null);
    else if (state === 'receiving' || state === 'paused') incoming?.file.pause(state === 'paused');
    else this.#end(fileId);
    this.#fill();
  }

  /** A device says that it has these files whole. */
  holds(link: FileLink, fileIds: readonly FileId[]): void {
    const { deviceId } = link;
    for (const fileId of fileIds) {
      const holders = this.#holders.get(fileId) ?? new Map<DeviceId, number>();
      if (!holders.has(deviceId)) {
        const named = this.#namedBy.get(deviceId) ?? 0;
        if (named >= HELD_OF_LINK_MAX) continue;
        this.#namedBy.set(deviceId, named + 1);
        this.#holders.set(fileId, holders.set(deviceId, 0));
      }
      if (holders.get(deviceId) !== NEVER) this.#incoming.get(fileId)?.file.addSource(link);
    }
    this.#beginVoices();
  }

  unlinked(deviceId: DeviceId): void {
    this.#namedBy.delete(deviceId);
    for (const [fileId, holders] of this.#holders) {
      holders.delete(deviceId);
      if (holders.size === 0) this.#holders.delete(fileId);
    }
    for (const { file } of this.#incoming.values()) file.removeSource(deviceId);
    this.#fill();
  }

  /** The person wants to hear that voice message: it waits for no other. */
  want(fileId: FileId): void {
    this.#wanted = fileId;
    this.#beginVoices();
  }

  part(deviceId: DeviceId, part: BlockPart): void {
    this.#incoming.get(part.fileId)?.file.take(deviceId, part);
  }

  /** A device cannot give the file now. */
  rest(fileId: FileId, deviceId: DeviceId): void {
    this.#incoming.get(fileId)?.file.rest(deviceId);
    this.#fill();
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

  #begin(item: FileItem, from: DeviceId | null): void {
    const { bridge, content, clock, changed, received } = this.#ports;
    const { fileId } = item;
    const file = new IncomingFile(item, {
      ...{ bridge, content, clock, changed, received },
      mayAsk: () =>
        this.#underWay() < UNDER_WAY_MAX && (from === null || this.#underWay(from) < VOICE_BLOCKS_OF_DEVICE),
      freed: () => this.#fill(),
      stalled: () => this.#giveUp(fileId),
    });
    this.#incoming.set(fileId, { file, speed: new Speed(), from, item });
    // The one whose place it takes is asked first.
    const links = this.#holdersOf(fileId).sort((left, right) => +(right.deviceId === from) - +(left.deviceId === from));
    for (const link of links) file.addSource(link);
  }

  #end(fileId: FileId): void {
    const incoming = this.#incoming.get(fileId);
    this.#incoming.delete(fileId);
    incoming?.file.close();
  }

  /** A voice message that nobody gives waits behind the others, and those who promised it are not asked for a while. */
  #giveUp(fileId: FileId): void {
    const incoming = this.#incoming.get(fileId);
    if (!incoming?.item.voice) return;
    this.#end(fileId);
    this.#waiting.set(fileId, incoming.item);
    const { clock } = this.#ports;
    const holders = this.#holders.get(fileId);
    for (const deviceId of holders?.keys() ?? []) {
      holders?.set(deviceId, incoming.file.distrusts(deviceId) ? NEVER : clock.monotonicMs() + SILENT_MS);
    }
    // The file asks for others once it is over with this.
    clock.after(SILENT_MS, () => this.#fill());
  }

  /** Begins with voice messages that somebody has, the one that is wanted now and then the newest first. */
  #beginVoices(): void {
    if (this.#waiting.size === 0) return;
    const taken = new Map<DeviceId, number>();
    const taking = (deviceId: DeviceId) => taken.get(deviceId) ?? 0;
    for (const { file, from } of this.#incoming.values()) {
      if (from !== null && file.sourceCount > 0) taken.set(from, taking(from) + 1);
    }
    const now = this.#ports.clock.monotonicMs();
    const isWanted = ({ fileId }: FileItem) => fileId === this.#wanted;
    const byAge = [...this.#waiting.values()].sort((left, right) => right.offeredAt - left.offeredAt);
    for (const item of byAge.sort((left, right) => +isWanted(right) - +isWanted(left))) {
      const { fileId } = item;
      const mayBegin = ({ deviceId }: FileLink) =>
        isWanted(item) ||
        (taking(deviceId) < VOICES_OF_DEVICE && (this.#holders.get(fileId)?.get(deviceId) ?? 0) <= now);
      const links = this.#holdersOf(fileId).filter(mayBegin);
      const [link] = links.sort((left, right) => taking(left.deviceId) - taking(right.deviceId));
      if (!link) continue;
      taken.set(link.deviceId, taking(link.deviceId) + 1);
      this.#waiting.delete(fileId);
      if (isWanted(item)) this.#wanted = undefined;
      this.#begin(item, link.deviceId);
    }
  }

  #holdersOf(fileId: FileId): FileLink[] {
    return [...(this.#holders.get(fileId) ?? [])].flatMap(([deviceId, until]) =>
      until === NEVER ? [] : (this.#ports.linkTo(deviceId) ?? []),
    );
  }

  /** Blocks on their way; where a device is named those of the voice messages that take its places. */
  #underWay(of?: DeviceId): number {
    let count = 0;
    for (const { file, from } of this.#incoming.values()) if (of === undefined || from === of) count += file.underWay;
    return count;
  }

  /** Lets the files ask, those that were wanted first before the others. */
  #fill(): void {
    this.#beginVoices();
    for (const { file } of this.#incoming.values()) {
      if (this.#underWay() >= UNDER_WAY_MAX) return;
      file.fill();
    }
  }
}
