import type { Bridge } from '@parley/shared/bridge';
import type { FileItem, FileOffer, HistoryItem, MessageRef } from '@parley/shared/model';
import {
  type Bytes,
  type DeviceId,
  type FileId,
  type FileMessage,
  LIMITS,
  type Outcome,
  type RoomId,
  refuse,
  unreachable,
} from '@parley/shared/protocol';
import { type Clock, repeat } from '@parley/shared/timing';
import { type FileContent, pictureAddressOf } from '../../bridge/file-content.ts';
import { type CountedClock, countedClock } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import { FileLink, type HeardMessage } from './file-link.ts';
import { IncomingFiles } from './incoming-files.ts';
import type { LocalFiles } from './local-files.ts';

/** The far end of an open link, as the files of a room see it. */
export type FilePeer = {
  deviceId: DeviceId;
  name: string;
  link: { sendFile(data: string | Bytes): boolean; readonly fileBufferedBytes: number };
};

export type FilesPorts = {
  roomId: RoomId;
  bridge: Bridge;
  content: FileContent;
  local: LocalFiles;
  clock: Clock;
};

/** How far a file is at one other device. */
export type FileAtPeer = {
  deviceId: DeviceId;
  name: string;
  bytes: number;
  state: 'receiving' | 'paused' | 'received' | 'declined';
};

/** A file of the room as the screens see it. */
export type FileNow = FileItem & {
  /** Bytes that are here, also of unfinished blocks. */
  bytes: number;
  /** Null while nothing moves. */
  bytesPerSecond: number | null;
  /** Devices that give it now. */
  sources: number;
  /** An own file: how far it is at the others. */
  peers: readonly FileAtPeer[];
  /** Whether this device can give it to others now. */
  atHand: boolean;
  /** The address of a picture that is here and may be shown; null for everything else. */
  picture: string | null;
};

const TOLD_EVERY_MS = 250;
/** How often the author hears how far a file is. */
const PROGRESS_EVERY_MS = 1_000;
/** Offers that are said when a link opens: the newest ones. */
const OFFERS_AT_LINK_MAX = 128;
/** Statements of what this device can give that are made when a link opens: the newest files. A far end listens to so many. */
const HELD_AT_LINK_MAX = 16;

/**
 * The files of one room over its open links: offers them, takes them in from everybody who has them, gives them on. The core keeps what is
 * known of each; this part moves the blocks.
 */
export class FileTransfers {
  readonly #ports: FilesPorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<{ changed: readonly FileNow[] }>();
  readonly #items = new Map<FileId, FileItem>();
  readonly #links = new Map<DeviceId, FileLink>();
  readonly #names = new Map<DeviceId, string>();
  readonly #incoming: IncomingFiles;
  readonly #atPeers = new Map<FileId, Map<DeviceId, FileAtPeer>>();
  readonly #undos: (() => void)[] = [];
  #isTelling = false;
  #closed = false;

