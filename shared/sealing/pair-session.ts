import { accept, type Outcome, refuse } from '../base/outcome.ts';
import { PairMessage } from '../protocol/link.ts';
import {
  type Bytes,
  concatBytes,
  equalBytes,
  fromBase64Url,
  type KeyHandle,
  toBase64Url,
  u32,
  u64,
} from './agreements.ts';
import { BOX_PAIR, confirmSignatureBytes, decrypt, type OwnHello, type PeerHello } from './hello.ts';
import type { RoomKeys } from './key-schedule.ts';
import { packJson, unpackJson } from './packing.ts';
import { pad } from './padding.ts';
import { aesKey, hkdf, label, sha256, verifyEd25519, x25519 } from './primitives.ts';
import { createReplayWindow } from './replay-window.ts';
import { createSafetyExchange, type SafetyExchange } from './safety-exchange.ts';

/** The keys of one pair of hellos. awaiting confirm → confirmed | failed;  any → closed */
export interface PairSession {
  /** By the order of the two session ids; `lo` is the one that makes the WebRTC offers. */
  readonly role: 'lo' | 'hi';
  readonly peer: PeerHello;
  /** Pair boxes that carry this tag belong to this session. */
  readonly tag: string;
  readonly transcriptHash: Bytes;
  /** The peer's confirm was opened and its signature verified. */
  readonly confirmed: boolean;
  /** Seals for the peer. The first message must be a confirm, after as many `wait` as there are (throws otherwise). Rejects with a RangeError when too large. */
  seal(message: PairMessage): Promise<string>;
  /**
   * Opens a box of the peer; each box once. The caller opens one after the other, because anything but `wait` before a
   * valid confirm is `handshake-failed`; after a first confirm with a wrong signature nothing is opened any more.
   * A box that opens but holds no message of this version is `bad-request`.
   */
  open(box: string): Promise<Outcome<PairMessage>>;
  /** The three steps to the short safety code: always the same exchange, one attempt per session. */
  safety(): SafetyExchange;
  /** Forgets the keys; later use throws. */
  close(): void;
}

const HEADER_BYTES = 1 + 8 + 8;

/**
 * Derives the keys of a pair from both hellos (docs/protocol.md, "Pair keys"). Refuses with `handshake-failed` for a
 * reflected hello, another epoch or a key that forces the all-zero secret.
 */
export async function openPairSession(keys: RoomKeys, own: OwnHello, peer: PeerHello): Promise<Outcome<PairSession>> {
  if (own.sess === peer.sess || own.epoch !== peer.epoch) return refuse('handshake-failed');
  const roomId = fromBase64Url(keys.roomId) ?? new Uint8Array();
  const ownSess = fromBase64Url(own.sess) ?? new Uint8Array();
  const peerSess = fromBase64Url(peer.sess) ?? new Uint8Array();
  const role = isBelow(ownSess, peerSess) ? 'lo' : 'hi';
  const peerRole = role === 'lo' ? 'hi' : 'lo';
  const ordered = role === 'lo' ? [own.plaintext, peer.plaintext] : [peer.plaintext, own.plaintext];
  const transcriptHash = await sha256(concatBytes(label('th'), roomId, u32(own.epoch), ...ordered));

  const secret = await x25519(own.ephPrivate, peer.eph);
  if (!secret) return refuse('handshake-failed');
  const okm = await hkdf(secret, keys.pairPsk, concatBytes(label('pair'), transcriptHash), 104);
  const [loToHi, hiToLo] = await Promise.all([aesKey(okm.slice(0, 32)), aesKey(okm.slice(32, 64))]);
  const tag = okm.slice(64, 72);
  const safety = createSafetyExchange({ role, transcriptHash, safetyKey: okm.slice(72, 104) });
  secret.fill(0);
  okm.fill(0);

  const window = createReplayWindow();
  let counter = 0;
  let sentConfirm = false;
  let peerIs: 'unknown' | 'confirmed' | 'refused' = 'unknown';
  let directions: { send: KeyHandle; receive: KeyHandle } | undefined =
    role === 'lo' ? { send: loToHi, receive: hiToLo } : { send: hiToLo, receive: loToHi };

  const directionKeys = () => {
    if (!directions) throw new Error('the pair session is closed');
    return directions;
  };
  const associatedData = (from: Bytes, to: Bytes, count: number): Bytes =>
    concatBytes(label('pair'), roomId, u32(own.epoch), from, to, u64(count));
  const nonceOf = (count: number): Bytes => concatBytes(new Uint8Array(4), u64(count));

  return accept<PairSession>({
    role,
    peer,
    tag: toBase64Url(tag),
    transcriptHash,
    get confirmed() {
      return peerIs === 'confirmed';
    },

    async seal(message) {
      const { send } = directionKeys();
      if (message.type === 'confirm') sentConfirm = true;
      else if (!sentConfirm && message.type !== 'wait') throw new Error('the first pair message is the confirm');
      // Counted before anything is awaited: two messages sealed at once must never share a nonce.
      counter += 1;
      const count = counter;
      const plaintext = pad(await packJson(message));
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv: nonceOf(count), additionalData: associatedData(ownSess, peerSess, count) },
        send,
        plaintext,
      );
      return toBase64Url(concatBytes(new Uint8Array([BOX_PAIR]), tag, u64(count), new Uint8Array(sealed)));
    },

    async open(box) {
      const { receive } = directionKeys();
      const bytes = fromBase64Url(box);
      if (peerIs === 'refused' || !bytes || bytes.length < HEADER_BYTES + 16 || bytes[0] !== BOX_PAIR)
        return refuse('handshake-failed');
      if (!equalBytes(bytes.slice(1, 9), tag)) return refuse('handshake-failed');
      const count = Number(new DataView(bytes.buffer).getBigUint64(9));
      if (!Number.isSafeInteger(count) || !window.mayAccept(count)) return refuse('handshake-failed');
      const plaintext = await decrypt(
        receive,
        nonceOf(count),
        associatedData(peerSess, ownSess, count),
        bytes.slice(HEADER_BYTES),
      );
      // Asked again after the wait: the same box may have been opened meanwhile.
      if (!plaintext || !window.accept(count)) return refuse('handshake-failed');
      const parsed = PairMessage.safeParse(await unpackJson(plaintext));
      if (!parsed.success) return refuse('bad-request');
      const message = parsed.data;
      if (message.type === 'confirm' || message.type === 'wait') {
        const valid = await isConfirmOf(peer, message.sig, confirmSignatureBytes(peerRole, transcriptHash));
        if (peerIs === 'unknown' && !valid) peerIs = 'refused';
        if (!valid || !directions) return refuse('handshake-failed');
        if (message.type === 'wait') return accept(message);
        peerIs = 'confirmed';
      }
      // Closed while this was being opened: nobody may hear of it any more.
      return peerIs === 'confirmed' && directions ? accept(message) : refuse('handshake-failed');
    },

    safety() {
      directionKeys();
      return safety.exchange;
    },

    close() {
      directions = undefined;
      safety.close();
    },
  });
}

function isConfirmOf(peer: PeerHello, sig: string, signed: Bytes): Promise<boolean> {
  return verifyEd25519(fromBase64Url(peer.dev) ?? new Uint8Array(), fromBase64Url(sig) ?? new Uint8Array(), signed);
}

/** Byte order of two session ids. */
function isBelow(left: Bytes, right: Bytes): boolean {
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at >= 0 && (left[at] as number) < (right[at] as number);
}
