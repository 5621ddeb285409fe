import { type ClientAck, toBase64Url } from '@parley/shared/protocol';
import { verifyListing } from '@parley/shared/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '#support/redis.ts';
import { Client, PUBLIC_HOST, startTestServer, type TestServer, until } from './harness.ts';
import { makeRoom, Owner } from './owner.ts';

const list = async (client: Client, more: object = {}): Promise<ClientAck<'room:list'>> => {
  const outcome = await client.call('room:list', { limit: 50, ...more });
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.value;
};
const names = async (client: Client, more: object = {}) => (await list(client, more)).items.map(({ name }) => name);
const MANY = { JOINS_PER_MINUTE: '0', CALLS_PER_SECOND: '1000' };

describe('listed rooms on one server (S1)', () => {
  const enterNew = async (server: TestServer, passphrase: string | null = null): Promise<Owner> => {
    const owner = new Owner(new Client(server), await makeRoom(passphrase));
    await owner.enter();
    return owner;
  };

  it('are found by anyone, with all that is needed to come in', async () => {
    const server = await startTestServer(MANY);
    const owner = await enterNew(server);
    expect(await owner.publish('Garden')).toEqual({ ok: true, value: {} });
    const page = await list(new Client(server));
    expect(page).toMatchObject({ total_count: 1, returned_count: 1, has_more: false });
    expect(page.items[0]).toEqual({
      roomId: owner.room.roomId,
      name: 'Garden',
      secret: toBase64Url(owner.room.invite.secret),
      authPub: toBase64Url(owner.room.keys.authPub),
      ownerPub: toBase64Url(owner.room.invite.ownerPub),
      needsPassphrase: false,
      hosts: [expect.any(String) as string],
      issuedAt: 1,
      sig: expect.any(String) as string,
      participants: 1,
    });
    // A reader checks for themselves that the owner said so.
    const [shown] = page.items;
    expect(shown && (await verifyListing(shown, [PUBLIC_HOST]))).toBe(true);
    expect(shown && (await verifyListing({ ...shown, name: 'Another name' }, [PUBLIC_HOST]))).toBe(false);
  });

  it('are signed for the names that the server tells, and taken under any of them', async () => {
    const names = ['parley.test', 'calls.example.org:8443'];
    const server = await startTestServer({ ...MANY, PUBLIC_HOSTS: names.join() });
    const about = await fetch(`${server.url}/about`, { headers: { 'x-forwarded-for': '198.51.100.7' } });
    expect(await about.json()).toMatchObject({ hosts: names });
    const owner = await enterNew(server);
    const listing = await owner.listing('Garden', 1, ['calls.example.org:8443']);
    expect(await owner.publish('Garden', listing)).toEqual({ ok: true, value: {} });
    const both = await owner.listing('Garden', 2, names);
    expect(await owner.publish('Garden', both)).toEqual({ ok: true, value: {} });
    const [shown] = (await list(new Client(server))).items;
    for (const name of names) expect(shown && (await verifyListing(shown, [name])), name).toBe(true);
    expect(shown && (await verifyListing(shown, ['other.example']))).toBe(false);
  });

  it('have a passphrase marker, and then the secret alone does not say which room it is', async () => {
    const server = await startTestServer(MANY);
    const owner = await enterNew(server, 'five random words in a row');
    expect((await owner.publish('Quiet')).ok).toBe(true);
    expect((await list(owner.client)).items[0]).toMatchObject({ name: 'Quiet', needsPassphrase: true });
  });

  it('have names that are unique, whatever their case and form (V3)', async () => {
    const server = await startTestServer(MANY);
    const [first, second] = [await enterNew(server), await enterNew(server)];
    expect((await first.publish('Café Garden')).ok).toBe(true);
    for (const name of ['café garden', 'CAFÉ GARDEN', 'Cafe\u0301 Garden', 'Ｃafé Garden']) {
      const taken = await second.publish(name, {}, name.normalize('NFC'));
      expect(taken, name).toMatchObject({ ok: false, code: 'room-name-taken', path: 'name' });
    }
    expect((await second.publish('Cafe Garden')).ok).toBe(true);
  });

  it('are renamed and taken off by their owner, and the old name is free again', async () => {
    const server = await startTestServer(MANY);
    const [owner, other] = [await enterNew(server), await enterNew(server)];
    await owner.publish('Before');
    expect((await owner.rename('After')).ok).toBe(true);
    expect(await names(other.client)).toEqual(['After']);
    expect((await other.publish('Before')).ok).toBe(true);
    expect(await owner.rename('before')).toMatchObject({ ok: false, code: 'room-name-taken' });
    expect((await owner.withdraw()).ok).toBe(true);
    expect(await owner.withdraw()).toMatchObject({ ok: false, code: 'room-not-listed' });
    expect(await names(other.client)).toEqual(['Before']);
  });

  it('cannot be listed, renamed or taken off by anyone else', async () => {
    const server = await startTestServer(MANY);
    const owner = await enterNew(server);
    const stranger = await enterNew(server);
    const guest = new Owner(new Client(server), { ...owner.room, ownerKey: stranger.room.ownerKey });
    await guest.enter();
    expect(await guest.publish('Mine now')).toMatchObject({ ok: false, code: 'owner-proof-invalid' });
    await owner.publish('Ours');
    const other = toBase64Url(stranger.room.invite.ownerPub);
    expect(await guest.publish('Ours', { ownerPub: other })).toMatchObject({ code: 'owner-proof-invalid' });
    expect(await guest.rename('Rude words')).toMatchObject({ code: 'owner-proof-invalid' });
    expect(await guest.withdraw()).toMatchObject({ code: 'owner-proof-invalid' });
    // Under a key of their own the room would be another one.
    const [asMaker] = [new Owner(guest.client, { ...owner.room, ownerKey: stranger.room.ownerKey })];
    const forged = { ...(await asMaker.listing('Mine', 99)), ownerPub: other };
    expect(await guest.publish('Mine', forged)).toMatchObject({ code: 'owner-proof-invalid' });
    // A proof for another name, an entry for another name or an older one, without a seat, another room's secret.
    expect(await owner.publish('Shown', {}, 'Signed')).toMatchObject({ code: 'owner-proof-invalid' });
    expect(await owner.publish('Ours', { sig: forged.sig })).toMatchObject({
      code: 'owner-proof-invalid',
      path: 'sig',
    });
    expect(await owner.rename('Ours', { issuedAt: 1 })).toMatchObject({ code: 'owner-proof-invalid', path: 'sig' });
    expect(await owner.rename('Past', await owner.listing('Past', 0))).toMatchObject({ code: 'listing-outdated' });
    // An entry for another server.
    const foreign = await owner.listing('Ours', 98, ['other.example']);
    expect(await owner.publish('Ours', foreign)).toMatchObject({ code: 'owner-proof-invalid', path: 'sig' });
    expect(await owner.rename('Ours', foreign)).toMatchObject({ code: 'owner-proof-invalid', path: 'sig' });
    const { invite } = owner.room;
    const elsewhere = { ...owner.room, invite: { ...invite, secret: stranger.room.invite.secret } };
    expect(await new Owner(owner.client, elsewhere).publish('Ours')).toMatchObject({
      code: 'owner-proof-invalid',
      path: 'secret',
    });
    const outside = new Owner(new Client(server), owner.room);
    expect(await outside.publish('Ours')).toMatchObject({ code: 'not-in-room' });
    expect(await names(owner.client)).toEqual(['Ours']);
  });

  it('come in pages by name, and are searched', async () => {
    const server = await startTestServer({ ...MANY, SOCKETS_PER_ADDRESS: '0' });
    const wanted = ['Alpha', 'beta', 'Gamma', 'delta', 'Épsilon', 'Zeta 7'];
    for (const name of wanted) expect((await (await enterNew(server)).publish(name)).ok).toBe(true);
    const reader = new Client(server);
    const first = await list(reader, { limit: 4 });
    expect(first).toMatchObject({ total_count: 6, returned_count: 4, has_more: true });
    const second = await list(reader, { limit: 4, after: first.cursor });
    expect(second).toMatchObject({ total_count: 6, returned_count: 2, has_more: false });
    expect(second.cursor).toBe(undefined);
    const all = [...first.items, ...second.items].map(({ name }) => name);
    expect(all).toEqual(['Alpha', 'beta', 'delta', 'Gamma', 'Zeta 7', 'Épsilon']);
    expect(await names(reader, { search: 'ETA' })).toEqual(['beta', 'Zeta 7']);
    expect(await names(reader, { search: 'nobody' })).toEqual([]);
  });

  it('fill the list up to its limit and no further', async () => {
    const server = await startTestServer({ ...MANY, LISTED_MAX: '1' });
    const [first, second] = [await enterNew(server), await enterNew(server)];
    await first.publish('One');
    expect(await second.publish('Two')).toMatchObject({ ok: false, code: 'list-full' });
    expect((await first.publish('One again')).ok).toBe(true);
  });

  it('are only so many of one address, and a page of them counts as four calls (R3, R6)', async () => {
    const server = await startTestServer({ LISTED_PER_ADDRESS: '1', CALLS_PER_SECOND: '1' });
    const [first, second] = [await enterNew(server), await enterNew(server)];
    await first.publish('One');
    expect(await second.publish('Two')).toMatchObject({
      ok: false,
      code: 'too-many-listed',
      message: expect.stringContaining('one address') as string,
    });
    const reader = new Client(server);
    const pages = await Promise.all(Array.from({ length: 12 }, () => reader.call('room:list', { limit: 50 })));
    expect(pages.map(({ ok }) => ok).slice(0, 9)).toEqual([...Array<boolean>(8).fill(true), false]);
  });

  it('belong to the person who made the room, and the admin can take them off (S1, S8)', async () => {
    const token = 'an-admin-token-with-more-than-32-characters';
    const server = await startTestServer({ ...MANY, ADMIN_TOKEN: token });
    const owner = await enterNew(server);
    const { room } = owner;
    const other = await makeRoom();
    const member = new Owner(new Client(server), { ...room, ownerKey: other.ownerKey });
    await member.enter();
    expect(await member.publish('Mine', { ownerPub: toBase64Url(other.invite.ownerPub) })).toMatchObject({
      code: 'owner-proof-invalid',
      message: 'Only the person who made this room can list it or change its entry.',
    });
    expect((await owner.publish('Mine')).ok).toBe(true);
    const remove = (roomId: string, secret = token) =>
      fetch(`${server.url}/admin/api/listed-rooms/${roomId}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${secret}` },
      });
    expect((await remove(room.roomId, `${token}x`)).status).toBe(401);
    expect((await remove('no-room')).status).toBe(400);
    expect(await names(owner.client)).toEqual(['Mine']);
    const look = async (query = '', secret = token) => {
      const headers = { authorization: `Bearer ${secret}` };
      const answer = await fetch(`${server.url}/admin/api/listed-rooms${query}`, { headers });
      return [answer.status, await answer.json()] as const;
    };
    const mine = { room_id: room.roomId, name: 'Mine', participants: 2, needs_passphrase: false };
    // Nothing in it lets the admin in.
    expect(await look()).toEqual([200, { listed_rooms: [mine], total_count: 1 }]);
    expect(await look('?search=MI')).toEqual([200, { listed_rooms: [mine], total_count: 1 }]);
    expect(await look('?search=yours')).toEqual([200, { listed_rooms: [], total_count: 0 }]);
    expect((await look(`?search=${'x'.repeat(101)}`))[0]).toBe(400);
    expect((await look('', `${token}x`))[0]).toBe(401);
    const removed = await remove(room.roomId);
    expect([removed.status, await removed.json()]).toMatchObject([200, { ok: true }]);
    const again = await remove(room.roomId);
    expect([again.status, await again.json()]).toMatchObject([404, { code: 'room-not-listed' }]);
    expect((await owner.publish('Ours')).ok).toBe(true);
    const audit = server.lines.filter((line) => line.includes('taken off the list by the admin'));
    expect(audit).toHaveLength(1);
    expect(JSON.parse(audit[0] ?? '')).toMatchObject({ audit: true, room: expect.any(String) as string });
    expect(server.lines.join('\n')).not.toContain(room.roomId);
  });

  it('count as attempts to make a room (R3)', async () => {
    const server = await startTestServer({ JOINS_PER_MINUTE: '2' });
    const owner = await enterNew(server);
    await owner.publish('One');
    expect(await owner.publish('Two')).toMatchObject({ ok: false, code: 'rate-limited' });
  });
});

describe('listed rooms on two nodes (S1, S13)', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it('are one list: seen, unique and counted on both, also by a node that starts later', async () => {
    const env = { ...MANY, REDIS_URL: redis.url };
    const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
    if (!one || !two) throw new Error('no servers');
    const ada = new Owner(new Client(one), await makeRoom());
    const ben = new Owner(new Client(two), await makeRoom());
    await ada.enter();
    await ben.enter();
    await ada.publish('Garden');
    await until(async () => (await names(ben.client)).length === 1, 'seen at the other node');
    expect((await list(ben.client)).items[0]?.participants).toBe(1);
    expect(await ben.publish('GARDEN')).toMatchObject({ ok: false, code: 'room-name-taken' });
    expect((await ben.publish('Kitchen')).ok).toBe(true);
    const three = await startTestServer(env);
    const late = new Client(three);
    await until(async () => (await names(late)).length === 2, 'known to the node that came later');
    await ada.withdraw();
    await until(async () => (await names(late)).join() === 'Kitchen', 'gone everywhere');
    const same = await Promise.all([ada.publish('Same'), ben.publish('Same')]);
    expect(same.filter(({ ok }) => ok)).toHaveLength(1);
  });
});
