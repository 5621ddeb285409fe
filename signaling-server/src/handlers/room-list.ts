import { accept, fromBase64Url, type Outcome, type RoomId, type RoomPublish, refuse } from '@parley/shared/protocol';
import { deriveRoomKeys, type OwnerAct, verifyListing, verifyOwnership } from '@parley/shared/sealing';
import { aboutSocket } from '../observe/operations.ts';
import type { Listing } from '../rooms/listing-store.ts';
import { takeChallenge } from './challenge.ts';
import type { Client, Handler, HandlerContext } from './context.ts';

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

/** The entry of a publish or a rename, once its owner's signatures hold. */
async function checkListing(
  context: HandlerContext,
  client: Client,
  act: OwnerAct,
  { proof, ...listing }: RoomPublish,
): Promise<Outcome<Listing>> {
  const checked = await checkOwner(context, client, act, { ...listing, proof });
  if (!checked.ok) return checked;
  if (!(await verifyListing(listing, context.hostsFor(client.ip))))
    return refuse('owner-proof-invalid', { path: 'sig' });
  // An entry that leads nowhere helps nobody. With a passphrase that cannot be seen from the secret.
  const { roomId, secret, ownerPub, needsPassphrase } = listing;
  const leadsHere =
    needsPassphrase || (await deriveRoomKeys(bytesOf(secret), null, bytesOf(ownerPub))).roomId === roomId;
  return leadsHere ? accept(listing) : refuse('owner-proof-invalid', { path: 'secret' });
}

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

const done = (outcome: Outcome<null>): Outcome<Record<string, never>> => (outcome.ok ? accept({}) : outcome);

export const roomPublish: Handler<'room:publish'> = async (context, client, input) => {
  const checked = await checkListing(context, client, 'publish', input);
  if (!checked.ok) return checked;
  const outcome = await context.listings.publish(checked.value, client.limitKey).catch(storeAway);
  if (outcome.ok) audit(context, client, input.roomId, 'room listed');
  return done(outcome);
};

export const roomRename: Handler<'room:rename'> = async (context, client, input) => {
  const checked = await checkListing(context, client, 'rename', input);
  if (!checked.ok) return checked;
  const outcome = await context.listings.rename(checked.value).catch(storeAway);
  if (outcome.ok) audit(context, client, input.roomId, 'listed room renamed');
  return done(outcome);
};

export const roomWithdraw: Handler<'room:withdraw'> = async (context, client, input) => {
  if (!client.seats.has(input.roomId)) return refuse('not-in-room');
  const found = await find(context, input.roomId);
  if (!found.ok) return found;
  const claim = { ...input, ownerPub: found.value.ownerPub, name: '' };
  const checked = await checkOwner(context, client, 'withdraw', claim);
  if (!checked.ok) return checked;
  const outcome = await context.listings.withdraw(input.roomId).catch(storeAway);
  if (outcome.ok) audit(context, client, input.roomId, 'room taken off the list');
  return done(outcome);
};

export const roomList: Handler<'room:list'> = async ({ listings }, _client, input) =>
  accept(await listings.page(input));

function audit(context: HandlerContext, client: Client, roomId: RoomId, what: string): void {
  context.log.info({ ...aboutSocket(client), room: context.pseudonymOf(roomId), audit: true }, what);
}
