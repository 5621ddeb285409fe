/** Packet types of the Socket.IO protocol, version 5, without the binary ones: everything Parley says is text. */
export const CONNECT = 0;
export const DISCONNECT = 1;
export const EVENT = 2;
const ACK = 3;
export const CONNECT_ERROR = 4;

export type Packet = { type: number; nsp: string; data?: unknown; id?: number };

/** Names that mean something inside Socket.IO and must never arrive from outside. */
const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);

const FORM = /^([0-3])(\d{1,15})?/;

export class MalformedPacket extends Error {
  override name = 'MalformedPacket';
}

/**
 * Reads one packet. Stricter than the usual parser: no attachments at all, no namespace but the root, no ids that are
 * not plain digits, and JSON of the one shape that its type allows. Throws MalformedPacket for everything else.
 */
export function decodePacket(text: string): Packet {
  const form = FORM.exec(text);
  if (!form) throw new MalformedPacket();
  const type = Number(form[1]);
  const rest = text.slice(form[0].length);
  const data = rest === '' ? undefined : parseJson(rest);
  const packet: Packet = { type, nsp: '/' };
  if (data !== undefined) packet.data = data;
  if (form[2] !== undefined) packet.id = Number(form[2]);
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

function fits({ type, data, id }: Packet): boolean {
  switch (type) {
    case CONNECT:
      return (
        id === undefined && (data === undefined || (typeof data === 'object' && data !== null && !Array.isArray(data)))
      );
    case DISCONNECT:
      return id === undefined && data === undefined;
    case EVENT:
      return Array.isArray(data) && typeof data[0] === 'string' && !RESERVED.has(data[0]);
    case ACK:
      return id !== undefined && Array.isArray(data);
    default:
      return false;
  }
}
