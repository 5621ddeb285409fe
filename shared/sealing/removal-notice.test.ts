import { describe, expect, it } from 'vitest';
import { unwrap } from '../base/outcome.ts';
import { type RoomRules, risingDevices } from '../model/rules.ts';
import { DeviceId } from '../protocol/index.ts';
import { fromBase64Url, toBase64Url } from './agreements.ts';
import { boxKindOf, openHello } from './hello.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';
import { openRemovalNotice, sealRemovalNotice } from './removal-notice.ts';
import { signRules } from './rules.ts';
import { testDevice, testRoom } from './testing/test-pairs.ts';

const newDevice = () => DeviceId.parse(toBase64Url(randomBytes(32)));
const REFUSED = { ok: false, code: 'handshake-failed' };

/** A room, a device that was removed from it with its hello, and as many others on the lists. */
async function setUp(others = 0) {
  const keys = await testRoom();
  const device = await testDevice();
  const own = await device.hello(keys);
  const hello = unwrap(await openHello(keys, own.box));
  const { privateKey } = await ed25519FromSeed(randomBytes(32));
  const record: RoomRules = await signRules(privateKey, {
    ...{ roomId: keys.roomId, by: null, grant: null, seq: 2, locked: true, owners: [newDevice()], moderators: [] },
    admitted: risingDevices(Array.from({ length: others }, newDevice)),
    removed: [device.dev],
  });
  return { keys, device, own, hello, notice: { records: [record] } };
}

describe('a notice of removal (C9)', () => {
  it('is opened by the device whose hello it answers, and by nobody else who has the room’s keys', async () => {
    const { keys, device, own, hello, notice } = await setUp();
    const box = await sealRemovalNotice(keys, hello, notice);
    expect(boxKindOf(box)).toBe('notice');
    expect(await openRemovalNotice(keys, own, box)).toEqual({ ok: true, value: notice });
    for (const other of [await device.hello(keys), await (await testDevice()).hello(keys)])
      expect(await openRemovalNotice(keys, other, box)).toMatchObject(REFUSED);
    expect(await openRemovalNotice(await testRoom(), own, box)).toMatchObject(REFUSED);
  });

  it('is never the same twice, though it says the same', async () => {
    const { keys, hello, notice } = await setUp();
    const [first, second] = [
      await sealRemovalNotice(keys, hello, notice),
      await sealRemovalNotice(keys, hello, notice),
    ];
    expect(first).toHaveLength(second.length);
    expect(first.slice(8, 50)).not.toBe(second.slice(8, 50));
  });

  it('is refused with any byte changed, and cut anywhere', async () => {
    const { keys, own, hello, notice } = await setUp();
    const bytes = fromBase64Url(await sealRemovalNotice(keys, hello, notice)) ?? new Uint8Array();
    const taken: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const [changed, cut] = [bytes.slice(), bytes.slice(0, at)];
      changed[at] = (changed[at] as number) ^ 1;
      for (const box of [changed, cut]) if ((await openRemovalNotice(keys, own, toBase64Url(box))).ok) taken.push(at);
    }
    expect(taken).toEqual([]);
  });

  it('is no notice where it holds something else', async () => {
    const { keys, own, hello } = await setUp();
    const box = await sealRemovalNotice(keys, hello, { records: [] });
    expect(await openRemovalNotice(keys, own, box)).toMatchObject({ ok: false, code: 'bad-request' });
  });

  it('holds a record of 400 devices; a longer one that does not fit is not sealed', async () => {
    const many = await setUp(400);
    const box = await sealRemovalNotice(many.keys, many.hello, many.notice);
    expect(await openRemovalNotice(many.keys, many.own, box)).toEqual({ ok: true, value: many.notice });
    const tooMany = await setUp(512);
    await expect(sealRemovalNotice(tooMany.keys, tooMany.hello, tooMany.notice)).rejects.toThrow(RangeError);
  });
});
