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
/** No connection carries so much that a far end says more often what it got. */
const GOT_RATE = { burst: 4_000, perSecond: 4_000 };
const GOT_START = '{"type":"got"';
/** With the longest number. */
const GOT_MAX_CHARS = 64;
const OTHERS_RATE = { burst: 200, perSecond: 20 };

/** What a link does not act upon by itself. */
export type HeardMessage = Exclude<FileMessage, { type: 'want' | 'stop' | 'got' }>;

export type FileLinkPorts = {
  deviceId: DeviceId;
  clock: Clock;
  /** False while the channel is not open. */
  send(data: string | Bytes): boolean;
  bufferedBytes(): number;
  /** Reads a block that the far end may have; refuses what it may not. */
  readBlock(fileId: FileId, index: number): Promise<Outcome<Uint8Array>>;
  /** A message that is not about blocks to be sent. */
  heard(message: HeardMessage): void;
  /** A part of a block arrived. */
  part(part: BlockPart): void;
};

type Want = Pick<FileMessageOf<'want'>, 'fileId' | 'index' | 'offset'>;

/**
 * Files over one open connection to one participant: texts in order, and the blocks that the far end asked for, one after the other, as
 * fast as the channel takes them.
 */
export class FileLink {
  readonly deviceId: DeviceId;
  readonly #ports: FileLinkPorts;
  readonly #texts: string[] = [];
  readonly #window = new SendWindow();
  readonly #gotRate = new FixedRate(GOT_RATE.burst, GOT_RATE.perSecond);
  readonly #wantsRate = new FixedRate(WANTS_RATE.burst, WANTS_RATE.perSecond);
  readonly #othersRate = new FixedRate(OTHERS_RATE.burst, OTHERS_RATE.perSecond);
  #wants: Want[] = [];
  #serving = false;
  #closed = false;
  #roomCame: (() => void) | undefined;
  /** Bytes of frames that arrived, and how many the far end was told of. */
  #gotBytes = 0;
  #toldBytes = 0;

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
    this.#wake();
  }

  /** Takes what the far end sent. What is no message and no part is dropped. */
  hear(raw: string | ArrayBuffer): void {
    if (this.#closed) return;
    if (typeof raw !== 'string') {
      this.#tellGot(raw.byteLength);
      const part = readBlockPart(raw);
      if (part) this.#ports.part(part);
      return;
    }
    // Before it is looked at: reading is what costs.
    const isGot = raw.startsWith(GOT_START);
    if (raw.length > (isGot ? GOT_MAX_CHARS : LIMITS.linkMessageMaxChars)) return;
    if (!this.#rateFor(raw, isGot).take(this.#ports.clock.monotonicMs())) return;
    const message = parse(raw);
    if (!message) return;
    if (message.type === 'want') {
      const { fileId, index, offset } = message;
      if (this.#wants.length < WANTS_MAX) this.#wants.push({ fileId, index, offset });
      void this.#serve();
    } else if (message.type === 'stop') this.#drop(message.fileId);
    else if (message.type === 'got') {
      this.#window.got(message.bytes, this.#ports.clock.monotonicMs());
      this.#wake();
    } else this.#ports.heard(message);
  }

  close(): void {
    this.#closed = true;
    this.#wants = [];
    this.#wake();
  }

  #wake(): void {
    const wake = this.#roomCame;
    this.#roomCame = undefined;
    wake?.();
  }

  #rateFor(raw: string, isGot: boolean): FixedRate {
    if (isGot) return this.#gotRate;
    return raw.startsWith('{"type":"want"') ? this.#wantsRate : this.#othersRate;
  }

  /** Says how much arrived, so that the far end lets no more be on its way than arrives promptly. */
  #tellGot(bytes: number): void {
    this.#gotBytes += bytes;
    if (this.#gotBytes - this.#toldBytes < LIMITS.fileFrameMaxBytes) return;
    this.#toldBytes = this.#gotBytes;
    this.say({ type: 'got', bytes: this.#gotBytes });
  }

  #flush(): void {
    for (let text = this.#texts[0]; text !== undefined; text = this.#texts[0]) {
      if (!this.#ports.send(text)) return;
      this.#texts.shift();
    }
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
    for (let at = offset; at < block.length; at += BLOCK_PART_MAX_BYTES) {
      while (!this.#closed && (this.#window.isFull || this.#ports.bufferedBytes() >= BUFFERED_MAX_BYTES)) {
        await new Promise<void>((resolve) => {
          this.#roomCame = resolve;
        });
      }
      // The next connection of the same link belongs to another owner.
      if (this.#closed) return false;
      const bytes = block.subarray(at, at + BLOCK_PART_MAX_BYTES);
      const frame = writeBlockPart({ fileId, index, offset: at, bytes });
      if (!this.#ports.send(frame)) return false;
      this.#window.sent(frame.length, this.#ports.clock.monotonicMs());
    }
    return true;
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
