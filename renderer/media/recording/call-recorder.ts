import { LIMITS, type Outcome, type Refusal, refuse } from '@parley/shared/protocol';
import type { CapturePorts, StreamRecorder } from './capture-ports.ts';

/** What waits for the disk at most: more than a minute of a call. Then the disk is too slow. */
const WAITING_MAX_BYTES = 33_554_432;

export type CallRecorderPorts = {
  capture: Pick<CapturePorts, 'record'>;
  tracks: readonly MediaStreamTrack[];
  /** Brings a part to the disk, the one with this number; parts come one after the other. */
  write(index: number, bytes: Uint8Array<ArrayBuffer>): Promise<Outcome<{ sizeBytes: number }>>;
  /** The file has so many bytes now. */
  grew(sizeBytes: number): void;
  /** It cannot go on; what is on the disk stays there. */
  ended(why: Refusal): void;
};

/** Records tracks and brings them to the disk in order while they go on. */
export class CallRecorder {
  readonly #ports: CallRecorderPorts;
  readonly #recorder: StreamRecorder;
  #index = 0;
  #waitingBytes = 0;
  #turn: Promise<void> = Promise.resolve();
  #over = false;

  /** Throws where the browser cannot record. */
  constructor(ports: CallRecorderPorts) {
    this.#ports = ports;
    this.#recorder = ports.capture.record(ports.tracks, {
      piece: (piece) => this.#take(piece),
      failed: () => this.#end(refuse('recording-failed')),
    });
  }

  /** Ends the recording; resolves when everything of it is on the disk, or was refused. */
  async stop(): Promise<void> {
    await this.#recorder.stop();
    await this.#turn;
    this.#over = true;
  }

  #take(piece: Blob): void {
    if (this.#over) return;
    this.#waitingBytes += piece.size;
    if (this.#waitingBytes > WAITING_MAX_BYTES) this.#end(refuse('recording-slow'));
    else this.#turn = this.#turn.then(() => this.#write(piece));
  }

  async #write(piece: Blob): Promise<void> {
    const bytes = new Uint8Array(await piece.arrayBuffer());
    for (let at = 0; at < bytes.length && !this.#over; at += LIMITS.fileBlockBytes) {
      const written = await this.#ports.write(this.#index, bytes.slice(at, at + LIMITS.fileBlockBytes));
      if (!written.ok) return this.#end(written);
      this.#index += 1;
      this.#ports.grew(written.value.sizeBytes);
    }
    this.#waitingBytes -= piece.size;
  }

  #end(why: Refusal): void {
    if (this.#over) return;
    this.#over = true;
    this.#ports.ended(why);
  }
}
