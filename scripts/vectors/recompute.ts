/**
 * Computes the protocol's test vectors a second time, with Node's own synchronous crypto and nothing of Parley:
 * what `shared/sealing` gives must be the same. `node scripts/vectors/recompute.ts` prints them; a test compares.
 */
import {
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  pbkdf2Sync,
  sign,
} from 'node:crypto';

const hex = (text: string) => Buffer.from(text, 'hex');
const ascii = (text: string) => Buffer.from(text, 'utf8');
const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const u16 = (value: number) => hex(value.toString(16).padStart(4, '0'));
const u32 = (value: number) => hex(value.toString(16).padStart(8, '0'));
const u64 = (value: number) => hex(value.toString(16).padStart(16, '0'));

/** RFC 5869, written out. */
function hkdf(secret: Buffer, salt: Buffer, info: Buffer, size: number): Buffer {
  const prk = createHmac('sha256', salt).update(secret).digest();
  let block = Buffer.alloc(0);
  let out = Buffer.alloc(0);
  for (let i = 1; out.length < size; i++) {
    block = createHmac('sha256', prk)
      .update(Buffer.concat([block, info, Buffer.from([i])]))
      .digest();
    out = Buffer.concat([out, block]);
  }
  return out.subarray(0, size);
}

const privateKey = (curve: 'ed25519' | 'x25519', seed: Buffer) =>
  createPrivateKey({
    key: Buffer.concat([hex(`302e020100300506032b65${curve === 'ed25519' ? '70' : '6e'}04220420`), seed]),
    format: 'der',
    type: 'pkcs8',
  });
const publicOf = (key: ReturnType<typeof privateKey>) =>
  Buffer.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
const x25519Public = (raw: Buffer) =>
  createPublicKey({ key: Buffer.concat([hex('302a300506032b656e032100'), raw]), format: 'der', type: 'spki' });

/**
 * The key schedule under any label, so that it can be held against vectors published for another one: those have no
 * `ownerPub` in the room id.
 */
export function schedule(labelOf: string, secret: Buffer, passphrase: string | null, ownerPub = Buffer.alloc(0)) {
  const salt = sha256(ascii(labelOf));
  let root = hkdf(secret, salt, ascii(`${labelOf} root`), 32);
  if (passphrase !== null) {
    const pwSalt = hkdf(root, salt, ascii(`${labelOf} pw-salt`), 16);
    const stretched = pbkdf2Sync(passphrase.normalize('NFKC'), pwSalt, 600_000, 32, 'sha256');
    root = hkdf(root, stretched, ascii(`${labelOf} root+pw`), 32);
  }
  const auth = privateKey('ed25519', hkdf(root, salt, ascii(`${labelOf} server-auth`), 32));
  const authPub = publicOf(auth);
  const roomId = sha256(ascii(`${labelOf} room-id`), authPub, ownerPub).subarray(0, 16);
  const join = Buffer.concat([ascii(`${labelOf} join`), sha256(ascii('example.org')), Buffer.alloc(32), roomId]);
  return {
    root: root.toString('hex'),
    authPub: authPub.toString('hex'),
    roomId: roomId.toString('base64url'),
    helloKey: hkdf(root, salt, ascii(`${labelOf} hello`), 32).toString('hex'),
    psk: hkdf(root, salt, ascii(`${labelOf} pair-psk`), 32).toString('hex'),
    joinSig: sign(null, join, auth).toString('hex'),
  };
}

const counting = (from: number, size: number) => Buffer.from(Array.from({ length: size }, (_, i) => (from + i) & 0xff));
const LABEL = 'parley/1';

