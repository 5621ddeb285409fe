import { ServerHost } from '@parley/shared/model';
import { RoomId, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { patient } from './retry-policy.ts';
import type { SeatOwner } from './seat.ts';
import { createSignalingHub } from './signaling-hub.ts';
import { usualSignalingPolicy } from './signaling-policy.ts';
import { fakeWires } from './testing/fake-wire.ts';

const host = ServerHost.parse('example.org');
const other = ServerHost.parse('example.net');
const roomId = RoomId.parse(toBase64Url(new Uint8Array(16)));
const owner = { joined() {}, changed() {}, signal() {}, hint() {} } as unknown as SeatOwner; // nothing is joined here

function setUp() {
  const clock = fakeClock();
  const net = fakeWires();
  const hub = createSignalingHub({
    openWire: net.open,
    clock,
    random: () => 0,
    randomBytes: (size) => new Uint8Array(size),
    policy: usualSignalingPolicy(patient),
    log: noLog,
  });
  const told: string[] = [];
  hub.onChange((change) => told.push(`${change.host} ${change.connection.at}`));
  return { clock, net, hub, told };
}

describe('signaling hub', () => {
  it('tells the state of each server', () => {
    const { net, hub, told } = setUp();
    expect(hub.stateOf(host)).toEqual({ at: 'offline' });
    hub.clientOf(host).join(roomId, owner);
    net.latest().refuse();
    expect(hub.stateOf(host)).toMatchObject({ at: 'refused', remedy: 'wait', refusal: { code: 'server-unreachable' } });
    expect(hub.stateOf(other)).toEqual({ at: 'offline' });
    expect(told).toEqual([`${host} connecting`, `${host} refused`]);
  });

  it('tries a server again as soon as the right that it refused changed', () => {
    const { net, hub } = setUp();
    hub.clientOf(host).join(roomId, owner);
    net.latest().refuse({ code: 'access-revoked', message: 'No.' });
    hub.rightChanged(other);
    expect(net.wires).toHaveLength(1);
    hub.rightChanged(host);
    expect(net.wires).toHaveLength(2);
  });

  it('has no doubt about a server on this computer when the network changes', () => {
    const { net, hub } = setUp();
    const own = ServerHost.parse('localhost:4000');
    hub.clientOf(own).join(roomId, owner);
    net.latest().greet();
    hub.clientOf(host).join(roomId, owner);
    net.latest().greet();
    hub.networkChanged('lost');
    expect(net.wires.map((wire) => wire.host)).toEqual([own, host, host]);
  });

  it('waits for a busy server, whatever happens to the right', () => {
    const { net, hub } = setUp();
    hub.clientOf(host).join(roomId, owner);
    net.latest().refuse({ code: 'server-busy', message: 'Busy.', retryAfterMs: 10_000 });
    hub.rightChanged(host);
    expect(net.wires).toHaveLength(1);
  });
});
