import { describe, expect, it } from 'vitest';
import { schedule, vectors } from '../../scripts/vectors/recompute.ts';
import { fromBase64Url, toBase64Url } from '../base/bytes.ts';
import { Computer, ComputerList } from '../model/computers.ts';
import { Entry } from '../model/entry.ts';
import { RoomName } from '../model/room-name.ts';
import { PairMessage } from '../protocol/link.ts';
import { computerRoomKeys } from './computer-code.ts';
import { transferBox } from './computer-transfer.ts';
import { askBytes, computersBytes, consentBytes, leaveBytes, welcomeBytes } from './computers.ts';
import { entryBodyBytes, entrySignatureBytes } from './entry.ts';
import { type OwnHello, openHello } from './hello.ts';
import { deriveRoomKeys } from './key-schedule.ts';
import { listingBytes, signListing, verifyListing } from './listing.ts';
import { proveMembership, proveOwnership } from './membership.ts';
import { openPairSession } from './pair-session.ts';
import { ed25519FromSeed, sha256, verifyEd25519 } from './primitives.ts';
import { deviceCode } from './safety-code.ts';
import { createSafetyExchange } from './safety-exchange.ts';
import pinned from './vectors.json' with { type: 'json' };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const secret = unhex(pinned.given.secret);
const ownerPub = fromBase64Url(pinned.listing.ownerPub) ?? new Uint8Array();
const counting = (from: number, size: number) => Uint8Array.from({ length: size }, (_, i) => (from + i) & 0xff);