  constructor(ports: FilesPorts) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    const { bridge, content } = ports;
    this.#incoming = new IncomingFiles({
      ...{ bridge, content, clock: this.#clock },
      linkTo: (deviceId) => this.#links.get(deviceId),
      changed: () => this.#tell(),
      received: (item) => this.#take(item),
    });
  }

  get openResources(): { timers: number; listeners: number } {
    return { timers: this.#clock.pending, listeners: this.#events.size };
  }

  on(event: 'changed', listener: (files: readonly FileNow[]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Reads what the core knows, and goes on with what was on its way. */
  async start(): Promise<void> {
    const { bridge, roomId } = this.#ports;
    this.#undos.push(
      bridge.on('files.changed', ({ items }) => {
        for (const item of items) if (item.roomId === roomId) this.#take(item);
      }),
      repeat(this.#clock, PROGRESS_EVERY_MS, () => this.#tellAuthors()),
    );
    const listed = await bridge.call('files.list', { roomId });
    if (!listed.ok || this.#closed) return;
    for (const item of listed.value.items) if (!this.#items.has(item.fileId)) this.#take(item);
  }

  /** A fresh connection to that participant is open. */
  linked({ deviceId, name, link }: FilePeer): void {
    if (this.#closed) return;
    this.unlinked(deviceId);
    const fileLink: FileLink = new FileLink({
      deviceId,
      clock: this.#clock,
      send: (data) => link.sendFile(data),
      bufferedBytes: () => link.fileBufferedBytes,
      readBlock: (fileId, index) => this.#readBlock(fileId, index),
      heard: (message) => void this.#heard(fileLink, message),
      part: (part) => this.#incoming.part(deviceId, part),
    });
    this.#links.set(deviceId, fileLink);
    this.#names.set(deviceId, name);
    const offers = this.#mine().slice(-OFFERS_AT_LINK_MAX).map(offerOf);
    for (let at = 0; at < offers.length; at += LIMITS.fileOffersMax) {
      fileLink.say({ type: 'offers', offers: offers.slice(at, at + LIMITS.fileOffersMax) });
    }
    const held = [...this.#items.values()].filter((item) => this.#gives(item)).map(({ fileId }) => fileId);
    const latest = held.slice(-HELD_AT_LINK_MAX * LIMITS.filesHeldMax);
    for (let at = 0; at < latest.length; at += LIMITS.filesHeldMax) {
      fileLink.say({ type: 'held', fileIds: latest.slice(at, at + LIMITS.filesHeldMax) });
    }
  }

  /** The connection to that device is over. */
  unlinked(deviceId: DeviceId): void {
    this.#links.get(deviceId)?.close();
    this.#links.delete(deviceId);
    this.#incoming.unlinked(deviceId);
  }

  /** Something came on the files channel of that device. */
  hear(deviceId: DeviceId, raw: string | ArrayBuffer): void {
    this.#links.get(deviceId)?.hear(raw);
  }

  roomCame(deviceId: DeviceId): void {
    this.#links.get(deviceId)?.roomCame();
  }

  /** A file of the person's own is at hand in this page: whoever wants it can have it from now on. */
  atHand(fileId: FileId): void {
    this.#broadcast({ type: 'held', fileIds: [fileId] });
    this.#tell();
  }

  /** The person wants to hear that voice message, before others that are on their way. */
  want(fileId: FileId): void {
    this.#incoming.want(fileId);
  }

  /** Messages of the room are here: takes note of the files that they offer, and forgets those that were deleted. */
  async learn(messages: readonly HistoryItem[]): Promise<void> {
    const { bridge, roomId } = this.#ports;
    for (const { content, deleted, mine, elsewhere, author, id, sentAt } of messages) {
      if (content.kind !== 'file') continue;
      const fileId = id as string as FileId; // the id of the message is that of its file
      const known = this.#items.get(fileId);
      if (deleted) await this.forget([{ author, id }]);
      else if (content.file && (!mine || elsewhere) && !known) {
        const offer = { ...content.file, fileId, offeredAt: sentAt, round: 1 };
        await bridge.call('files.learn', { roomId, author, offers: [offer] });
      }
    }
  }

  /** Forgets the files of messages that are gone. */
  async forget(messages: readonly MessageRef[]): Promise<void> {
    for (const { author, id } of messages) {
      const fileId = id as string as FileId; // as above
      if (this.#items.get(fileId)?.author !== author) continue;
      this.#incoming.forget(fileId);
      this.#items.delete(fileId);
      this.#atPeers.delete(fileId);
      this.#ports.local.remove(fileId);
      this.#tell();
      await this.#ports.bridge.call('files.forget', { fileId });
    }
  }

  close(): void {
    this.#closed = true;
    for (const undo of this.#undos.splice(0)) undo();
    this.#incoming.close();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#clock.stopAll();
    this.#events.clear();
  }

  #take(item: FileItem): void {
    const before = this.#items.get(item.fileId);
    this.#items.set(item.fileId, item);
    if (item.mine) this.#tookOwn(item, before);
    else this.#tookOther(item, before);
    this.#tell();
  }

  #tookOwn(item: FileItem, before: FileItem | undefined): void {
    const { fileId, state, round, voice } = item;
    if (state === 'recorded' || (state === before?.state && round === before.round)) return;
    if (state === 'withdrawn') {
      this.#broadcast({ type: 'withdraw', fileId });
      return;
    }
    // People who said no are asked again.
    const peers = this.#atPeers.get(fileId);
    for (const { deviceId, state: at } of peers?.values() ?? []) if (at === 'declined') peers?.delete(deviceId);
    if (!voice) this.#broadcast({ type: 'offers', offers: [offerOf(item)] });
    if (this.#gives(item)) this.#broadcast({ type: 'held', fileIds: [fileId] });
  }

  #tookOther(item: FileItem, before: FileItem | undefined): void {
    const { fileId, state } = item;
    this.#incoming.take(item);
    if (state === before?.state) return;
    if (before && state === 'received') this.#broadcast({ type: 'held', fileIds: [fileId] });
    if (before) this.#tellAuthor(item);
  }

  async #heard(link: FileLink, message: HeardMessage): Promise<void> {
    const { bridge, roomId } = this.#ports;
    const { deviceId } = link;
    switch (message.type) {
      case 'offers':
        await bridge.call('files.learn', { roomId, author: deviceId, offers: message.offers });
        return;
      case 'withdraw':
        await bridge.call('files.withdrawn', { fileId: message.fileId, author: deviceId });
        return;
      case 'held':
        this.#incoming.holds(link, message.fileIds);
        return;
      case 'cannot':
        this.#incoming.rest(message.fileId, deviceId);
        return;
      case 'ask-hashes': {
        const item = this.#items.get(message.fileId);
        const known = item && this.#gives(item) ? await bridge.call('files.hashes', { fileId: item.fileId }) : null;
        const hashes = known?.ok ? known.value.hashes : null;
        if (hashes === null) link.say({ type: 'cannot', fileId: message.fileId });
        else link.say({ type: 'hashes', fileId: message.fileId, hashes });
        return;
      }
      case 'hashes':
        await this.#incoming.takeHashes(message.fileId, deviceId, message.hashes);
        return;
      case 'progress': {
        const item = this.#items.get(message.fileId);
        if (!item?.mine) return;
        const peers = this.#atPeers.get(item.fileId) ?? new Map<DeviceId, FileAtPeer>();
        this.#atPeers.set(item.fileId, peers);
        const bytes = Math.min(message.bytes, item.sizeBytes);
        peers.set(deviceId, { deviceId, name: this.#names.get(deviceId) ?? '', bytes, state: message.state });
        this.#tell();
        return;
      }
      default:
        unreachable(message);
    }
  }

  async #readBlock(fileId: FileId, index: number): Promise<Outcome<Uint8Array>> {
    const item = this.#items.get(fileId);
    if (!item || !this.#gives(item)) return refuse('file-unknown');
    const { local, content } = this.#ports;
    const block = await (local.has(fileId) ? local.readBlock(fileId, index) : content.read(fileId, index));
    if (!block.ok) this.#tell();
    return block;
  }

  /** Whether this device can give a file of this room to its members. */
  #gives({ fileId, mine, state, held }: FileItem): boolean {
    if (!mine) return state === 'received' && held;
    // The page reads a chosen file, the core keeps a voice message.
    return state === 'shared' && (held || this.#ports.local.has(fileId));
  }

  /** A picture is drawn by the browser as a picture, whatever its bytes are. */
  #pictureOf({ fileId, kind, risk, mine, state }: FileItem): string | null {
    if (kind !== 'picture' || risk !== 'none') return null;
    if (mine) return this.#ports.local.addressOf(fileId);
    return state === 'received' ? pictureAddressOf(fileId) : null;
  }

  #mine(): FileItem[] {
    return [...this.#items.values()]
      .filter(({ mine, state, voice }) => mine && state === 'shared' && !voice)
      .sort((left, right) => left.offeredAt - right.offeredAt);
  }

  #broadcast(message: FileMessage): void {
    for (const link of this.#links.values()) link.say(message);
  }

  #tellAuthors(): void {
    for (const fileId of this.#incoming.ids) {
      const item = this.#items.get(fileId);
      if (item) this.#tellAuthor(item);
    }
    // The speed changes also while nothing comes.
    if (!this.#incoming.isEmpty) this.#tell();
  }

  #tellAuthor({ fileId, author, state, haveBytes }: FileItem): void {
    if (state !== 'receiving' && state !== 'paused' && state !== 'received' && state !== 'declined') return;
    const bytes = this.#incoming.bytesOf(fileId) ?? haveBytes;
    this.#links.get(author)?.say({ type: 'progress', fileId, bytes, state });
  }

  /** Changes come many times a second; they are told a few times. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#clock.after(TOLD_EVERY_MS, () => {
      this.#isTelling = false;
      this.#events.emit('changed', this.now);
    });
  }

  get now(): readonly FileNow[] {
    const now = this.#clock.monotonicMs();
    return [...this.#items.values()]
      .sort((left, right) => left.offeredAt - right.offeredAt)
      .map((item) => {
        const bytes = this.#incoming.bytesOf(item.fileId) ?? item.haveBytes;
        return {
          ...item,
          bytes,
          bytesPerSecond: this.#incoming.speedOf(item.fileId, bytes, now),
          sources: this.#incoming.sourcesOf(item.fileId),
          peers: [...(this.#atPeers.get(item.fileId)?.values() ?? [])],
          atHand: this.#gives(item),
          picture: this.#pictureOf(item),
        };
      });
  }
}

function offerOf({ fileId, salt, name, folders, sizeBytes, root, offeredAt, round }: FileItem): FileOffer {
  return { fileId, salt, name, folders, sizeBytes, root, offeredAt, round };
}
