import { LIMITS } from '../base/limits.ts';
import { SignedListing } from '../protocol/signaling.ts';
import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, toBase64Url, u64, utf8 } from './agreements.ts';
import { hostHashOf, isRoomOf } from './membership.ts';
import { label, sha256, signEd25519, verifyEd25519 } from './primitives.ts';

/** An owner's statement about a room on a server's list. */
export type ListingFields = Omit<SignedListing, 'sig' | 'hosts'>;

const hostTagOf = async (host: string): Promise<string> => toBase64Url(await hostHashOf(host));

const bytesOf = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();

/**
 * "parley/1 listing" | roomId | SHA-256(name) | secret | needsPassphrase (one byte, 0 or 1) | issuedAt u64 |
 * SHA-256(host) of each name of the server. The room's name is in UTF-8, NFC and trimmed. The two public keys are in the room id.
 */
export async function listingBytes(listing: Omit<SignedListing, 'sig'>): Promise<Bytes> {
  return concatBytes(
    label('listing'),
    bytesOf(listing.roomId),
    await sha256(utf8(listing.name.normalize('NFC').trim())),
    bytesOf(listing.secret),
    new Uint8Array([listing.needsPassphrase ? 1 : 0]),
    u64(listing.issuedAt),
    ...listing.hosts.map(bytesOf),
  );
}

/**
 * Signs a room's entry for the list of one server with the owner's private key. `names` are those of that server
 * (`host[:port]`, at least one), of which the first 16 count: under any other name the entry is not valid. `issuedAt` (ms since 1970) has to be higher than
 * that of any entry of this room before: an older one never replaces a newer one. Throws a ZodError for fields that no
 * server takes.
 */
export async function signListing(
  ownerKey: KeyHandle,
  listing: ListingFields,
  names: readonly string[],
): Promise<SignedListing> {
  const hosts = await Promise.all([...new Set(names)].slice(0, LIMITS.serverNamesMax).map(hostTagOf));
  const fields = SignedListing.omit({ sig: true }).parse({ ...listing, hosts });
  return { ...fields, sig: toBase64Url(await signEd25519(ownerKey, await listingBytes(fields))) };
}

/**
 * Whether an entry is the owner's word for the list of this server: it is for one of `names` (`host[:port]` each), the room
 * id is that of its two keys, and the owner's key signed the rest. Servers check it against their own names before they
 * list a room, apps against the name that they asked before they show one. Never throws.
 */
export async function verifyListing(listing: SignedListing, names: readonly string[]): Promise<boolean> {
  const ownTags = await Promise.all(names.map(hostTagOf));
  if (!ownTags.some((tag) => listing.hosts.includes(tag))) return false;
  const ownerPub = bytesOf(listing.ownerPub);
  if (!(await isRoomOf(listing.roomId, bytesOf(listing.authPub), ownerPub))) return false;
  return verifyEd25519(ownerPub, bytesOf(listing.sig), await listingBytes(listing));
}
