import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv4, isIPv6 } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * As much of TURN (RFC 8656) as is needed to ask a relay what it allows: allocate, permit, bind a channel, send, hear.
 * On one machine, where nothing is lost: every answer comes, or the test is over.
 */
const COOKIE = Buffer.from('2112a442', 'hex');
const METHOD = { allocate: 0x003, refresh: 0x004, createPermission: 0x008, channelBind: 0x009 } as const;
const INDICATION = { send: 0x0016, data: 0x0017 } as const;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayedAddress: 0x0016,
  addressFamily: 0x0017,
  requestedTransport: 0x0019,
} as const;
const ANSWER_WITHIN_MS = 5_000;

export type TurnCredentials = { username: string; credential: string };
/** `code` is 0 for granted, otherwise STUN's error code. */
export type TurnAnswer = { code: number; attributes: ReadonlyMap<number, Buffer> };
export type Endpoint = { address: string; port: number };
type Attribute = readonly [type: number, value: Buffer];

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const encodeAttributes = (attributes: readonly Attribute[]): Buffer =>
  Buffer.concat(
    attributes.flatMap(([type, value]) => {
      const head = Buffer.alloc(4);
      head.writeUInt16BE(type, 0);
      head.writeUInt16BE(value.length, 2);
      return [head, value, Buffer.alloc((4 - (value.length % 4)) % 4)];
    }),
  );

function decodeAttributes(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const size = bytes.readUInt16BE(at + 2);
    const type = bytes.readUInt16BE(at);
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + 4 + size));
    at += 4 + size + ((4 - (size % 4)) % 4);
  }
  return found;
}

function header(type: number, transaction: Buffer, bodySize: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(bodySize, 2);
  return Buffer.concat([head, COOKIE, transaction]);
}

/** The 4 or 16 bytes of an address in any spelling. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address)) throw new Error(`not an address: ${address}`);
  // The URL parser knows every spelling, also `::ffff:127.0.0.1`, and writes hexadecimal groups.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const xor = (bytes: Buffer, mask: Buffer): Buffer => Buffer.from(bytes.map((byte, at) => byte ^ (mask[at] ?? 0)));

function encodeEndpoint({ address, port }: Endpoint, transaction: Buffer): Buffer {
  const bytes = addressBytes(address);
  const head = Buffer.alloc(4);
  head.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  head.writeUInt16BE(port ^ COOKIE.readUInt16BE(0), 2);
  return Buffer.concat([head, xor(bytes, Buffer.concat([COOKIE, transaction]))]);
}

function decodeEndpoint(value: Buffer, transaction: Buffer): Endpoint {
  const bytes = xor(value.subarray(4), Buffer.concat([COOKIE, transaction]));
  const address = bytes.length === 4 ? [...bytes].join('.') : (bytes.toString('hex').match(/.{4}/g)?.join(':') ?? '');
  return { address, port: value.readUInt16BE(2) ^ COOKIE.readUInt16BE(0) };
}

export type Transport = 'udp' | 'tcp' | { trusted: string };

/** How messages get to the relay and back. */
type Wire = { send(message: Buffer): void; onMessage(heard: (message: Buffer) => void): void; close(): void };

async function overUdp(server: Endpoint): Promise<Wire> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    send: (message) => socket.send(message, server.port, server.address),
    onMessage: (heard) => void socket.on('message', heard),
    close: () => void socket.close(),
  };
}

async function overStream(server: Endpoint, trusted?: string): Promise<Wire> {
  const socket =
    trusted === undefined
      ? connect(server.port, server.address)
      : connectTls({ port: server.port, host: server.address, ca: trusted });
  await once(socket, trusted === undefined ? 'connect' : 'secureConnect');
  return {
    send: (message) => void socket.write(message),
    onMessage: (heard) => {
      let pending = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk]);
        while (pending.length >= 20 && pending.length >= 20 + pending.readUInt16BE(2)) {
          const size = 20 + pending.readUInt16BE(2);
          heard(pending.subarray(0, size));
          pending = pending.subarray(size);
        }
      });
    },
    close: () => void socket.destroy(),
  };
}

export class TurnClient {
  readonly #wire: Wire;
  readonly #credentials: TurnCredentials;
  readonly #waiting = new Map<string, (answer: Buffer) => void>();
  readonly #heard: { from: Endpoint; data: string }[] = [];
  #realm = Buffer.alloc(0);
  #nonce = Buffer.alloc(0);

