import { hash } from 'node:crypto';
import { accept, type Outcome, type RoomJoin, type RoomJoined, refuse } from '@parley/shared/protocol';
import { verifyMembership } from '@parley/shared/sealing';
import { aboutSocket } from '../observe/operations.ts';
import { takeChallenge, versionRefusal } from './challenge.ts';
import type { Handler } from './context.ts';

/** A wrong proof weighs as much as this many malformed requests (R7: guessing passphrases). */
const WRONG_PROOF_STRIKES = 5;

export const roomJoin: Handler<'room:join'> = async (context, client, join): Promise<Outcome<RoomJoined>> => {
  const { rooms, limits, counters } = context;
  if (context.isDraining()) return refuse('server-draining');
  const otherVersion = versionRefusal(join.v);
  if (otherVersion) return otherVersion;
  const challenge = takeChallenge(context, client);
  if (!challenge) return refuse('challenge-expired');

  const isReturning = join.resumeToken !== undefined;
  if (context.isBusy() && !isReturning) return refuse('server-busy', { retryAfterMs: 2_000 });

  // Coming back to a seat is not joining: an app in many rooms must be able to resume all of them at once.
  const returning = join.resumeToken !== undefined && (await rooms.knowsToken(join.roomId, join.resumeToken));
  const asked = returning ? undefined : limits.joins.consume(client.limitKey);
  const verdict = asked instanceof Promise ? await asked : asked;
  if (verdict?.ok === false) {
    counters.limit('joins');
    return refuse('rate-limited', { retryAfterMs: verdict.retryAfterMs });
  }
  if (!(await provesMembership(join, challenge, context.hostsFor(client.ip)))) {
    void limits.blocks.strike(client.limitKey, 'proof-invalid', WRONG_PROOF_STRIKES - 1);
    return refuse('proof-invalid');
  }
  // The socket may have closed while the limit was asked and the proof checked: a seat given now would have nobody to end it.
  if (!client.isOpen()) return refuse('cancelled');
  const joining = rooms.join(client, join.roomId, join.resumeToken);
  const taken = joining instanceof Promise ? await joining : joining;
  if (!taken.ok) return taken;
  const { seat, resumeToken, resumed, others } = taken.value;
  context.log.info({ ...aboutSocket(client), room: seat.room.pseudonym, resumed }, 'seat taken');
  return accept({
    participantId: seat.participantId,
    resumeToken,
    resumed,
    participants: others,
    capacity: context.roomCapacity,
    ice: context.ice.current(client.limitKey),
  });
};

/** The schema has seen to it that the text is base64url. */
const bytesOf = (text: string) => Buffer.from(text, 'base64url');

/** Not through WebCrypto: each hash in another thread costs a join as much as the rest of its checks. */
const digest = (bytes: string | Uint8Array): Buffer<ArrayBuffer> => hash('sha256', bytes, 'buffer');

/** The hashes of a list of names, which stays the same object for as long as its names do. */
const hashesOf = (hosts: readonly string[]): readonly Uint8Array[] => {
  const known = hashesByHosts.get(hosts);
  if (known) return known;
  const hashes = hosts.map((host) => digest(host.toLowerCase()));
  hashesByHosts.set(hosts, hashes);
  return hashes;
};
const hashesByHosts = new WeakMap<readonly string[], readonly Uint8Array[]>();

const provesMembership = (join: RoomJoin, challenge: Uint8Array, hosts: readonly string[]): Promise<boolean> =>
  verifyMembership(
    {
      hostHashes: hashesOf(hosts),
      challenge,
      roomId: bytesOf(join.roomId),
      authPub: bytesOf(join.authPub),
      ownerPub: bytesOf(join.ownerPub),
      sig: bytesOf(join.sig),
    },
    digest,
  );
