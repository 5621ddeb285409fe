import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv6 } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  ATTRIBUTE,
  type Attribute,
  COOKIE,
  decodeAttributes,
  decodeEndpoint,
  type Endpoint,
  encodeAttributes,
  encodeEndpoint,
  header,
  INDICATION,
  METHOD,
} from './turn-message.ts';

const ANSWER_WITHIN_MS = 5_000;
/** When a request over UDP is sent again, counted from its first time. */
const RESENT_AFTER_MS = [500, 1_500, 3_000] as const;
/** No message of a relay is larger. */
const PENDING_MAX_BYTES = 70_000;

const RELAY_UDP: readonly Attribute[] = [[ATTRIBUTE.requestedTransport, Buffer.from([17, 0, 0, 0])]];

export type TurnCredentials = { username: string; credential: string };
/** `code` is 0 for granted, otherwise STUN's error code. */
export type TurnAnswer = { code: number; attributes: ReadonlyMap<number, Buffer> };

/** With TLS, the name that the relay's certificate has to be for. */
export type Transport = 'udp' | 'tcp' | { tls: string };

/** The relay left a request unanswered. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

type Carrier = {
  send(message: Buffer): void;
  close(): void;
  /** Whether a message may be lost on the way. */
  isLossy: boolean;
};
type CarrierListener = { onMessage(message: Buffer): void; onFailure(failure: Error): void };

async function overUdp({ address, port }: Endpoint, listener: CarrierListener): Promise<Carrier> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    // Connected, so that a closed port is told at once where the system knows of it.
    socket.connect(port, address);
    await once(socket, 'connect');
  } catch (failure) {
    socket.close();
    throw failure;
  }
  socket.on('message', (message) => listener.onMessage(message));
  socket.on('error', (failure) => listener.onFailure(failure));
  return {
    send: (message) => socket.send(message, (failure) => failure && listener.onFailure(failure)),
    close: () => void socket.close(),
    isLossy: true,
  };
}

async function overStream(
  { address, port }: Endpoint,
  over: Exclude<Transport, 'udp'>,
  listener: CarrierListener,
): Promise<Carrier> {
  const socket =
    over === 'tcp' ? connect({ port, host: address }) : connectTls({ port, host: address, servername: over.tls });
  const tooLate = setTimeout(() => socket.destroy(new NoAnswer('no connection')), ANSWER_WITHIN_MS);
  try {
    await once(socket, over === 'tcp' ? 'connect' : 'secureConnect');
  } finally {
    clearTimeout(tooLate);
  }
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 20 && pending.length >= 20 + pending.readUInt16BE(2)) {
      const size = 20 + pending.readUInt16BE(2);
      listener.onMessage(pending.subarray(0, size));
      pending = pending.subarray(size);
    }
    if (pending.length > PENDING_MAX_BYTES) socket.destroy();
  });
  socket.on('error', (failure) => listener.onFailure(failure));
  socket.on('close', () => listener.onFailure(new NoAnswer('the relay closed the connection')));
  return { send: (message) => void socket.write(message), close: () => void socket.destroy(), isLossy: false };
}

/**
 * As much of a TURN client (RFC 8656) as is needed to ask a relay what it allows: allocate, permit, send, receive.
 * Requests reject with NoAnswer after 5 s, or with the operating system's error.
 */
export class TurnClient {
  /** Called with each text that comes through the relay. */
  onData: (data: string) => unknown = () => {};
  #carrier: Carrier | undefined;
  readonly #credentials: TurnCredentials;
  readonly #waiting = new Map<string, { resolve(answer: Buffer): void; reject(failure: Error): void }>();
  #failure: Error | undefined;
  #realm = Buffer.alloc(0);
  #nonce = Buffer.alloc(0);
  #hasAllocation = false;

  private constructor(credentials: TurnCredentials) {
    this.#credentials = credentials;
  }

  /** Opens a socket; nothing is sent yet over UDP. Rejects with the operating system's or TLS's error. */
  static async open(server: Endpoint, credentials: TurnCredentials, over: Transport = 'udp'): Promise<TurnClient> {
    const client = new TurnClient(credentials);
    const listener: CarrierListener = {
      onMessage: (message) => client.#receive(message),
      onFailure: (failure) => client.#fail(failure),
    };
    client.#carrier = over === 'udp' ? await overUdp(server, listener) : await overStream(server, over, listener);
    return client;
  }

