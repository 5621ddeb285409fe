import { RoomName } from '@parley/shared/model';
import { type ListedRoom, refuse, toBase64Url } from '@parley/shared/protocol';
import { deriveRoomKeys, ed25519FromSeed, signListing } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createRoomLists } from './room-lists.ts';
import type { SignalingClient } from './signaling-client.ts';

async function listedRoom(name: string, hosts = ['parley.example']): Promise<ListedRoom> {
  const owner = await ed25519FromSeed(crypto.getRandomValues(new Uint8Array(32)));
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const { roomId, authPub } = await deriveRoomKeys(secret, null, owner.publicKey);
  const fields = {
    roomId,
    name: RoomName.parse(name),
    secret: toBase64Url(secret),
    authPub: toBase64Url(authPub),
    ownerPub: toBase64Url(owner.publicKey),
    needsPassphrase: false,
    issuedAt: 1,
  };
  const listing = await signListing(owner.privateKey, fields, hosts);
  return { ...listing, participants: 2 };
}

const pageOf = (items: ListedRoom[]) => ({
  ok: true,
  value: { items, total_count: items.length, returned_count: items.length, has_more: false },
});

const client = (answer: unknown) => {
  const asked: unknown[] = [];
  const ask = async (event: string, input: unknown) => {
    asked.push({ event, input });
    return answer;
  };
  return { asked, client: { ask } as Partial<SignalingClient> as SignalingClient };
};

describe('the list of rooms of a server', () => {
  it('leaves out what its owner did not sign: a changed name, another room’s secret', async () => {
    const [honest, renamed, swapped] = await Promise.all(
      ['Choir', 'Garden', 'Parents'].map((name) => listedRoom(name)),
    );
    if (!honest || !renamed || !swapped) throw new Error('unreachable');
    const forged = [honest, { ...renamed, name: RoomName.parse('Gift') }, { ...swapped, secret: honest.secret }];
    const far = client(pageOf(forged));
    const page = await createRoomLists(() => far.client, fakeClock()).page('parley.example', { search: 'r' });
    expect(far.asked).toEqual([{ event: 'room:list', input: { limit: 50, search: 'r' } }]);
    expect(page.ok && page.value.items).toEqual([honest]);
  });

  it('leaves out what its owner signed for another server', async () => {
    const here = await listedRoom('Choir', ['parley.example:8443', 'parley.example']);
    const elsewhere = await listedRoom('Garden', ['other.example']);
    const lists = createRoomLists(() => client(pageOf([here, elsewhere])).client, fakeClock());
    const shown = async (host: string, names?: string[]) => {
      const page = await lists.page(host, {}, names);
      return page.ok && page.value.items.map(({ name }) => name);
    };
    expect(await shown('parley.example')).toEqual(['Choir']);
    expect(await shown('third.example')).toEqual([]);
    expect(await shown('127.0.0.1:7350', ['127.0.0.1:7350', 'parley.example:8443'])).toEqual(['Choir']);
  });

  it('hands on why the server lets nobody in', async () => {
    const far = client(refuse('access-revoked'));
    const page = await createRoomLists(() => far.client, fakeClock()).page('parley.example', {});
    expect(page).toMatchObject({ ok: false, code: 'access-revoked' });
  });
});
