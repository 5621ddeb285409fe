import ipaddr from 'ipaddr.js';

/** The messages of STUN and TURN (RFC 8489, RFC 8656), as far as the test of a relay needs them. */
export const COOKIE = Buffer.from('2112a442', 'hex');
export const METHOD = { allocate: 0x003, refresh: 0x004, createPermission: 0x008 } as const;
export const INDICATION = { send: 0x0016, data: 0x0017 } as const;
export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayedAddress: 0x0016,
  requestedTransport: 0x0019,
} as const;
/** An address in numbers, and a port. */
export type Endpoint = { address: string; port: number };
export type Attribute = readonly [type: number, value: Buffer];

/** Attributes with their padding to four bytes. */
export const encodeAttributes = (attributes: readonly Attribute[]): Buffer =>
  Buffer.concat(
    attributes.flatMap(([type, value]) => {
      const head = Buffer.alloc(4);
      head.writeUInt16BE(type, 0);
      head.writeUInt16BE(value.length, 2);
      return [head, value, Buffer.alloc((4 - (value.length % 4)) % 4)];
    }),
  );

/** The first attribute of each type. */
export function decodeAttributes(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const size = bytes.readUInt16BE(at + 2);
    const type = bytes.readUInt16BE(at);
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + 4 + size));
    at += 4 + size + ((4 - (size % 4)) % 4);
  }
  return found;
}

/** The 20 bytes in front of the attributes. */
export function header(type: number, transaction: Buffer, bodySize: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(bodySize, 2);
  return Buffer.concat([head, COOKIE, transaction]);
}

const xor = (bytes: Buffer, mask: Buffer): Buffer => Buffer.from(bytes.map((byte, at) => byte ^ (mask[at] ?? 0)));

/** An XOR address attribute. */
export function encodeEndpoint({ address, port }: Endpoint, transaction: Buffer): Buffer {
  const bytes = Buffer.from(ipaddr.parse(address).toByteArray());
  const head = Buffer.alloc(4);
  head.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  head.writeUInt16BE(port ^ COOKIE.readUInt16BE(0), 2);
  return Buffer.concat([head, xor(bytes, Buffer.concat([COOKIE, transaction]))]);
}

/** Undefined for what is no address, which a relay at fault may send. */
export function decodeEndpoint(value: Buffer, transaction: Buffer): Endpoint | undefined {
  if (value.length !== 8 && value.length !== 20) return undefined;
  const bytes = xor(value.subarray(4), Buffer.concat([COOKIE, transaction]));
  return { address: ipaddr.fromByteArray([...bytes]).toString(), port: value.readUInt16BE(2) ^ COOKIE.readUInt16BE(0) };
}