/** A hello of a device whose keys count up from `from`: plaintext and the box under a fixed nonce. */
function hello(room: ReturnType<typeof schedule>, from: number) {
  const roomId = Buffer.from(room.roomId, 'base64url');
  const device = privateKey('ed25519', counting(from, 32));
  const ephemeral = privateKey('x25519', counting(from + 1, 32));
  const sess = counting(from + 2, 16);
  const fp = counting(from + 3, 32);
  const fields = Buffer.concat([publicOf(ephemeral), fp, u64(1_700_000_000_000 + from), u16(0), Buffer.alloc(16)]);
  const signed = Buffer.concat([ascii(`${LABEL} hello-sig`), roomId, u32(0), sess, publicOf(device), fields]);
  const plaintext = Buffer.concat([sess, publicOf(device), fields, sign(null, signed, device)]);
  const nonce = counting(from + 4, 12);
  const cipher = createCipheriv('aes-256-gcm', hex(room.helloKey), nonce);
  cipher.setAAD(Buffer.concat([ascii(`${LABEL} hello`), roomId, u32(0)]));
  const padded = Buffer.concat([u16(plaintext.length), plaintext, Buffer.alloc(254 - plaintext.length)]);
  const sealed = Buffer.concat([cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
  const box = Buffer.concat([Buffer.from([1]), u32(0), nonce, sealed]).toString('base64url');
  return { roomId, device, ephemeral, sess, plaintext, box };
}

/** A list with the computer of `hi` on it, signed by the person `lo`, and the first part of a transfer from the one to the other. */
function computers(secret: Buffer, lo: ReturnType<typeof hello>, hi: ReturnType<typeof hello>) {
  const [person, device] = [publicOf(lo.device), publicOf(hi.device)];
  const [eph, boxKey] = [publicOf(lo.ephemeral), publicOf(hi.ephemeral)];
  const [askedAt, issuedAt, leftAt, parts] = [1_700_000_000_700, 1_700_000_000_800, 1_700_000_000_900, 2];
  const name = ascii('Zoë’s laptop');
  const named = [u64(askedAt), u32(name.length), name];
  const consent = sign(null, Buffer.concat([ascii(`${LABEL} computer`), person, device, ...named]), hi.device);
  const list = Buffer.concat([ascii(`${LABEL} computers`), person, u64(issuedAt), u32(1), device, ...named, consent]);
  const leave = Buffer.concat([ascii(`${LABEL} computer-leave`), device, u64(leftAt)]);
  const ask = Buffer.concat([ascii(`${LABEL} computer-ask`), person, device, boxKey]);
  const welcome = Buffer.concat([ascii(`${LABEL} computer-welcome`), device, boxKey, eph, u32(parts)]);
  const shared = diffieHellman({ privateKey: lo.ephemeral, publicKey: x25519Public(boxKey) });
  const info = Buffer.concat([ascii(`${LABEL} transfer`), person, device]);
  const key = hkdf(shared, Buffer.concat([boxKey, eph]), info, 32);
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([Buffer.alloc(4), u64(1)]));
  cipher.setAAD(Buffer.concat([ascii(`${LABEL} part`), u32(1), u32(parts)]));
  const part = Buffer.concat([cipher.update(ascii('[]')), cipher.final(), cipher.getAuthTag()]);
  return {
    name: name.toString(),
    askedAt,
    issuedAt,
    leftAt,
    parts,
    consent: consent.toString('base64url'),
    sig: sign(null, list, lo.device).toString('base64url'),
    leaveSig: sign(null, leave, hi.device).toString('base64url'),
    boxKey: boxKey.toString('base64url'),
    eph: eph.toString('base64url'),
    askSig: sign(null, ask, hi.device).toString('base64url'),
    welcomeSig: sign(null, welcome, lo.device).toString('base64url'),
    part: part.toString('base64url'),
    meetingOwner: sha256(ascii(`${LABEL} computer-room`), secret).toString('base64url'),
  };
}

export function vectors() {
  const secret = counting(0, 32);
  const owner = privateKey('ed25519', counting(150, 32));
  const ownerPub = publicOf(owner);
  const room = schedule(LABEL, secret, null, ownerPub);
  const lo = hello(room, 10);
  const hi = hello(room, 100);
  const th = sha256(ascii(`${LABEL} th`), lo.roomId, u32(0), lo.plaintext, hi.plaintext);
  const shared = diffieHellman({ privateKey: lo.ephemeral, publicKey: x25519Public(publicOf(hi.ephemeral)) });
  const okm = hkdf(shared, hex(room.psk), Buffer.concat([ascii(`${LABEL} pair`), th]), 104);
  const confirmed = (role: string, device: typeof lo.device) =>
    sign(null, Buffer.concat([ascii(`${LABEL} confirm`), ascii(role), th]), device).toString('base64url');
  const pairBox = (side: typeof lo, other: typeof lo, role: string, direction: Buffer, username: string) => {
    const message = { type: 'confirm', sig: confirmed(role, side.device), profile: { username, displayName: null } };
    // Below 700 bytes nothing is compressed: encoding 0, then the JSON.
    const json = Buffer.concat([Buffer.from([0]), ascii(JSON.stringify(message))]);
    const counter = u64(1);
    const cipher = createCipheriv('aes-256-gcm', direction, Buffer.concat([Buffer.alloc(4), counter]));
    cipher.setAAD(Buffer.concat([ascii(`${LABEL} pair`), side.roomId, u32(0), side.sess, other.sess, counter]));
    const bucket = json.length + 2 <= 256 ? 256 : 1_024;
    const padded = Buffer.concat([u16(json.length), json, Buffer.alloc(bucket - 2 - json.length)]);
    const sealed = Buffer.concat([cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
    const box = Buffer.concat([Buffer.from([2]), okm.subarray(64, 72), counter, sealed]).toString('base64url');
    return { message, box };
  };
  const loConfirm = pairBox(lo, hi, 'lo', okm.subarray(0, 32), 'ada');
  const hiConfirm = pairBox(hi, lo, 'hi', okm.subarray(32, 64), 'bo');

  const [rLo, rHi] = [counting(200, 32), counting(7, 32)];
  const code = hkdf(okm.subarray(72), Buffer.concat([rLo, rHi]), Buffer.concat([ascii(`${LABEL} sas-code`), th]), 8);
  const digits = (code.readBigUInt64BE() % 100_000_000n).toString().padStart(8, '0');

  const half = (device: Buffer) => {
    let hash: Buffer = Buffer.concat([ascii(`${LABEL} device-code`), device]);
    for (let i = 0; i < 5_200; i++)
      hash = createHash('sha512')
        .update(Buffer.concat([hash, device]))
        .digest();
    return Array.from({ length: 6 }, (_, group) =>
      (hash.readUIntBE(group * 5, 5) % 100_000).toString().padStart(5, '0'),
    ).join('');
  };
  const devices = [publicOf(lo.device), publicOf(hi.device)];
  const deviceCode = (devices.map(half).sort().join('').match(/.{5}/g) ?? []).join(' ');

  const [name, text] = [ascii('Zoë'), ascii('Grüße, 世界')];
  const body = Buffer.concat([ascii(`${LABEL} body`), counting(70, 16), u32(text.length), text]);
  const fileName = Buffer.from('Grüße.txt');
  const folders = [Buffer.from('Garten'), Buffer.from('世界')];
  const fileBody = Buffer.concat([
    ascii(`${LABEL} body`),
    counting(70, 16),
    u32(fileName.length),
    fileName,
    u32(folders.length),
    ...folders.flatMap((folder) => [u32(folder.length), folder]),
    u64(3_000_000_000),
    counting(1, 32),
  ]);
  const callBody = Buffer.concat([ascii(`${LABEL} body`), counting(70, 16)]);
  const hangupBody = Buffer.concat([callBody, u64(754_321)]);
  const roomName = Buffer.from('Garten 世界');
  const nameBody = Buffer.concat([callBody, u32(roomName.length), roomName]);
  const kind = ascii('text');
  const entry = Buffer.concat([
    ascii(`${LABEL} entry`),
    lo.roomId,
    counting(50, 16),
    publicOf(lo.device),
    u64(3),
    u64(9),
    u64(1_700_000_000_123),
    u32(name.length),
    name,
    u32(kind.length),
    kind,
    Buffer.from([1]),
    publicOf(hi.device),
    counting(90, 16),
    sha256(body),
  ]);
  const [listedName, issuedAt] = ['Zoë’s garden', 1_700_000_000_456];
  const roomId = lo.roomId;
  const otherHost = '192.168.1.20:7350';
  const hosts = ['example.org', otherHost].map((host) => sha256(ascii(host)));
  const listing = Buffer.concat([
    ascii(`${LABEL} listing`),
    roomId,
    sha256(ascii(listedName)),
    secret,
    Buffer.from([0]),
    u64(issuedAt),
    ...hosts,
  ]);
  const publish = Buffer.concat([
    ascii(`${LABEL} publish`),
    sha256(ascii('example.org')),
    Buffer.alloc(32),
    roomId,
    ascii(listedName),
  ]);
  const passphrase = 'correct horse battery staple élan';
  return {
    given: {
      secret: secret.toString('hex'),
      passphrase,
      ownerSeed: counting(150, 32).toString('hex'),
      host: 'example.org',
      challenge: Buffer.alloc(32).toString('hex'),
      loDeviceSeed: counting(10, 32).toString('hex'),
      hiDeviceSeed: counting(100, 32).toString('hex'),
      loEphemeralSeed: counting(11, 32).toString('hex'),
      hiEphemeralSeed: counting(101, 32).toString('hex'),
      safetyPartOfLo: rLo.toString('hex'),
      safetyPartOfHi: rHi.toString('hex'),
    },
    room,
    roomWithPassphrase: schedule(LABEL, secret, passphrase, ownerPub),
    hello: {
      lo: lo.box,
      hi: hi.box,
      loPlaintext: lo.plaintext.toString('hex'),
      hiPlaintext: hi.plaintext.toString('hex'),
      loDevice: devices[0]?.toString('base64url'),
      hiDevice: devices[1]?.toString('base64url'),
    },
    pair: {
      transcriptHash: th.toString('hex'),
      tag: okm.subarray(64, 72).toString('base64url'),
      loToHiKey: okm.subarray(0, 32).toString('hex'),
      hiToLoKey: okm.subarray(32, 64).toString('hex'),
      loConfirm: loConfirm.message,
      hiConfirm: hiConfirm.message,
      loBox: loConfirm.box,
      hiBox: hiConfirm.box,
    },
    safetyCode: {
      key: okm.subarray(72).toString('hex'),
      commitment: sha256(ascii(`${LABEL} sas`), th, rLo).toString('base64url'),
      code: `${digits.slice(0, 4)} ${digits.slice(4)}`,
    },
    deviceCode,
    listing: {
      name: listedName,
      needsPassphrase: false,
      issuedAt,
      otherHost,
      hosts: hosts.map((hash) => hash.toString('base64url')),
      ownerPub: ownerPub.toString('base64url'),
      bytes: listing.toString('hex'),
      sig: sign(null, listing, owner).toString('base64url'),
      publishProof: sign(null, publish, owner).toString('base64url'),
    },
    entry: {
      digest: sha256(body).toString('base64url'),
      fileDigest: sha256(fileBody).toString('base64url'),
      callDigest: sha256(callBody).toString('base64url'),
      hangupDigest: sha256(hangupBody).toString('base64url'),
      nameDigest: sha256(nameBody).toString('base64url'),
      bytes: entry.toString('hex'),
      sig: sign(null, entry, lo.device).toString('base64url'),
    },
    computers: computers(secret, lo, hi),
  };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(vectors(), null, 2));
