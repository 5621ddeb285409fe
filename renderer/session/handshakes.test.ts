import { ServerHost } from '@parley/shared/model';
import { accept, ParticipantId, toBase64Url, unwrap } from '@parley/shared/protocol';
import { createInvite, deriveRoomKeys, makeHello } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { OPEN_GATE } from './handshake-ports.ts';
import { Handshakes } from './handshakes.ts';
import { peerIdOf } from './known-peer.ts';
import { FakeCore } from './testing/fake-room.ts';

const seat = (fill: number) => ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(fill)));

/** One device with its handshakes, and hellos of as many others as a test wants. */
async function setUp(peersMax: number) {
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
  const handshakes = new Handshakes({
    keys,
    own: await hello(),
    freshHello: hello,
    clock: fakeClock(),
    handshakeTimeoutMs: 10_000,
    peersMax,
    send: async () => accept({ handedTo: 1 }),
    signConfirm: async () => {
      signatures += 1;
      return toBase64Url(new Uint8Array(64));
    },
    computers: () => null,
    isBlocked: () => false,
    gate: OPEN_GATE,
    profile: () => ({ username: 'ana', displayName: null }),
    log: noLog,
  });
  const hear = async (from: ParticipantId, box: string) => {
    handshakes.handleBox(from, true, box);
    await handshakes.idle();
    await settled();
  };
  return { handshakes, hello, hear, signatures: () => signatures };
}

describe('handshakes', () => {
  it('answers two hellos of one seat that nobody confirms, and those of other seats', async () => {
    const { handshakes, hello, hear, signatures } = await setUp(1_000);
    for (let i = 0; i < 10; i++) await hear(seat(1), (await hello()).box);
    expect([signatures(), handshakes.dropped.flood]).toEqual([2, 8]);
    await hear(seat(2), (await hello()).box);
    expect(signatures()).toBe(3);
  });

  it('meets nobody new rather than forget a peer, whose keys would be derived again', async () => {
    const { handshakes, hello, hear, signatures } = await setUp(3);
    const first = await hello();
    await hear(seat(1), first.box);
    handshakes.end(peerIdOf(first));
    for (let i = 2; i < 6; i++) await hear(seat(i), (await hello()).box);
    expect([signatures(), handshakes.dropped.flood]).toEqual([3, 2]);
    await hear(seat(9), first.box);
    expect(handshakes.get(peerIdOf(first))).toBeUndefined();
  });
});
