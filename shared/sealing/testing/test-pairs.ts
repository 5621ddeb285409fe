import { DeviceId } from '../../base/ids.ts';
import { unwrap } from '../../base/outcome.ts';
import { toBase64Url } from '../agreements.ts';
import { confirmSignatureBytes, helloSignatureBytes, makeHello, type OwnHello, openHello } from '../hello.ts';
import { deriveRoomKeys, type RoomKeys } from '../key-schedule.ts';
import { openPairSession, type PairSession } from '../pair-session.ts';
import { ed25519FromSeed, randomBytes } from '../primitives.ts';

/** A device as the core keeps it, for tests: signs typed fields and nothing else. */
export type TestDevice = {
  dev: DeviceId;
  hello(keys: RoomKeys, more?: { epoch?: number; prev?: string }): Promise<OwnHello>;
  confirm(session: PairSession): Promise<string>;
};

export async function testDevice(): Promise<TestDevice> {
  const { privateKey, publicKey } = await ed25519FromSeed(randomBytes(32));
  const dev = DeviceId.parse(toBase64Url(publicKey));
  const sign = async (bytes: Uint8Array<ArrayBuffer>) =>
    toBase64Url(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, bytes)));
  return {
    dev,
    hello: (keys, more = {}) =>
      makeHello(keys, {
        fp: randomBytes(32),
        ts: 1_700_000_000_000,
        sign: async (fields) => ({ dev, sig: await sign(helloSignatureBytes(fields, publicKey)) }),
        ...more,
      }),
    confirm: (session) => sign(confirmSignatureBytes(session.role, session.transcriptHash)),
  };
}

export type TestPair = { keys: RoomKeys; left: PairSession; right: PairSession; a: TestDevice; b: TestDevice };

/** The keys of a fresh room without a passphrase. */
export const testRoom = (): Promise<RoomKeys> => deriveRoomKeys(randomBytes(32), null, randomBytes(32));

/** Two devices whose hellos reached each other; nobody has confirmed. */
export async function testPair(): Promise<TestPair> {
  const keys = await testRoom();
  const [a, b] = await Promise.all([testDevice(), testDevice()]);
  const [helloA, helloB] = await Promise.all([a.hello(keys), b.hello(keys)]);
  const left = unwrap(await openPairSession(keys, helloA, unwrap(await openHello(keys, helloB.box))));
  const right = unwrap(await openPairSession(keys, helloB, unwrap(await openHello(keys, helloA.box))));
  return { keys, left, right, a, b };
}

const profile = { username: 'ada', displayName: null };

/** Two devices that confirmed each other. */
export async function confirmedPair(): Promise<TestPair> {
  const pair = await testPair();
  const { left, right, a, b } = pair;
  unwrap(await right.open(await left.seal({ type: 'confirm', sig: await a.confirm(left), profile })));
  unwrap(await left.open(await right.seal({ type: 'confirm', sig: await b.confirm(right), profile })));
  return pair;
}
