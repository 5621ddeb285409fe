import { SignedListing } from '../protocol/signaling.ts';
import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, toBase64Url, u64, utf8 } from './agreements.ts';
import { isRoomOf } from './membership.ts';
import { label, sha256, signEd25519, verifyEd25519 } from './primitives.ts';

/** The entry of a room on a server's list, as its owner signs it. */
export type ListingFields = Omit<SignedListing, 'sig'>;

const bytesOf = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();

/**
 * "parley/1 listing" | roomId | SHA-256(name) | secret | needsPassphrase (one byte, 0 or 1) | issuedAt u64. The name is in
 * UTF-8, NFC and trimmed. The two public keys are in the room id.
 */
export async function listingBytes(listing: ListingFields): Promise<Bytes> {
  return concatBytes(
    label('listing'),
    bytesOf(listing.roomId),
    await sha256(utf8(listing.name.normalize('NFC').trim())),
    bytesOf(listing.secret),
    new Uint8Array([listing.needsPassphrase ? 1 : 0]),
    u64(listing.issuedAt),
  );
}

/**
 * Signs a room's entry for servers' lists with the owner's private key. `issuedAt` (ms since 1970) has to be higher than
 * that of any entry of this room before: an older one never replaces a newer one. Throws a ZodError for fields that no
 * server takes.
 */
export async function signListing(ownerKey: KeyHandle, listing: ListingFields): Promise<SignedListing> {
  const fields = SignedListing.omit({ sig: true }).parse(listing);
  return { ...fields, sig: toBase64Url(await signEd25519(ownerKey, await listingBytes(fields))) };
}

/**
 * Whether an entry is the owner's word: the room id is that of its two keys, and the owner's key signed the rest. Servers
 * check it before they list a room, apps before they show one. Never throws.
 */
export async function verifyListing(listing: SignedListing): Promise<boolean> {
  const ownerPub = bytesOf(listing.ownerPub);
  if (!(await isRoomOf(listing.roomId, bytesOf(listing.authPub), ownerPub))) return false;
  return verifyEd25519(ownerPub, bytesOf(listing.sig), await listingBytes(listing));
}