describe('the protocol’s vectors', () => {
  it('come out of the independent script as they are pinned', () => {
    expect(vectors()).toEqual(pinned);
  });

  it('come out of the independent script as they were published for the protocol’s first label', () => {
    const published = schedule('mesh/1', Buffer.from(secret), null);
    expect(published).toMatchObject({
      root: 'f4ff20a65e2bdb99015ae7315bfb2b062df0795c23cec5bc6aa59367fa97013b',
      authPub: '6e6083cb5cd619d5a78157339aaf33701a08bafc8ae65ce43f98ef981349456d',
      roomId: '7PO4c_cfBNE8EO6wJQ6gUw',
      helloKey: '9a8484a6957767c9d9cd498c517bed82dd8e5a02480a0b447b13a28f4fae3c87',
      psk: '062b3fefa46a79aca7d8c1b837746d7dcf8fac6f302438a3569b91cbd073b327',
    });
    expect(published.joinSig.startsWith('9afe1a966ad912430b36742e2fa933a6')).toBe(true);
  });

  for (const [name, passphrase, expected] of [
    ['without a passphrase', null, pinned.room],
    ['with a passphrase', pinned.given.passphrase, pinned.roomWithPassphrase],
  ] as const) {
    it(`agree with the key schedule ${name}`, async () => {
      const keys = await deriveRoomKeys(secret, passphrase, ownerPub);
      const sig = await proveMembership(keys, pinned.given.host, unhex(pinned.given.challenge));
      expect({
        authPub: hex(keys.authPub),
        roomId: keys.roomId,
        psk: hex(keys.pairPsk),
        joinSig: hex(sig),
      }).toEqual({ authPub: expected.authPub, roomId: expected.roomId, psk: expected.psk, joinSig: expected.joinSig });
    });
  }

  it('agree with a listing and the proof of its publication', async () => {
    const keys = await deriveRoomKeys(secret, null, ownerPub);
    const owner = await ed25519FromSeed(unhex(pinned.given.ownerSeed));
    expect(toBase64Url(owner.publicKey)).toBe(pinned.listing.ownerPub);
    const { name, needsPassphrase, issuedAt, hosts, otherHost, sig } = pinned.listing;
    const { host } = pinned.given;
    const listing = await signListing(
      owner.privateKey,
      {
        roomId: keys.roomId,
        name: name.normalize('NFD'),
        secret: toBase64Url(secret),
        authPub: toBase64Url(keys.authPub),
        ownerPub: toBase64Url(ownerPub),
        needsPassphrase,
        issuedAt,
      },
      [host, otherHost],
    );
    expect(listing).toMatchObject({ name, sig, hosts });
    expect(hex(await listingBytes(listing))).toBe(pinned.listing.bytes);
    expect(await verifyListing(listing, [host])).toBe(true);
    const challenge = unhex(pinned.given.challenge);
    const about = { host, challenge, roomId: keys.roomId, name };
    expect(toBase64Url(await proveOwnership(owner.privateKey, 'publish', about))).toBe(pinned.listing.publishProof);
  });

  it('agree with the hellos', async () => {
    const keys = await deriveRoomKeys(secret, null, ownerPub);
    for (const [box, device] of [
      [pinned.hello.lo, pinned.hello.loDevice],
      [pinned.hello.hi, pinned.hello.hiDevice],
    ] as const) {
      const opened = await openHello(keys, box);
      expect(opened).toMatchObject({ ok: true, value: { dev: device, epoch: 0 } });
    }
  });

  it('agree with the pair: each seals its confirm as pinned and opens the other’s, tag and transcript are the pinned ones', async () => {
    const keys = await deriveRoomKeys(secret, null, ownerPub);
    const side = async (box: string, plaintext: string, seed: string): Promise<OwnHello> => {
      const hello = await openHello(keys, box);
      if (!hello.ok) throw new Error('a pinned hello does not open');
      expect(hex(hello.value.plaintext)).toBe(plaintext);
      const pkcs8 = unhex(`302e020100300506032b656e04220420${seed}`);
      const ephPrivate = await crypto.subtle.importKey('pkcs8', pkcs8, 'X25519', false, ['deriveBits']);
      const { sess, dev, fp, ts, epoch } = hello.value;
      return { sess, dev, fp, ts, epoch, plaintext: unhex(plaintext), box, ephPrivate };
    };
    const lo = await side(pinned.hello.lo, pinned.hello.loPlaintext, pinned.given.loEphemeralSeed);
    const hi = await side(pinned.hello.hi, pinned.hello.hiPlaintext, pinned.given.hiEphemeralSeed);
    const { loBox, loConfirm, hiBox, hiConfirm } = pinned.pair;
    for (const [own, otherBox, role, box, message, ownBox, ownMessage] of [
      [lo, pinned.hello.hi, 'lo', hiBox, hiConfirm, loBox, loConfirm],
      [hi, pinned.hello.lo, 'hi', loBox, loConfirm, hiBox, hiConfirm],
    ] as const) {
      const other = await openHello(keys, otherBox);
      const pair = other.ok ? await openPairSession(keys, own, other.value) : other;
      if (!pair.ok) throw new Error('the pinned pair does not open');
      expect(pair.value.role).toBe(role);
      expect(pair.value.tag).toBe(pinned.pair.tag);
      expect(hex(pair.value.transcriptHash)).toBe(pinned.pair.transcriptHash);
      expect(await pair.value.seal(PairMessage.parse(ownMessage))).toBe(ownBox);
      expect(await pair.value.open(box)).toEqual({ ok: true, value: message });
      expect(pair.value.confirmed).toBe(true);
    }
  });

  it('agree with the short safety code', async () => {
    const options = { transcriptHash: unhex(pinned.pair.transcriptHash), safetyKey: unhex(pinned.safetyCode.key) };
    const { exchange: lo } = createSafetyExchange({
      ...options,
      role: 'lo',
      random: () => unhex(pinned.given.safetyPartOfLo),
    });
    const { exchange: hi } = createSafetyExchange({
      ...options,
      role: 'hi',
      random: () => unhex(pinned.given.safetyPartOfHi),
    });
    const commit = await lo.start();
    expect(commit).toEqual({ step: 'commit', value: pinned.safetyCode.commitment });
    const answered = commit && (await hi.handle(commit));
    const opened = answered?.ok && answered.value.reply ? await lo.handle(answered.value.reply) : undefined;
    expect(opened).toMatchObject({ ok: true, value: { code: pinned.safetyCode.code } });
  });

  it('agree with the device code', async () => {
    const code = await deviceCode(pinned.hello.loDevice as never, pinned.hello.hiDevice as never);
    expect(code).toBe(pinned.deviceCode);
  });

  it('agree with an entry’s digest and signature', async () => {
    const entry = Entry.parse({
      id: toBase64Url(counting(50, 16)),
      roomId: pinned.room.roomId,
      author: pinned.hello.loDevice,
      authorName: 'Zoë',
      seq: 3,
      clock: 9,
      sentAt: 1_700_000_000_123,
      kind: 'text',
      of: { author: pinned.hello.hiDevice, id: toBase64Url(counting(90, 16)) },
      body: { salt: toBase64Url(counting(70, 16)), text: 'Grüße, 世界' },
      digest: pinned.entry.digest,
      sig: pinned.entry.sig,
    });
    expect(toBase64Url(await sha256(entryBodyBytes(entry.body)))).toBe(pinned.entry.digest);
    const salt = toBase64Url(counting(70, 16));
    const root = toBase64Url(counting(1, 32));
    const file = { salt, name: 'Grüße.txt', folders: ['Garten', '世界'], sizeBytes: 3_000_000_000, root };
    expect(toBase64Url(await sha256(entryBodyBytes(file)))).toBe(pinned.entry.fileDigest);
    expect(toBase64Url(await sha256(entryBodyBytes({ salt })))).toBe(pinned.entry.callDigest);
    const hangup = { salt, lengthMs: 754_321 };
    expect(toBase64Url(await sha256(entryBodyBytes(hangup)))).toBe(pinned.entry.hangupDigest);
    const name = { salt, name: RoomName.parse('Garten 世界') };
    expect(toBase64Url(await sha256(entryBodyBytes(name)))).toBe(pinned.entry.nameDigest);
    const bytes = entrySignatureBytes(entry);
    expect(hex(bytes)).toBe(pinned.entry.bytes);
    const key = fromBase64Url(entry.author) ?? new Uint8Array();
    expect(await verifyEd25519(key, fromBase64Url(entry.sig) ?? new Uint8Array(), bytes)).toBe(true);
  });

  it('agree with a list of computers and a part of a transfer', async () => {
    const { name, askedAt, issuedAt, leftAt, consent, sig, leaveSig } = pinned.computers;
    const { boxKey, eph, parts, askSig, welcomeSig, part } = pinned.computers;
    const [person, device] = [pinned.hello.loDevice, pinned.hello.hiDevice];
    const raw = (text: string) => fromBase64Url(text) ?? new Uint8Array();
    const holds = (by: string, signature: string, bytes: Parameters<typeof verifyEd25519>[2]) =>
      verifyEd25519(raw(by), raw(signature), bytes);
    const computer = Computer.parse({ device, name, askedAt, consent });
    const list = ComputerList.parse({ person, issuedAt, computers: [computer], sig });
    const ask = { ...computer, boxKey };
    expect(
      await Promise.all([
        holds(device, consent, consentBytes(person, computer)),
        holds(person, sig, computersBytes(list)),
        holds(device, leaveSig, leaveBytes({ ...computer, leftAt })),
        holds(device, askSig, askBytes(person, ask)),
        holds(person, welcomeSig, welcomeBytes(ask, { eph, parts })),
      ]),
    ).toEqual([true, true, true, true, true]);
    const seed = unhex(pinned.given.hiEphemeralSeed);
    const pkcs8 = new Uint8Array([...unhex('302e020100300506032b656e04220420'), ...seed]);
    const own = await crypto.subtle.importKey('pkcs8', pkcs8, 'X25519', false, ['deriveBits']);
    const box = await transferBox({ own, other: eph, boxKey, eph, parts }, { person, device });
    expect(await box?.open(1, part)).toBe('[]');
    const { ownerPub: meetingOwner } = await computerRoomKeys({ secret });
    expect(toBase64Url(meetingOwner)).toBe(pinned.computers.meetingOwner);
  });
});
