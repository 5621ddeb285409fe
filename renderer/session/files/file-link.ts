import {
  BLOCK_PART_MAX_BYTES,
  type BlockPart,
  type Bytes,
  type DeviceId,
  type FileId,
  FileMessage,
  type FileMessageOf,
  LIMITS,
  type Outcome,
  readBlockPart,
  writeBlockPart,
} from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import { SendWindow } from './send-window.ts';

/** Above this much unsent data in the channel the next part of a block waits. */
const BUFFERED_MAX_BYTES = 131_072;
/** Blocks that the far end may have asked for and not got. */
const WANTS_MAX = 64;
/** Messages of the far end: a receiver asks for some hundred blocks a second at the very most, and says little else. */
const WANTS_RATE = { burst: 400, perSecond: 400 };
const OTHERS_RATE = { burst: 200, perSecond: 20 };
/** A far end that says for so long nothing about what it got is sent little. */
const UNHEARD_MS = 3_000;
const HEADER_BYTES = LIMITS.fileFrameMaxBytes - BLOCK_PART_MAX_BYTES;

/** What a link does not see to by itself. */
export type FileNews = Exclude<FileMessage, { type: 'want' | 'stop' | 'got' }>;

export type FileLinkPorts = {
  deviceId: DeviceId;
  clock: Clock;
  /** False while the channel is not open. */
  send(data: string | Bytes): boolean;
  bufferedBytes(): number;
  /** Reads a block that the far end may have; refuses what it may not. */
  readBlock(fileId: FileId, index: number): Promise<Outcome<Uint8Array>>;
  heard(message: FileNews): void;
  /** A part of a block arrived. */
  part(part: BlockPart): void;
};

const GOT = '{"type":"got"';
const GOT_MAX_CHARS = 64;

type Want = Pick<FileMessageOf<'want'>, 'fileId' | 'index' | 'offset'>;

/**
 * Files over one open connection to one participant: texts in order, and the blocks that the far end asked for, one after the other, as
 * fast as they arrive there.
 */
export class FileLink {
  readonly deviceId: DeviceId;
  readonly #ports: FileLinkPorts;
  readonly #texts: string[] = [];
  readonly #wantsRate = new FixedRate(WANTS_RATE.burst, WANTS_RATE.perSecond);
  readonly #othersRate = new FixedRate(OTHERS_RATE.burst, OTHERS_RATE.perSecond);
  readonly #window = new SendWindow(LIMITS.fileFrameMaxBytes);
  /** Frames that went out and were not answered with a `got`. */
  #gotsOwed = 0;
  /** Bytes of all frames that came. */
  #gotBytes = 0;
  #wants: Want[] = [];
  #serving = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(ports: FileLinkPorts) {
    this.#ports = ports;
    this.deviceId = ports.deviceId;
  }

  /** Says something, at once or when the channel is open. */
  say(message: FileMessage): void {
    if (this.#closed) return;
    this.#texts.push(JSON.stringify(message));
    this.#flush();
  }

  /** The channel is open, or has room again. */
  roomCame(): void {
    this.#flush();
    this.#wake?.();
  }

  /** Takes what the far end sent. What is no message and no part is dropped. */
  hear(raw: string | ArrayBuffer): void {
    if (this.#closed) return;
    if (typeof raw !== 'string') {
      const part = readBlockPart(raw);
      if (part) this.#ports.part(part);
      this.#gotBytes += raw.byteLength;
      this.say({ type: 'got', bytes: this.#gotBytes });
      return;
    }
    if (raw.startsWith(GOT)) {
      this.#heardGot(raw);
      return;
    }
    // Before it is looked at: reading is what costs.
    const rate = raw.startsWith('{"type":"want"') ? this.#wantsRate : this.#othersRate;
    if (raw.length > LIMITS.linkMessageMaxChars || !rate.take(this.#ports.clock.monotonicMs())) return;
    const message = parse(raw);
    if (!message) return;
    if (message.type === 'want') {
      const { fileId, index, offset } = message;
      if (this.#wants.length < WANTS_MAX) this.#wants.push({ fileId, index, offset });
      void this.#serve();
    } else if (message.type === 'stop') this.#drop(message.fileId);
    else if (message.type !== 'got') this.#ports.heard(message);
  }

  close(): void {
    this.#closed = true;
    this.#wants = [];
    this.#wake?.();
  }

  #flush(): void {
    for (let text = this.#texts[0]; text !== undefined; text = this.#texts[0]) {
      if (!this.#ports.send(text)) return;
      this.#texts.shift();
    }
  }

  #heardGot(raw: string): void {
    if (this.#gotsOwed === 0 || raw.length > GOT_MAX_CHARS) return;
    this.#gotsOwed -= 1;
    const message = parse(raw);
    if (message?.type !== 'got') return;
    this.#window.got(message.bytes, this.#ports.clock.monotonicMs());
    this.#wake?.();
  }

  #drop(fileId: FileId): void {
    this.#wants = this.#wants.filter((want) => want.fileId !== fileId);
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    // The next block is read while the last one is being sent.
    let ahead: { want: Want; block: Promise<Outcome<Uint8Array>> } | undefined;
    const read = (want: Want) => this.#ports.readBlock(want.fileId, want.index);
    for (let want = this.#wants.shift(); want && !this.#closed; want = this.#wants.shift()) {
      const block = await (ahead?.want === want ? ahead.block : read(want));
      const [next] = this.#wants;
      ahead = next && { want: next, block: read(next) };
      if (block.ok) {
        if (!(await this.#sendBlock(want, block.value))) break;
      } else {
        this.#drop(want.fileId);
        this.say({ type: 'cannot', fileId: want.fileId });
      }
    }
    this.#serving = false;
  }

  /** False when the channel is gone, or this connection is over. */
  async #sendBlock({ fileId, index, offset }: Want, block: Uint8Array): Promise<boolean> {
    for (let at = offset; at < block.length; ) {
      while (!this.#closed && !this.#hasRoom()) await this.#room();
      // The next connection of the same link belongs to another owner.
      if (this.#closed) return false;
      const bytes = block.subarray(at, at + this.#window.frameBytes - HEADER_BYTES);
      if (!this.#ports.send(writeBlockPart({ fileId, index, offset: at, bytes }))) return false;
      this.#window.sent(HEADER_BYTES + bytes.length, this.#ports.clock.monotonicMs());
      this.#gotsOwed += 1;
      at += bytes.length;
    }
    return true;
  }

  #hasRoom(): boolean {
    return this.#ports.bufferedBytes() < BUFFERED_MAX_BYTES && this.#window.takes(this.#ports.clock.monotonicMs());
  }

  /** Resolves when there may be room. */
  async #room(): Promise<void> {
    await new Promise<void>((resolve) => {
      const undo = this.#ports.clock.after(UNHEARD_MS, () => {
        this.#window.lost();
        this.#wake?.();
      });
      this.#wake = () => {
        undo();
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

function parse(text: string): FileMessage | undefined {
  try {
    return FileMessage.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: dropped like every other text that is no message.
    return undefined;
  }
}