  private constructor(wire: Wire, credentials: TurnCredentials) {
    this.#wire = wire;
    this.#credentials = credentials;
    wire.onMessage((bytes) => this.#receive(bytes));
  }

  /** Opens a socket, over TLS to a server with the certificate `trusted`; nothing is sent yet. */
  static async open(server: Endpoint, credentials: TurnCredentials, over: Transport = 'udp'): Promise<TurnClient> {
    const wire =
      over === 'udp' ? await overUdp(server) : await overStream(server, over === 'tcp' ? undefined : over.trusted);
    return new TurnClient(wire, credentials);
  }

  /** What peers sent through the relay, in order. */
  get heard(): readonly { from: Endpoint; data: string }[] {
    return this.#heard;
  }

  /** Asks for a relayed address; `transport` is 17 for UDP, 6 for TCP. */
  async allocate({
    family = 4,
    transport = 17,
  }: {
    family?: 4 | 6;
    transport?: 6 | 17;
  } = {}): Promise<TurnAnswer & { relayed?: Endpoint }> {
    const wanted: Attribute[] = [[ATTRIBUTE.requestedTransport, Buffer.from([transport, 0, 0, 0])]];
    if (family === 6) wanted.push([ATTRIBUTE.addressFamily, Buffer.from([2, 0, 0, 0])]);
    // The first request is only there to be told realm and nonce.
    const asked = await this.#request(METHOD.allocate, wanted, { signed: false });
    this.#realm = Buffer.from(asked.attributes.get(ATTRIBUTE.realm) ?? '');
    this.#nonce = Buffer.from(asked.attributes.get(ATTRIBUTE.nonce) ?? '');
    if (asked.code !== 401) return asked;
    const answer = await this.#request(METHOD.allocate, wanted);
    const relayed = answer.attributes.get(ATTRIBUTE.relayedAddress);
    return relayed === undefined ? answer : { ...answer, relayed: decodeEndpoint(relayed, answer.transaction) };
  }

  /** Asks to hear from `address` and to send to it. */
  permit(address: string): Promise<TurnAnswer> {
    return this.#request(METHOD.createPermission, (transaction) => [
      [ATTRIBUTE.peerAddress, encodeEndpoint({ address, port: 0 }, transaction)],
    ]);
  }

  /** Asks for the same in the other way there is. */
  bindChannel(peer: Endpoint, channel: number): Promise<TurnAnswer> {
    return this.#request(METHOD.channelBind, (transaction) => [
      [ATTRIBUTE.channelNumber, u32(channel * 0x10000)],
      [ATTRIBUTE.peerAddress, encodeEndpoint(peer, transaction)],
    ]);
  }

  /** Sends through the relay. There is no answer to that. */
  send(peer: Endpoint, data: string): void {
    const transaction = randomBytes(12);
    const body = encodeAttributes([
      [ATTRIBUTE.peerAddress, encodeEndpoint(peer, transaction)],
      [ATTRIBUTE.data, Buffer.from(data)],
    ]);
    this.#wire.send(Buffer.concat([header(INDICATION.send, transaction, body.length), body]));
  }

  /** Gives the allocation back. */
  async close(): Promise<void> {
    if (this.#realm.length > 0) await this.#request(METHOD.refresh, [[ATTRIBUTE.lifetime, u32(0)]]);
    this.#wire.close();
  }

  async #request(
    method: number,
    wanted: readonly Attribute[] | ((transaction: Buffer) => readonly Attribute[]),
    { signed = true } = {},
  ): Promise<TurnAnswer & { transaction: Buffer }> {
    const transaction = randomBytes(12);
    const attributes = [...(typeof wanted === 'function' ? wanted(transaction) : wanted)];
    if (signed) {
      attributes.push(
        [ATTRIBUTE.username, Buffer.from(this.#credentials.username)],
        [ATTRIBUTE.realm, this.#realm],
        [ATTRIBUTE.nonce, this.#nonce],
      );
    }
    let body = encodeAttributes(attributes);
    if (signed) {
      // The size in the header that is signed counts the signature as well.
      const head = header(method, transaction, body.length + 24);
      const signature = createHmac('sha1', this.#key()).update(head).update(body).digest();
      body = Buffer.concat([body, encodeAttributes([[ATTRIBUTE.integrity, signature]])]);
    }
    const answered = new Promise<Buffer>((resolve, reject) => {
      const id = transaction.toString('hex');
      const tooLate = setTimeout(
        () => reject(new Error(`the relay left request ${method} unanswered`)),
        ANSWER_WITHIN_MS,
      );
      this.#waiting.set(id, (bytes) => {
        clearTimeout(tooLate);
        this.#waiting.delete(id);
        resolve(bytes);
      });
    });
    this.#wire.send(Buffer.concat([header(method, transaction, body.length), body]));
    const bytes = await answered;
    const found = decodeAttributes(bytes.subarray(20));
    const error = found.get(ATTRIBUTE.errorCode);
    return {
      code: error === undefined ? 0 : (error[2] ?? 0) * 100 + (error[3] ?? 0),
      attributes: found,
      transaction,
    };
  }

  #key(): Buffer {
    const { username, credential } = this.#credentials;
    return createHash('md5').update(`${username}:`).update(this.#realm).update(`:${credential}`).digest();
  }

  #receive(bytes: Buffer): void {
    if (bytes.length < 20 || !bytes.subarray(4, 8).equals(COOKIE)) return;
    const transaction = bytes.subarray(8, 20);
    if (bytes.readUInt16BE(0) !== INDICATION.data) {
      this.#waiting.get(transaction.toString('hex'))?.(bytes);
      return;
    }
    const attributes = decodeAttributes(bytes.subarray(20));
    const peer = attributes.get(ATTRIBUTE.peerAddress);
    const data = attributes.get(ATTRIBUTE.data);
    if (peer && data) this.#heard.push({ from: decodeEndpoint(peer, transaction), data: data.toString() });
  }
}
