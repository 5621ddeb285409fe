import {
  base64UrlLength,
  LIMITS,
  type ParticipantId,
  type RoomId,
  type SignalId,
  type SignalReceived,
  type SignalSend,
} from '@parley/shared/protocol';

/** Packet types of the Socket.IO protocol, revision 5, without the binary ones: everything Parley says is text. */
const CONNECT = 0;
const DISCONNECT = 1;
const EVENT = 2;
const ACK = 3;

type Packet = { type: number; nsp: string; data?: unknown; id?: number };

/** Names that mean something inside Socket.IO and must never arrive from outside. */
const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);

/** Type, namespace, acknowledgement id; JSON follows. */
const FORM = /^([0-3])(?:(\/[A-Za-z0-9_-]{1,64})(?:,|$))?(\d{1,15})?/;

export class MalformedPacket extends Error {
  override name = 'MalformedPacket';
}

/** The payload of a `signal:send` that was checked, to the letter of its schema, while it was read. */
export class CheckedSignal implements SignalSend {
  readonly roomId: RoomId;
  readonly to: ParticipantId | '*';
  readonly id: SignalId;
  readonly box: string;

  constructor(roomId: RoomId, to: ParticipantId | '*', id: SignalId, box: string) {
    this.roomId = roomId;
    this.to = to;
    this.id = id;
    this.box = box;
  }
}

/** A `signal:send` as clients write it, up to the box itself: the fields in the order of the protocol page. */
const SIGNAL_HEAD =
  /^2(\d{0,15})\["signal:send",\{"roomId":"([A-Za-z0-9_-]{21}[AQgw])","to":"(\*|[A-Za-z0-9_-]{21}[AQgw])","id":"([A-Za-z0-9_-]{21}[AQgw])","box":"/;
const SIGNAL_TAIL = '"}]';
const BOX_MIN = 40;
const BOX_MAX = base64UrlLength(LIMITS.boxMaxBytes);
const scratch = Buffer.alloc(LIMITS.boxMaxBytes + 8);

/** Never looks at a text that is stored with one byte for each character. */
const BEYOND_LATIN_1 = /[\u0100-\uffff]/;

/**
 * Whether `text` is base64url; decoding tells that ten times faster than a regular expression. Node's decoder skips
 * characters that are no digits and takes both alphabets, hence the checks of the length and of the two other digits.
 */
function isBase64Url(text: string): boolean {
  return (
    text.length % 4 !== 1 &&
    // The decoder would look at the lower half only of such a character.
    !BEYOND_LATIN_1.test(text) &&
    scratch.write(text, 'base64url') === Math.floor((text.length * 3) / 4) &&
    !text.includes('+') &&
    !text.includes('/')
  );
}

/** Reads a `signal:send` without building its JSON. Undefined for everything else; then it goes the usual way. */
function readSignal(frame: string): Packet | undefined {
  const head = SIGNAL_HEAD.exec(frame);
  if (!head || !frame.endsWith(SIGNAL_TAIL)) return undefined;
  const box = frame.slice(head[0].length, -SIGNAL_TAIL.length);
  if (box.length < BOX_MIN || box.length > BOX_MAX || !isBase64Url(box)) return undefined;
  const [, digits = '', roomId = '', to, id = ''] = head;
  // Checked by the expression above.
  const signal = new CheckedSignal(roomId as RoomId, to as ParticipantId | '*', id as SignalId, box);
  const packet: Packet = { type: EVENT, nsp: '/', data: ['signal:send', signal] };
  if (digits !== '') packet.id = Number(digits);
  return packet;
}

/**
 * Reads one packet. Stricter than the usual parser: no attachments, no ids that are not plain digits, JSON of the one
 * shape that its type allows, and other namespaces only where a client asks for one, which Socket.IO refuses. Throws
 * MalformedPacket for everything else.
 */
export function decodePacket(text: string): Packet {
  const form = FORM.exec(text);
  if (!form) throw new MalformedPacket();
  const type = Number(form[1]);
  const rest = text.slice(form[0].length);
  const data = rest === '' ? undefined : parseJson(rest);
  const packet: Packet = { type, nsp: form[2] ?? '/' };
  if (data !== undefined) packet.data = data;
  if (form[3] !== undefined) packet.id = Number(form[3]);
  if (!fits(packet)) throw new MalformedPacket();
  return packet;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedPacket();
  }
}

function fits({ type, nsp, data, id }: Packet): boolean {
  switch (type) {
    case CONNECT:
      return (
        id === undefined && (data === undefined || (typeof data === 'object' && data !== null && !Array.isArray(data)))
      );
    case DISCONNECT:
      return nsp === '/' && id === undefined && data === undefined;
    case EVENT:
      return nsp === '/' && Array.isArray(data) && typeof data[0] === 'string' && !RESERVED.has(data[0]);
    case ACK:
      return nsp === '/' && id !== undefined && Array.isArray(data);
    default:
      return false;
  }
}

/** Reads the frames of one client. A client asks for a namespace once: each time costs Socket.IO an object. */
export class Decoder {
  #onDecoded: ((packet: Packet) => void) | undefined;
  #hasAsked = false;

  on(_event: 'decoded', listener: (packet: Packet) => void): this {
    this.#onDecoded = listener;
    return this;
  }

  removeListener(): this {
    this.#onDecoded = undefined;
    return this;
  }

  /** Takes one frame. Throws MalformedPacket; Socket.IO closes the connection then. */
  add(frame: unknown): void {
    if (typeof frame !== 'string') throw new MalformedPacket();
    const packet = readSignal(frame) ?? decodePacket(frame);
    if (packet.type === CONNECT) {
      if (this.#hasAsked) throw new MalformedPacket();
      this.#hasAsked = true;
    }
    this.#onDecoded?.(packet);
  }

  destroy(): void {
    this.removeListener();
  }
}

/** Writes packets. An event that goes to several clients one after the other is written once. */
export class Encoder {
  #lastPayload: unknown;
  #lastText = '';

  encode({ type, nsp, data, id }: Packet): string[] {
    if (type === EVENT && id === undefined && Array.isArray(data) && data.length === 2)
      return [this.#eventText(data[0], data[1])];
    const namespace = nsp === '/' ? '' : `${nsp},`;
    return [`${type}${namespace}${id ?? ''}${data === undefined ? '' : JSON.stringify(data)}`];
  }

  #eventText(event: string, payload: unknown): string {
    // The server hands the same object to several only for the same event, and never changes one.
    if (payload === this.#lastPayload && typeof payload === 'object') return this.#lastText;
    this.#lastPayload = payload;
    this.#lastText =
      event === 'signal:received'
        ? signalText(payload as SignalReceived) // what this event has
        : `${EVENT}${JSON.stringify([event, payload])}`;
    return this.#lastText;
  }
}

/** A box on its way to a participant. All of it was checked to be base64url, so nothing needs escaping. */
const signalText = ({ roomId, from, id, toAll, box }: SignalReceived): string =>
  `${EVENT}["signal:received",{"roomId":"${roomId}","from":"${from}","id":"${id}","toAll":${toAll},"box":"${box}"}]`;
