import { ServerHost } from '@parley/shared/model';
import { accept, ParticipantId, toBase64Url, unwrap } from '@parley/shared/protocol';
import { createInvite, deriveRoomKeys, makeHello } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { Introductions, stayOf } from './introductions.ts';
import { FakeCore } from './testing/fake-room.ts';

const seat = (fill: number) => ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(fill)));

/** One device that is introduced, and hellos of as many others as a test wants. */
async function setUp(staysMax: number) {
  const { invite } = await createInvite(ServerHost.parse('example.org'));
  const keys = await deriveRoomKeys(invite.secret, null, invite.ownerPub);
  const hello = async () => {
    const bridge = (await FakeCore.create('someone')).bridge();
    return makeHello(keys, {
      fp: new Uint8Array(32),
      ts: 1,
      sign: async (fields) => unwrap(await bridge.call('identity.sign-hello', fields)),
    });
  };
  let signatures = 0;
  const introductions = new Introductions({
    keys,
    own: await hello(),
    clock: fakeClock(),
    handshakeTimeoutMs: 10_000,
    staysMax,
    send: async () => accept({ handedTo: 1 }),
    signConfirm: async () => {
      signatures += 1;
      return toBase64Url(new Uint8Array(64));
    },
    profile: () => ({ username: 'ana', displayName: null }),
  });
  const hear = async (from: ParticipantId, box: string) => {
    introductions.handleBox(from, true, box);
    await introductions.idle();
    await settled();
  };
  return { introductions, hello, hear, signatures: () => signatures };
}

describe('introductions', () => {
  it('answers two hellos of one seat that nobody confirms, and those of other seats', async () => {
    const { introductions, hello, hear, signatures } = await setUp(1_000);
    for (let i = 0; i < 10; i++) await hear(seat(1), (await hello()).box);
    expect([signatures(), introductions.dropped.flood]).toEqual([2, 8]);
    await hear(seat(2), (await hello()).box);
    expect(signatures()).toBe(3);
  });

  it('meets nobody new rather than forget a stay, whose keys would be derived again', async () => {
    const { introductions, hello, hear, signatures } = await setUp(3);
    const first = await hello();
    await hear(seat(1), first.box);
    introductions.end(stayOf(first));
    for (let i = 2; i < 6; i++) await hear(seat(i), (await hello()).box);
    expect([signatures(), introductions.dropped.flood]).toEqual([3, 2]);
    await hear(seat(9), first.box);
    expect(introductions.get(stayOf(first))).toBeUndefined();
  });
});
