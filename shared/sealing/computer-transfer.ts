import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, toBase64Url, u32, u64, utf8 } from './agreements.ts';
import { aesKey, hkdf, label, x25519 } from './primitives.ts';

/** A fresh X25519 key for one transfer. */
export async function transferKey(): Promise<{ publicKey: string; privateKey: KeyHandle }> {
  const pair = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  if (!('publicKey' in pair)) throw new Error('X25519 gave no key pair');
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { publicKey: toBase64Url(publicKey), privateKey: pair.privateKey };
}

/** The two ends of a transfer: the person whose rooms they are, and the device that gets them. */
export type TransferEnds = { person: string; device: string };

/** Seals and opens the parts of one transfer. The number of a part and how many there are stand in what is authenticated. */
export interface TransferBox {
  seal(index: number, text: string): Promise<string>;
  /** Undefined for whatever was not sealed as this part. */
  open(index: number, part: string): Promise<string | undefined>;
}

/**
 * The box that both sides of a transfer derive: HKDF(X25519(own, other), boxKey | eph, "parley/1 transfer" | person | device, 32).
 * Undefined for a key that forces the all-zero secret.
 */
export async function transferBox(
  keys: { own: KeyHandle; other: string; boxKey: string; eph: string; parts: number },
  { person, device }: TransferEnds,
): Promise<TransferBox | undefined> {
  const secret = await x25519(keys.own, raw(keys.other));
  if (!secret) return undefined;
  const info = concatBytes(label('transfer'), raw(person), raw(device));
  const key = await aesKey(await hkdf(secret, concatBytes(raw(keys.boxKey), raw(keys.eph)), info, 32));
  secret.fill(0);
  const algorithm = (index: number) => ({
    name: 'AES-GCM',
    iv: concatBytes(new Uint8Array(4), u64(index)),
    additionalData: concatBytes(label('part'), u32(index), u32(keys.parts)),
  });
  return {
    async seal(index, text) {
      return toBase64Url(new Uint8Array(await crypto.subtle.encrypt(algorithm(index), key, utf8(text))));
    },
    async open(index, part) {
      try {
        const opened = await crypto.subtle.decrypt(algorithm(index), key, raw(part));
        return new TextDecoder('utf-8', { fatal: true }).decode(opened);
      } catch {
        // WebCrypto throws for a wrong key or altered bytes and gives no reason. The caller refuses the transfer.
        return undefined;
      }
    },
  };
}

const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();
