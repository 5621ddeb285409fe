import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bridge, BridgeEvent } from '@parley/shared/bridge';
import type { FileItem } from '@parley/shared/model';
import {
  accept,
  type Bytes,
  DeviceId,
  type FileId,
  type Outcome,
  type RoomId,
  refusalOf,
  toBase64Url,
} from '@parley/shared/protocol';
import { systemClock } from '@parley/shared/timing';
import { silentLog } from '#core/adapters/stream-log.ts';
import { Downloads } from '#core/files/downloads.ts';
import { Files } from '#core/files/files.ts';
import { fileHandlers } from '#core/handlers/file-handlers.ts';
import { type FileNow, FileTransfers } from '#renderer/session/files/file-transfers.ts';
import { fingerprintOf, type LocalFile, LocalFiles } from '#renderer/session/files/local-files.ts';

const HEADER_BYTES = 24;

/** Bytes as the person's browser gives a chosen file. */
export const localFileOf = (name: string, content: Uint8Array<ArrayBuffer>): LocalFile => ({
  name,
  size: content.length,
  slice: (start, end) => new Blob([content]).slice(start, end),
});

/** Core and page of one person, as far as files go: real files on a real disk, and no browser. */
export class FilesMember {
  readonly deviceId = DeviceId.parse(toBase64Url(crypto.getRandomValues(new Uint8Array(32))));
  readonly folder: string;
  readonly roomId: RoomId;
  /** Changes blocks on their way to this disk, as a liar would. */
  tamper: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;
  core!: Files;
  transfers!: FileTransfers;
  local!: LocalFiles;
  files: readonly FileNow[] = [];
  readonly #wires = new Set<FilesWire>();

  constructor(folder: string, roomId: RoomId) {
    this.folder = folder;
    this.roomId = roomId;
    this.start();
  }

  get downloads(): string {
    return join(this.folder, 'downloads');
  }

  /** Opens core and page on the same profile, as after the end of the app, whatever that was. */
  start(): void {
    mkdirSync(this.folder, { recursive: true });
    const listeners = new Set<(payload: { items: FileItem[] }) => void>();
    const core = new Files({
      folder: join(this.folder, 'files'),
      downloads: new Downloads(this.downloads),
      shell: { openFile: async () => 'opened', showFile: async () => true },
      history: { fates: async (messages) => messages.map(() => 'here') },
      author: this.deviceId,
      now: () => Date.now(),
      emit: (_event: BridgeEvent, payload) => {
        for (const listener of listeners) listener(payload as { items: FileItem[] }); // only files emit here
      },
      log: silentLog,
    });
    const outcome = async <T>(work: () => Promise<T>): Promise<Outcome<T>> => {
      try {
        return accept(await work());
      } catch (error) {
        return refusalOf(error);
      }
    };
    const handlers = fileHandlers(core) as Record<string, (input: never, page: null) => unknown>;
    // The handlers answer what the contract says; the real bridge parses, this one is trusted.
    const bridge = {
      call: (name: string, input: unknown) => outcome(async () => handlers[name]?.(input as never, null)),
      on: (_name: string, listener: (payload: { items: FileItem[] }) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    } as unknown as Bridge;
    this.core = core;
    this.local = new LocalFiles();
    this.transfers = new FileTransfers({
      roomId: this.roomId,
      bridge,
      content: {
        write: (fileId, index, bytes) => outcome(() => core.writeBlock(fileId, index, this.tamper(bytes))),
        read: (fileId, index) => outcome(() => core.readBlock(fileId, index)),
      },
      local: this.local,
      clock: systemClock,
    });
    this.transfers.on('changed', (files) => {
      this.files = files;
    });
    void this.transfers.start();
  }

  /** Ends core and page without a word to anybody. */
  async close(): Promise<void> {
    for (const wire of [...this.#wires]) wire.cut();
    this.transfers.close();
    await this.core.close();
  }

  async offer(name: string, content: Uint8Array<ArrayBuffer>): Promise<FileId> {
    const file = localFileOf(name, content);
    const print = await fingerprintOf(
      file,
      () => {},
      () => true,
    );
    if (!print.ok) throw new Error(print.message);
    const salt = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    const { roomId } = this;
    const item = await this.core.offer({
      ...{ roomId, name, folders: [], sizeBytes: content.length, salt },
      ...print.value,
    });
    this.choose(item.fileId, file);
    return item.fileId;
  }

  /** The person chooses a file of theirs again. */
  choose(fileId: FileId, file: LocalFile): void {
    this.local.add(fileId, file);
    this.transfers.atHand(fileId);
  }

  item(fileId: FileId): FileItem | undefined {
    return this.core.list(this.roomId).find((item) => item.fileId === fileId);
  }

  joined(wire: FilesWire): void {
    this.#wires.add(wire);
  }
  left(wire: FilesWire): void {
    this.#wires.delete(wire);
  }
}

type End = { member: FilesMember; queue: (string | ArrayBuffer)[]; queuedBytes: number };

/** The open connection of two members. It can be cut after any number of bytes. */
export class FilesWire {
  /** Bytes of blocks that arrived at one of the two. */
  arrived = 0;
  readonly #ends: readonly [End, End];
  readonly #cutAfter: number;
  #open = true;

  /** `cutAfter`: bytes of blocks in all. */
  constructor(left: FilesMember, right: FilesMember, cutAfter = Number.POSITIVE_INFINITY) {
    this.#cutAfter = cutAfter;
    this.#ends = [
      { member: left, queue: [], queuedBytes: 0 },
      { member: right, queue: [], queuedBytes: 0 },
    ];
    const [one, two] = this.#ends;
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      from.member.joined(this);
      from.member.transfers.linked({
        deviceId: to.member.deviceId,
        name: 'Somebody',
        link: {
          sendFile: (data) => this.#send(from, to, data),
          get fileBufferedBytes() {
            return to.queuedBytes;
          },
        },
      });
    }
  }

  get isOpen(): boolean {
    return this.#open;
  }

  cut(): void {
    if (!this.#open) return;
    this.#open = false;
    const [one, two] = this.#ends;
    one.member.left(this);
    two.member.left(this);
    one.member.transfers.unlinked(two.member.deviceId);
    two.member.transfers.unlinked(one.member.deviceId);
  }

  #send(from: End, to: End, data: string | Bytes): boolean {
    if (!this.#open) return false;
    to.queue.push(typeof data === 'string' ? data : data.slice().buffer);
    to.queuedBytes += data.length;
    if (to.queue.length === 1) setImmediate(() => this.#deliver(from, to));
    return true;
  }

  #deliver(from: End, to: End): void {
    const [data] = to.queue;
    if (!this.#open || data === undefined) return;
    if (typeof data !== 'string') {
      const sizeBytes = data.byteLength - HEADER_BYTES;
      if (this.arrived + sizeBytes > this.#cutAfter) {
        this.cut();
        return;
      }
      this.arrived += sizeBytes;
    }
    to.queue.shift();
    to.queuedBytes -= typeof data === 'string' ? data.length : data.byteLength;
    to.member.transfers.hear(from.member.deviceId, data);
    from.member.transfers.roomCame(to.member.deviceId);
    if (to.queue.length > 0) setImmediate(() => this.#deliver(from, to));
  }
}