  /** Asks for a relayed address, for UDP over IPv4 unless `wanted` says otherwise. */
  async allocate(wanted = RELAY_UDP): Promise<TurnAnswer & { relayed?: Endpoint }> {
    let answer = await this.request(METHOD.allocate, wanted);
    if (answer.code === 401 && this.#realm.length === 0) {
      // The answer to the first request tells realm and nonce; all others are signed.
      this.#realm = Buffer.from(answer.attributes.get(ATTRIBUTE.realm) ?? '');
      this.#nonce = Buffer.from(answer.attributes.get(ATTRIBUTE.nonce) ?? '');
      answer = await this.request(METHOD.allocate, wanted);
    }
    this.#hasAllocation = answer.code === 0;
    const relayed = answer.attributes.get(ATTRIBUTE.relayedAddress);
    const endpoint = relayed && decodeEndpoint(relayed, answer.transaction);
    return endpoint ? { ...answer, relayed: endpoint } : answer;
  }

  /** Asks to receive from `address` and to send to it. */
  permit(address: string): Promise<TurnAnswer> {
    return this.request(METHOD.createPermission, (transaction) => [
      [ATTRIBUTE.peerAddress, encodeEndpoint({ address, port: 0 }, transaction)],
    ]);
  }

  /** Sends through the relay. There is no answer to that. */
  send(peer: Endpoint, data: string): void {
    const transaction = randomBytes(12);
    const body = encodeAttributes([
      [ATTRIBUTE.peerAddress, encodeEndpoint(peer, transaction)],
      [ATTRIBUTE.data, Buffer.from(data)],
    ]);
    this.#carrier?.send(Buffer.concat([header(INDICATION.send, transaction, body.length), body]));
  }

  /** Gives the allocation back, and closes the socket in any case. */
  async close(): Promise<void> {
    try {
      if (this.#hasAllocation) await this.request(METHOD.refresh, [[ATTRIBUTE.lifetime, Buffer.alloc(4)]]);
    } catch {
      // The relay is gone, and the allocation ends by itself.
    } finally {
      this.#failure ??= new NoAnswer('closed');
      this.#carrier?.close();
    }
  }

  /** Sends any request of TURN and resolves with its answer. */
  async request(
    method: number,
    wanted: readonly Attribute[] | ((transaction: Buffer) => readonly Attribute[]),
  ): Promise<TurnAnswer & { transaction: Buffer }> {
    const isSigned = this.#realm.length > 0;
    const transaction = randomBytes(12);
    const attributes = [...(typeof wanted === 'function' ? wanted(transaction) : wanted)];
    if (isSigned) {
      attributes.push(
        [ATTRIBUTE.username, Buffer.from(this.#credentials.username)],
        [ATTRIBUTE.realm, this.#realm],
        [ATTRIBUTE.nonce, this.#nonce],
      );
    }
    let body = encodeAttributes(attributes);
    if (isSigned) {
      // The size in the header that is signed counts the signature as well.
      const head = header(method, transaction, body.length + 24);
      const signature = createHmac('sha1', this.#key()).update(head).update(body).digest();
      body = Buffer.concat([body, encodeAttributes([[ATTRIBUTE.integrity, signature]])]);
    }
    const bytes = await this.#answerTo(
      transaction,
      Buffer.concat([header(method, transaction, body.length), body]),
      method,
    );
    const found = decodeAttributes(bytes.subarray(20));
    const error = found.get(ATTRIBUTE.errorCode);
    return {
      code: error === undefined ? 0 : (error[2] ?? 0) * 100 + (error[3] ?? 0),
      attributes: found,
      transaction,
    };
  }

  #answerTo(transaction: Buffer, message: Buffer, method: number): Promise<Buffer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = transaction.toString('hex');
    const timers: NodeJS.Timeout[] = [];
    return new Promise<Buffer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const giveUp = (): void => reject(new NoAnswer(`the relay left request ${method} unanswered`));
      timers.push(setTimeout(giveUp, ANSWER_WITHIN_MS));
      if (this.#carrier?.isLossy)
        for (const afterMs of RESENT_AFTER_MS) timers.push(setTimeout(() => this.#carrier?.send(message), afterMs));
      this.#carrier?.send(message);
    }).finally(() => {
      for (const timer of timers) clearTimeout(timer);
      this.#waiting.delete(id);
    });
  }

  #key(): Buffer {
    const { username, credential } = this.#credentials;
    return createHash('md5').update(`${username}:`).update(this.#realm).update(`:${credential}`).digest();
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const { reject } of this.#waiting.values()) reject(failure);
  }

  #receive(bytes: Buffer): void {
    if (bytes.length < 20 || !bytes.subarray(4, 8).equals(COOKIE)) return;
    const transaction = bytes.subarray(8, 20);
    if (bytes.readUInt16BE(0) !== INDICATION.data) {
      this.#waiting.get(transaction.toString('hex'))?.resolve(bytes);
      return;
    }
    const data = decodeAttributes(bytes.subarray(20)).get(ATTRIBUTE.data)?.toString();
    if (data !== undefined) this.onData(data);
  }
}
