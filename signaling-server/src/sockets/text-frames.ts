/** Engine.IO's signs, protocol 4: the first character of each of its packets. */
export const OPEN = '0'.charCodeAt(0);
export const CLOSE = '1'.charCodeAt(0);
export const PING = '2'.charCodeAt(0);
export const PONG = '3'.charCodeAt(0);
/** In front of what Socket.IO says. */
export const MESSAGE = '4'.charCodeAt(0);
export const UPGRADE = '5'.charCodeAt(0);
export const NOOP = '6'.charCodeAt(0);

/** A text frame that is whole by itself. */
const WHOLE_TEXT = 0x81;
const SHORT_MAX = 125;
const MIDDLE = 126;
const MIDDLE_MAX = 65_535;
const LONG = 127;

const headBytes = (size: number): number => (size <= SHORT_MAX ? 2 : size <= MIDDLE_MAX ? 4 : 10);

/**
 * Packets of Engine.IO, all of one `sign`, as WebSocket frames (RFC 6455, section 5.2), unmasked as a server's are, one after
 * the other: what is said in one turn is one piece for the system to send, where `ws` makes two of each packet.
 */
export function framesOf(packets: readonly string[], sign = MESSAGE): Buffer {
  const sizes: number[] = [];
  let total = 0;
  for (const packet of packets) {
    const size = Buffer.byteLength(packet) + 1;
    sizes.push(size);
    total += headBytes(size) + size;
  }
  const frames = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [index, packet] of packets.entries()) {
    const size = sizes[index] ?? 0;
    frames[at] = WHOLE_TEXT;
    if (size <= SHORT_MAX) frames[at + 1] = size;
    else if (size <= MIDDLE_MAX) {
      frames[at + 1] = MIDDLE;
      frames.writeUInt16BE(size, at + 2);
    } else {
      frames[at + 1] = LONG;
      frames.writeBigUInt64BE(BigInt(size), at + 2);
    }
    at += headBytes(size);
    frames[at] = sign;
    // Plain characters are copied without a look at each.
    frames.write(packet, at + 1, size === packet.length + 1 ? 'latin1' : 'utf8');
    at += size;
  }
  return frames;
}
