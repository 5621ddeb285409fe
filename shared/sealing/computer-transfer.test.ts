import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../base/bytes.ts';
import { transferBox, transferKey } from './computer-transfer.ts';
import { randomBytes } from './primitives.ts';

const ends = { person: toBase64Url(randomBytes(32)), device: toBase64Url(randomBytes(32)) };

/** Both sides of a transfer of `parts`. */
async function pair(parts = 2, theirs = ends) {
  const [giver, getter] = await Promise.all([transferKey(), transferKey()]);
  const shared = { boxKey: getter.publicKey, eph: giver.publicKey, parts };
  const giving = await transferBox({ ...shared, own: giver.privateKey, other: getter.publicKey }, ends);
  const getting = await transferBox({ ...shared, own: getter.privateKey, other: giver.publicKey }, theirs);
  if (!giving || !getting) throw new Error('no box');
  return { giving, getting, giver, getter };
}

describe('the parts that a new computer gets (H9)', () => {
  it('open for the device that asked, each in its place', async () => {
    const { giving, getting } = await pair();
    for (const [index, text] of ['[{"kind":"room"}]', `ümläut ${'漢'.repeat(5_000)}`].entries())
      expect(await getting.open(index, await giving.seal(index, text))).toBe(text);
  });

  it('open in no other place, with no changed byte, and for nobody else', async () => {
    const { giving, getting } = await pair();
    const part = await giving.seal(0, 'secret');
    expect(await getting.open(1, part)).toBeUndefined();
    expect(await getting.open(0, `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`)).toBeUndefined();
    expect(await getting.open(0, part.slice(0, -4))).toBeUndefined();
    expect(await getting.open(0, 'not sealed')).toBeUndefined();
    expect(await (await pair()).getting.open(0, part)).toBeUndefined();
    const cut = await pair(1);
    const shorter = await transferBox(
      {
        own: cut.getter.privateKey,
        other: cut.giver.publicKey,
        boxKey: cut.getter.publicKey,
        eph: cut.giver.publicKey,
        parts: 3,
      },
      ends,
    );
    expect(await shorter?.open(0, await cut.giving.seal(0, 'secret'))).toBeUndefined();
    const other = await pair(2, { ...ends, device: toBase64Url(randomBytes(32)) });
    expect(await other.getting.open(0, await other.giving.seal(0, 'secret'))).toBeUndefined();
  });

  it('takes no key that forces the shared secret', async () => {
    const { privateKey, publicKey } = await transferKey();
    const zero = toBase64Url(new Uint8Array(32));
    expect(
      await transferBox({ own: privateKey, other: zero, boxKey: publicKey, eph: zero, parts: 1 }, ends),
    ).toBeUndefined();
  });
});
