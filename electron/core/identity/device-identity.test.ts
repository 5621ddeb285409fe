import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, fromBase64Url, HelloFields, toBase64Url } from '@parley/shared/protocol';
import { confirmSignatureBytes, helloSignatureBytes } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newDeviceId, newRoomId, randomId, temporaryFolder, testSecrets } from '../testing/test-kit.ts';
import { openIdentity } from './device-identity.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'device.key');
});
afterEach(() => folder.remove());

/** Checked with Node's own library straight from the key's standard form, not with ours. */
const verifies = (deviceId: string, sig: string, bytes: Bytes): boolean =>
  verify(
    null,
    bytes,
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: deviceId }, format: 'jwk' }),
    fromBase64Url(sig) ?? new Uint8Array(),
  );

describe('the identity of a device', () => {
  it('is made once and stays, wrapped on disk and for this user alone', async () => {
    const first = await openIdentity(file, testSecrets(), false);
    const again = await openIdentity(file, testSecrets(), false);
    expect(again.deviceId).toBe(first.deviceId);
    const stored = readFileSync(file);
    expect(stored.includes(Buffer.from(first.seed))).toBe(false);
    expect(Buffer.from(await testSecrets().unwrap(new Uint8Array(stored)))).toEqual(Buffer.from(first.seed));
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is never replaced when it cannot be unwrapped', async () => {
    writeFileSync(file, 'wrapped by another computer');
    await expect(openIdentity(file, testSecrets(), false)).rejects.toMatchObject({ code: 'secrets-locked' });
    expect(readFileSync(file, 'utf8')).toBe('wrapped by another computer');
  });

  it('is another one after it asked to be somebody’s computer and did not become it', async () => {
    const person = newDeviceId();
    const fields = { name: 'Laptop', askedAt: 1, boxKey: randomId(32) };
    const open = (inUse: boolean) => openIdentity(file, testSecrets(), inUse);
    const first = await open(false);
    expect(first.isPromised).toBe(false);
    first.signAsk(person, fields);
    expect(first.isPromised).toBe(true);
    const second = await open(false);
    expect([second.deviceId === first.deviceId, second.isPromised]).toEqual([false, false]);
    expect((await open(false)).deviceId).toBe(second.deviceId);

    second.signAsk(person, fields);
    second.keep();
    expect(second.isPromised).toBe(false);
    expect((await open(false)).deviceId).toBe(second.deviceId);

    // Taken over, and the computer went off before `keep`: the key is that person's.
    second.signAsk(person, fields);
    expect((await open(true)).deviceId).toBe(second.deviceId);
    expect((await open(false)).deviceId).toBe(second.deviceId);
  });

  it('signs hellos and confirms over the bytes of their typed fields', async () => {
    const identity = await openIdentity(file, testSecrets(), false);
    const fields = HelloFields.parse({
      roomId: newRoomId(),
      epoch: 0,
      sess: randomId(16),
      eph: randomId(32),
      fp: randomId(32),
      ts: 1,
      caps: 0,
      prev: randomId(16),
    });
    const { dev, sig } = identity.signHello(fields);
    expect(dev).toBe(identity.deviceId);
    const bytes = (of: typeof fields) => helloSignatureBytes(of, fromBase64Url(dev) ?? new Uint8Array());
    expect(verifies(dev, sig, bytes(fields))).toBe(true);
    expect(verifies(dev, sig, bytes({ ...fields, ts: 2 }))).toBe(false);

    const hash = new Uint8Array(32).fill(7);
    const confirm = identity.signConfirm('lo', toBase64Url(hash));
    expect(verifies(dev, confirm.sig, confirmSignatureBytes('lo', hash))).toBe(true);
    expect(verifies(dev, confirm.sig, confirmSignatureBytes('hi', hash))).toBe(false);
  });
});
