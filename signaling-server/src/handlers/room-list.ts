import { createPublicKey, verify } from 'node:crypto';
import { accept, fromBase64Url, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { deriveRoomKeys, type OwnerAct, ownershipBytes } from '@parley/shared/sealing';
import { aboutSocket } from '../observe/operations.ts';
import type { Listing } from '../rooms/listings.ts';
import { isLowOrderKey, SPKI_PREFIX } from '../rooms/membership.ts';
import type { Connection } from '../sockets/connection.ts';
import { takeChallenge } from './challenge.ts';
import type { Handler, HandlerContext } from './context.ts';

type Claim = { roomId: RoomId; sig: string; ownerPub: string; name: string };

/**
 * Seat, limit (R3), challenge and the owner's signature: what every change of the list needs. The owner is whoever listed
 * the room first. A room's id is bound to no owner's key, so any member can be the first; the admin can take it off again.
 */
async function checkOwner(
  context: HandlerContext,
  connection: Connection,
  act: OwnerAct,
  claim: Claim,
): Promise<Outcome<null>> {
  if (!connection.seats.has(claim.roomId)) return refuse('not-in-room');
  const challenge = takeChallenge(context, connection);
  if (!challenge) return refuse('challenge-expired');
  const verdict = await context.limits.joins.consume(connection.limitKey);
  if (!verdict.ok) {
    context.tally.limit('joins');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
  const owner = fromBase64Url(claim.ownerPub);
  const sig = fromBase64Url(claim.sig);
  if (!owner || !sig || isLowOrderKey(owner)) return refuse('owner-proof-invalid');
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, owner]), format: 'der', type: 'spki' });
  const isOwner = context
    .hostHashesFor(connection.ip)
    .some((host) =>
      verify(
        null,
        ownershipBytes(act, new Uint8Array(host), new Uint8Array(challenge), claim.roomId, claim.name),
        key,
        sig,
      ),
    );
  return isOwner ? accept(null) : refuse('owner-proof-invalid');
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

export const roomPublish: Handler<'room:publish'> = async (context, connection, input) => {
  const { roomId, name, secret, ownerPub, needsPassphrase } = input;
  const checked = await checkOwner(context, connection, 'publish', input);
  if (!checked.ok) return checked;
  // An entry that leads nowhere helps nobody. With a passphrase that cannot be seen from the secret.
  const raw = fromBase64Url(secret);
  if (!raw || (!needsPassphrase && (await deriveRoomKeys(new Uint8Array(raw), null)).roomId !== roomId))
    return refuse('owner-proof-invalid', { path: 'secret' });
  const outcome = await context.listings
    .publish({ roomId, name, secret, ownerPub, needsPassphrase }, connection.limitKey)
    .catch(storeAway);
  if (outcome.ok) audit(context, connection, roomId, 'room listed');
  return done(outcome);
};

export const roomRename: Handler<'room:rename'> = async (context, connection, input) => {
  if (!connection.seats.has(input.roomId)) return refuse('not-in-room');
  const found = await find(context, input.roomId);
  if (!found.ok) return found;
  const before = found.value;
  const checked = await checkOwner(context, connection, 'rename', { ...input, ownerPub: before.ownerPub });
  if (!checked.ok) return checked;
  const outcome = await context.listings.rename({ ...before, name: input.name }).catch(storeAway);
  if (outcome.ok) audit(context, connection, input.roomId, 'listed room renamed');
  return done(outcome);
};

export const roomWithdraw: Handler<'room:withdraw'> = async (context, connection, input) => {
  if (!connection.seats.has(input.roomId)) return refuse('not-in-room');
  const found = await find(context, input.roomId);
  if (!found.ok) return found;
  const before = found.value;
  const claim = { ...input, ownerPub: before.ownerPub, name: '' };
  const checked = await checkOwner(context, connection, 'withdraw', claim);
  if (!checked.ok) return checked;
  const outcome = await context.listings.withdraw(input.roomId, before.ownerPub).catch(storeAway);
  if (outcome.ok) audit(context, connection, input.roomId, 'room taken off the list');
  return done(outcome);
};

export const roomList: Handler<'room:list'> = async ({ listings }, _connection, input) =>
  accept(await listings.page(input));

function audit(context: HandlerContext, connection: Connection, roomId: RoomId, what: string): void {
  context.log.info({ ...aboutSocket(connection), room: context.pseudonymOf(roomId), audit: true }, what);
}
