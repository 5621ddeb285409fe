import { describe, expect, it } from 'vitest';
import { toBase64Url } from './agreements.ts';
import { deriveRoomKeys } from './key-schedule.ts';
import { signListing, verifyListing } from './listing.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';

const HOSTS = ['parley.example.org', 'parley.example.org:8443'];

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
  return { owner, fields, listing: await signListing(owner.privateKey, fields, HOSTS) };
}

describe('a signed listing (S1)', () => {
  it('is the owner’s word, with any one part changed no more', async () => {
    const [{ listing }, other] = [await owned(), await owned()];
    expect(await verifyListing(listing, HOSTS)).toBe(true);
    for (const change of [
      { name: 'Garten' },
      { secret: other.listing.secret },
      { needsPassphrase: true },
      { issuedAt: 8 },
      { hosts: [...listing.hosts].reverse() },
      { hosts: listing.hosts.slice(0, 1) },
      { roomId: other.listing.roomId },
      { authPub: other.listing.authPub },
      { ownerPub: other.listing.ownerPub },
      { sig: other.listing.sig },
    ])
      expect(await verifyListing({ ...listing, ...change }, HOSTS), JSON.stringify(change)).toBe(false);
  });

  it('is for the server that it names alone, under whichever of its names', async () => {
    const { listing, owner, fields } = await owned();
    for (const host of [...HOSTS, 'Parley.Example.Org']) expect(await verifyListing(listing, [host]), host).toBe(true);
    expect(await verifyListing(listing, ['localhost:7350', 'parley.example.org'])).toBe(true);
    for (const hosts of [['other.example'], ['parley.example.org:444'], ['example.org'], []])
      expect(await verifyListing(listing, hosts), hosts.join()).toBe(false);
    // A server that puts its own name into an entry of another one breaks the signature.
    const { hosts } = await signListing(owner.privateKey, fields, ['other.example']);
    expect(await verifyListing({ ...listing, hosts }, ['other.example'])).toBe(false);
    expect(await verifyListing({ ...listing, hosts: [...listing.hosts, ...hosts] }, ['other.example'])).toBe(false);
  });

  it('names each name of its server once and no more of them than entries hold', async () => {
    const { owner, fields } = await owned();
    const many = Array.from({ length: 20 }, (_, at) => `192.168.1.${at + 1}:7350`);
    const listing = await signListing(owner.privateKey, fields, ['127.0.0.1:7350', '127.0.0.1:7350', ...many]);
    expect([listing.hosts.length, new Set(listing.hosts).size]).toEqual([16, 16]);
    expect(await verifyListing(listing, ['127.0.0.1:7350'])).toBe(true);
    expect(await verifyListing(listing, ['192.168.1.15:7350'])).toBe(true);
    await expect(signListing(owner.privateKey, fields, [])).rejects.toThrow();
  });

  it('cannot be made by a member: under another key the room is another one', async () => {
    const [{ fields }, member] = [await owned(), await ed25519FromSeed(randomBytes(32))];
    expect(await verifyListing(await signListing(member.privateKey, fields, HOSTS), HOSTS)).toBe(false);
    const ownerPub = toBase64Url(member.publicKey);
    const asOwner = await signListing(member.privateKey, { ...fields, ownerPub }, HOSTS);
    expect(await verifyListing(asOwner, HOSTS)).toBe(false);
  });

  it('has its name in one spelling', async () => {
    const { owner, fields } = await owned();
    const listing = await signListing(owner.privateKey, { ...fields, name: ' Cafe\u0301 ' }, HOSTS);
    expect(listing.name).toBe('Caf\u00e9');
    expect(await verifyListing(listing, HOSTS)).toBe(true);
    await expect(signListing(owner.privateKey, { ...fields, name: '' }, HOSTS)).rejects.toThrow('room-name-invalid');
  });
});
