import { describe, expect, it } from 'vitest';
import { Client, newSignalId, RoomKey, someBox, startTestServer, until } from './harness.ts';
import { fightForASeat } from './moved-seat.ts';

describe('signals (S3)', () => {
  it('reach the one they are for, untouched and stamped, and nobody else', async () => {
    const server = await startTestServer();
    const [ana, ben, eve] = [new Client(server), new Client(server), new Client(server)];
    const key = new RoomKey();
    const from = (await ana.join(key)).participantId;
    const to = (await ben.join(key)).participantId;
    await eve.join(key);
    const box = someBox();
    const id = newSignalId();
    // A claimed sender is not read.
    const forged = { roomId: key.roomId, to, id, box, from: to };
    expect(await ana.raw('signal:send', forged)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(await ben.hear('signal:received')).toEqual({ roomId: key.roomId, from, id, toAll: false, box });
    await eve.challenge();
    expect(eve.heard.map(({ event }) => event)).not.toContain('signal:received');
  });

  it("for '*' reach all others of that room only", async () => {
    const server = await startTestServer();
    const clients = [new Client(server), new Client(server), new Client(server), new Client(server)] as const;
    const [ana, ben, cem, elsewhere] = clients;
    const key = new RoomKey();
    for (const client of [ana, ben, cem]) await client.join(key);
    await elsewhere.join(new RoomKey());
    const sent = await ana.call('signal:send', { roomId: key.roomId, to: '*', id: newSignalId(), box: someBox() });
    expect(sent).toEqual({ ok: true, value: { handedTo: 2 } });
    expect((await ben.hear('signal:received')).toAll).toBe(true);
    await cem.hear('signal:received');
    for (const client of [ana, elsewhere]) {
      await client.challenge();
      expect(client.heard.map(({ event }) => event)).not.toContain('signal:received');
    }
  });

  it('are refused in a room the sender is not in, and in the largest size relayed', async () => {
    const server = await startTestServer();
    const [ana, ben, eve] = [new Client(server), new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    const to = (await ben.join(key)).participantId;
    await eve.join(new RoomKey());
    const send = (client: Client, box: string) =>
      client.call('signal:send', { roomId: key.roomId, to, id: newSignalId(), box });
    expect(await send(eve, someBox())).toMatchObject({ code: 'not-in-room' });
    expect(await send(ana, someBox(16_384))).toMatchObject({ ok: true });
    expect((await ben.hear('signal:received')).box).toHaveLength(21_846);
    expect(await send(ana, someBox(16_386))).toMatchObject({ code: 'bad-request', path: 'box' });
  });

  it('sent twice arrive once', async () => {
    const server = await startTestServer();
    const [ana, ben] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    const to = (await ben.join(key)).participantId;
    const signal = { roomId: key.roomId, to, id: newSignalId(), box: someBox() };
    expect(await ana.call('signal:send', signal)).toEqual(await ana.call('signal:send', signal));
    await ben.challenge();
    expect(ben.heard.filter(({ event }) => event === 'signal:received')).toHaveLength(1);
  });
});

describe('seats (S2)', () => {
  it('are counted, told of, and given up (S1)', async () => {
    const server = await startTestServer();
    const [ana, ben] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    const first = await ana.join(key);
    const second = await ben.join(key);
    expect(second.participants).toEqual([{ participantId: first.participantId, away: false }]);
    expect(await ana.hear('participant:joined')).toEqual({ roomId: key.roomId, participantId: second.participantId });
    expect(await server.health()).toMatchObject({ connections: 2, rooms: 1, participants: 2 });
    expect(await ben.call('room:leave', { roomId: key.roomId })).toEqual({ ok: true, value: {} });
    expect((await ana.hear('participant:left')).participantId).toBe(second.participantId);
    await ana.call('room:leave', { roomId: key.roomId });
    expect(await server.health()).toMatchObject({ connections: 2, rooms: 0, participants: 0 });
  });

  it('are limited by the capacity of the room (S1)', async () => {
    const server = await startTestServer({ ROOM_CAPACITY: '2' });
    const key = new RoomKey();
    const first = new Client(server);
    expect((await first.join(key)).capacity).toBe(2);
    await new Client(server).join(key);
    const third = new Client(server);
    expect(await third.tryJoin(key)).toMatchObject({ ok: false, code: 'room-full' });
    await first.call('room:leave', { roomId: key.roomId });
    expect(await third.tryJoin(key)).toMatchObject({ ok: true });
  });

  it('stay the same when the same socket joins again', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const key = new RoomKey();
    const first = await client.join(key);
    expect(await client.join(key)).toMatchObject({ participantId: first.participantId, resumed: true });
    expect(await server.health()).toMatchObject({ participants: 1 });
  });

  it('outlive a dropped socket and are resumed by token: away, back, no leave', async () => {
    const server = await startTestServer();
    const [ana, ben] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    const before = await ben.join(key);
    ben.vanish();
    expect((await ana.hear('participant:away')).participantId).toBe(before.participantId);
    const signal = { roomId: key.roomId, to: before.participantId, id: newSignalId(), box: someBox() };
    expect(await ana.call('signal:send', signal)).toMatchObject({ code: 'participant-gone' });
    const again = new Client(server);
    const after = await again.join(key, { resumeToken: before.resumeToken });
    expect(after).toMatchObject({ participantId: before.participantId, resumed: true });
    expect((await ana.hear('participant:back')).participantId).toBe(before.participantId);
    expect(await ana.call('signal:send', signal)).toMatchObject({ ok: true });
    await again.hear('signal:received');
    expect(ana.heard.map(({ event }) => event)).not.toContain('participant:left');
  });

  it('end after the grace time', async () => {
    const server = await startTestServer({ SEAT_GRACE_MS: '50' });
    const [ana, ben] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    const before = await ben.join(key);
    ben.vanish();
    expect((await ana.hear('participant:left')).participantId).toBe(before.participantId);
    const after = await new Client(server).join(key, { resumeToken: before.resumeToken });
    expect(after.resumed).toBe(false);
    expect(after.participantId).not.toBe(before.participantId);
  });

  it('are taken over from a socket that is still thought alive', async () => {
    const server = await startTestServer({ SEAT_GRACE_MS: '50' });
    const [ana, old, fresh] = [new Client(server), new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    const before = await old.join(key);
    expect(await fresh.join(key, { resumeToken: before.resumeToken })).toMatchObject({
      participantId: before.participantId,
      resumed: true,
    });
    await ana.hear('participant:back');
    old.vanish();
    await until(async () => (await server.health()).connections === 2, 'the old socket was noticed');
    const sent = await ana.call('signal:send', {
      roomId: key.roomId,
      to: before.participantId,
      id: newSignalId(),
      box: someBox(),
    });
    expect(sent).toMatchObject({ ok: true });
    await fresh.hear('signal:received');
    expect(ana.heard.map(({ event }) => event)).not.toContain('participant:away');
  });

  it('belong to one socket at a time: who had one is told, and nobody fights for it for ever', async () => {
    const server = await startTestServer();
    await fightForASeat([server, server]);
  });

  it('are given anew to who comes back without the token; the old one ends after the grace time', async () => {
    const server = await startTestServer({ SEAT_GRACE_MS: '200' });
    const [ana, killed] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    const before = await killed.join(key);
    killed.vanish();
    const after = await new Client(server).join(key);
    expect(after).toMatchObject({ resumed: false });
    expect(after.participants).toHaveLength(2);
    expect((await ana.hear('participant:left')).participantId).toBe(before.participantId);
    expect(await server.health()).toMatchObject({ participants: 2 });
  });

  it('keep their kinds of stream for counts, and end them with the seat', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    const key = new RoomKey();
    const notice = (kind: 'camera' | 'screen') => ({ roomId: key.roomId, kind });
    expect(await client.call('stream:start', notice('camera'))).toMatchObject({ code: 'not-in-room' });
    await client.join(key);
    await client.call('stream:start', notice('camera'));
    await client.call('stream:start', notice('screen'));
    expect((await server.health()).streams).toBe(2);
    await client.call('stream:stop', notice('camera'));
    await client.call('room:leave', { roomId: key.roomId });
    const { data, streams } = await server.metrics();
    expect(data.active_streams).toBe(0);
    expect(streams).toEqual({ started: 2, ended: 2 });
  });
});

describe('dead and idle sockets', () => {
  it('a silent one is found by heartbeat, its seat ends, nobody is left as a ghost (S4, P4)', async () => {
    const server = await startTestServer({ PING_INTERVAL_MS: '100', PING_TIMEOUT_MS: '100', SEAT_GRACE_MS: '50' });
    const [ana, mute] = [new Client(server), new Client(server)];
    const key = new RoomKey();
    await ana.join(key);
    await mute.join(key);
    // The network is cut: nothing goes out any more and nothing says so.
    const { transport } = mute.socket.io.engine;
    transport.send = () => {};
    await ana.hear('participant:away');
    await ana.hear('participant:left');
    expect(await server.health()).toMatchObject({ connections: 1, participants: 1 });
  });

  it('one that sits in no room is told and closed (P4)', async () => {
    const server = await startTestServer({ IDLE_SOCKET_MS: '200' });
    const idle = new Client(server);
    const busy = new Client(server);
    const key = new RoomKey();
    await busy.join(key);
    expect((await idle.hear('server:closing')).code).toBe('timed-out');
    await until(() => idle.socket.disconnected, 'closed');
    expect(busy.socket.connected).toBe(true);
    await busy.call('room:leave', { roomId: key.roomId });
    expect((await busy.hear('server:closing')).code).toBe('timed-out');
  });
});

describe('draining (S14)', () => {
  it('tells clients to move, is not ready, and lets nobody new in (S5, P7)', async () => {
    const server = await startTestServer({ SHUTDOWN_GRACE_MS: '5000' });
    const client = new Client(server);
    await client.join(new RoomKey());
    server.drain();
    expect(await client.hear('server:drain')).toEqual({ retryAfterMs: 5_000 });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await server.health()).status).toBe('draining');
    expect(await client.tryJoin(new RoomKey())).toMatchObject({ code: 'server-draining' });
    expect((await new Client(server).refused()).data).toMatchObject({ code: 'server-draining' });
    const closing = server.close();
    // Waits for the client to move, not for the whole grace time.
    client.socket.disconnect();
    await closing;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });

  it('closes those who stay, and says why', async () => {
    const server = await startTestServer();
    const client = new Client(server);
    await client.join(new RoomKey());
    await server.close();
    expect((await client.hear('server:closing')).code).toBe('server-draining');
  });
});
