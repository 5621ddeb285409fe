import { describe, expect, it } from 'vitest';
import { toBase64Url } from './agreements.ts';
import { deriveRoomKeys } from './key-schedule.ts';
import { signListing, verifyListing } from './listing.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';

/** A room's owner with a first entry. */
async function owned() {
  const owner = await ed25519FromSeed(randomBytes(32));
  const secret = randomBytes(32);
  const keys = await deriveRoomKeys(secret, null, owner.publicKey);
  const fields = {
    roomId: keys.roomId,
    name: 'Garden',
    secret: toBase64Url(secret),
    authPub: toBase64Url(keys.authPub),
    ownerPub: toBase64Url(owner.publicKey),
    needsPassphrase: false,
    issuedAt: 7,
  };
  return { owner, fields, listing: await signListing(owner.privateKey, fields) };
}

describe('a signed listing (S1)', () => {
  it('is the owner’s word, with any one part changed no more', async () => {
    const [{ listing }, other] = [await owned(), await owned()];
    expect(await verifyListing(listing)).toBe(true);
    for (const change of [
      { name: 'Garten' },
      { secret: other.listing.secret },
      { needsPassphrase: true },
      { issuedAt: 8 },
      { roomId: other.listing.roomId },
      { authPub: other.listing.authPub },
      { ownerPub: other.listing.ownerPub },
      { sig: other.listing.sig },
    ])
      expect(await verifyListing({ ...listing, ...change }), JSON.stringify(change)).toBe(false);
  });

  it('cannot be made by a member: under another key the room is another one', async () => {
    const [{ fields }, member] = [await owned(), await ed25519FromSeed(randomBytes(32))];
    expect(await verifyListing(await signListing(member.privateKey, fields))).toBe(false);
    const ownerPub = toBase64Url(member.publicKey);
    expect(await verifyListing(await signListing(member.privateKey, { ...fields, ownerPub }))).toBe(false);
  });

  it('has its name in one spelling', async () => {
    const { owner, fields } = await owned();
    const listing = await signListing(owner.privateKey, { ...fields, name: ' Cafe\u0301 ' });
    expect(listing.name).toBe('Caf\u00e9');
    expect(await verifyListing(listing)).toBe(true);
    await expect(signListing(owner.privateKey, { ...fields, name: '' })).rejects.toThrow('room-name-invalid');
  });
});
