import type { MessageRef } from '@parley/shared/model';
import { type DeviceId, LIMITS, type LinkMessageOf, type MessageId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';

export type ReceiptKind = 'delivered' | 'read';
const RECEIPTS_KEPT = 2_000;
const RECEIVERS_KEPT = 256;

export type ReceiptPorts = {
  clock: Pick<Clock, 'after'>;
  everyMs: number;
  /** The link to a device; undefined where there is none. */
  linkTo: (deviceId: DeviceId) => { send(receipt: LinkMessageOf<'receipt'>): boolean } | undefined;
};

/** What authors are to be told of their messages: kept until there is a link, and sent in frames of many (H4). */
export class Receipts {
  readonly #ports: ReceiptPorts;
  readonly #waiting = new Map<DeviceId, Record<ReceiptKind, Set<MessageId>>>();
  #undo: (() => void) | undefined;

  constructor(ports: ReceiptPorts) {
    this.#ports = ports;
  }

  /** Only for devices that may come and take it: an author can be a key that somebody made up. */
  queue({ author, id, met }: MessageRef & { met: boolean }, kind: ReceiptKind): void {
    const isLinked = this.#ports.linkTo(author) !== undefined;
    if (!met && !isLinked) return;
    if (!this.#waiting.has(author) && this.#waiting.size >= RECEIVERS_KEPT) return;
    const waiting = this.#waiting.get(author) ?? { delivered: new Set(), read: new Set() };
    this.#waiting.set(author, waiting);
    if (waiting[kind].size < RECEIPTS_KEPT) waiting[kind].add(id);
    if (isLinked) this.#sendSoon();
  }

  /** There is a link to that device now. */
  linked(deviceId: DeviceId): void {
    if (this.#waiting.has(deviceId)) this.#sendSoon();
  }

  /** At most one frame of receipts per peer in each interval. */
  #sendSoon(): void {
    if (this.#undo) return;
    this.#undo = this.#ports.clock.after(this.#ports.everyMs, () => {
      this.#undo = undefined;
      let more = false;
      for (const [author, waiting] of this.#waiting) {
        const link = this.#ports.linkTo(author);
        if (!link) continue;
        const delivered = [...waiting.delivered].slice(0, LIMITS.receiptsMax);
        const read = [...waiting.read].slice(0, LIMITS.receiptsMax);
        if (!link.send({ type: 'receipt', delivered, read })) continue;
        for (const id of delivered) waiting.delivered.delete(id);
        for (const id of read) waiting.read.delete(id);
        if (waiting.delivered.size + waiting.read.size === 0) this.#waiting.delete(author);
        else more = true;
      }
      if (more) this.#sendSoon();
    });
  }
}
