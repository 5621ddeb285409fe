import { accept, fromBase64Url, type Outcome, type RoomId, type RoomPublish, refuse } from '@parley/shared/protocol';
import { deriveRoomKeys, type OwnerAct, verifyListing, verifyOwnership } from '@parley/shared/sealing';
import { aboutSocket } from '../observe/operations.ts';
import type { Listing } from '../rooms/listing-store.ts';
import { takeChallenge } from './challenge.ts';
import type { Client, Handler, HandlerContext } from './context.ts';

/** The answer to a change of the list. */
type Done = Record<string, never>;
type Claim = { roomId: RoomId; proof: string; ownerPub: string; name: string };

/**
 * Seat, limit (R3), challenge and the owner's signature over it: what every change of the list needs. The room's id
 * tells the owner's key.
 */
async function checkOwner(
  context: HandlerContext,
  client: Client,
  act: OwnerAct,
  claim: Claim,
): Promise<Outcome<null>> {
  if (!client.seats.has(claim.roomId)) return refuse('not-in-room');
  const challenge = takeChallenge(context, client);
  if (!challenge) return refuse('challenge-expired');
  const verdict = await context.limits.joins.consume(client.limitKey);
  if (!verdict.ok) {
    context.counters.limit('joins');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
  const isOwner = await verifyOwnership({
    act,
    hosts: context.hostsFor(client.ip),
    challenge,
    roomId: claim.roomId,
    name: claim.name,
    ownerPub: bytesOf(claim.ownerPub),
    sig: bytesOf(claim.proof),
  });
  return isOwner ? accept(null) : refuse('owner-proof-invalid');
}

const bytesOf = (text: string) => fromBase64Url(text) ?? new Uint8Array();

/** The list is one for all nodes: while they cannot agree, it stays as it is. */
export const storeAway = (): Outcome<never> => refuse('server-busy', { retryAfterMs: 2_000 });

const find = async ({ listings }: HandlerContext, roomId: RoomId): Promise<Outcome<Listing>> => {
  try {
    const listing = await listings.find(roomId);
    return listing ? accept(listing) : refuse('room-not-listed');
  } catch {
    return storeAway();
  }
};

/** Takes an entry once its owner's signatures hold. */
const enter =
  (act: 'publish' | 'rename', done: string) =>
  async (context: HandlerContext, client: Client, { proof, ...listing }: RoomPublish): Promise<Outcome<Done>> => {
    const { roomId, secret, ownerPub, needsPassphrase } = listing;
    const checked = await checkOwner(context, client, act, { ...listing, proof });
    if (!checked.ok) return checked;
    if (!(await verifyListing(listing, context.hostsFor(client.ip))))
      return refuse('owner-proof-invalid', { path: 'sig' });
    // An entry that leads nowhere helps nobody. With a passphrase that cannot be seen from the secret.
    const leadsHere =
      needsPassphrase || (await deriveRoomKeys(bytesOf(secret), null, bytesOf(ownerPub))).roomId === roomId;
    if (!leadsHere) return refuse('owner-proof-invalid', { path: 'secret' });
    const entering =
      act === 'publish' ? context.listings.publish(listing, client.limitKey) : context.listings.rename(listing);
    return settle(context, client, roomId, await entering.catch(storeAway), done);
  };

export const roomPublish = enter('publish', 'room listed');
export const roomRename = enter('rename', 'listed room renamed');

export const roomWithdraw: Handler<'room:withdraw'> = async (context, client, input) => {
  if (!client.seats.has(input.roomId)) return refuse('not-in-room');
  const found = await find(context, input.roomId);
  if (!found.ok) return found;
  const claim = { ...input, ownerPub: found.value.ownerPub, name: '' };
  const checked = await checkOwner(context, client, 'withdraw', claim);
  if (!checked.ok) return checked;
  const outcome = await context.listings.withdraw(input.roomId).catch(storeAway);
  return settle(context, client, input.roomId, outcome, 'room taken off the list');
};

export const roomList: Handler<'room:list'> = async ({ listings }, _client, input) =>
  accept(await listings.page(input));

/** The answer to a change of the list. A change that was made is a line of the audit log. */
function settle(
  { log, pseudonymOf }: HandlerContext,
  client: Client,
  roomId: RoomId,
  outcome: Outcome<null>,
  done: string,
): Outcome<Done> {
  if (!outcome.ok) return outcome;
  log.info({ ...aboutSocket(client), room: pseudonymOf(roomId), audit: true }, done);
  return accept({});
}
