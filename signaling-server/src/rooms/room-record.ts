import { createHash, hash, timingSafeEqual } from 'node:crypto';
import {
  accept,
  type Outcome,
  ParticipantId,
  type ResumeToken,
  type RoomId,
  readJson,
  refuse,
} from '@parley/shared/protocol';
import { z } from 'zod';

/** A seat as all nodes know it. */
const RecordSeat = z.object({
  /** The node that has it, or had it last. */
  node: z.string().min(1).max(64),
  /** SHA-256 of the resume token, base64url. */
  token: z.string().length(43),
  /** Grows each time the seat is taken, so that the latest claim to it is told from earlier ones. */
  generation: z.number().int().positive(),
  /** How often in a row it went to another connection while the one before still stood. */
  moves: z.number().int().nonnegative().default(0),
  /** Milliseconds since 1970 at which it ends unless its participant comes back; null while the participant is here. */
  awayUntil: z.number().nullable(),
});
export type RecordSeat = z.infer<typeof RecordSeat>;
export type RecordSeats = ReadonlyMap<ParticipantId, RecordSeat>;

/** The participants of a room over all nodes. No names, no room id: the key it is stored under is a hash. */
export const RoomRecord = z
  .object({ seats: z.record(ParticipantId, RecordSeat) })
  // The record's keys were parsed as participant ids.
  .transform(({ seats }) => new Map(Object.entries(seats) as [ParticipantId, RecordSeat][]));

/** Stands for a room between nodes: a hash, so that the store has no room ids. */
export const roomKeyOf = (roomId: RoomId): string =>
  createHash('sha256').update('parley/1 room-key').update(roomId).digest('base64url');

/** The form in which a resume token is kept and compared. */
export const hashOf = (token: ResumeToken): string => hash('sha256', token, 'base64url');

/** Compares the hashes of two tokens in constant time. */
export const isSameHash = (left: string, right: string): boolean =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));

/**
 * Whether a seat goes to and fro between connections that both have its token. The one that has the seat then is given a new token,
 * and the other one ends up with a seat of its own. Not at the first move: an answer can be lost, and its client has only the old token.
 */
const isContested = (moves: number): boolean => moves >= 3;

/** Reads a stored record. Text that cannot be read counts as no record: the nodes write their seats into it again. */
export const readRecord = (text: string | undefined): Map<ParticipantId, RecordSeat> =>
  readJson(RoomRecord, text) ?? new Map();

/** The record as it is sent and stored. */
export const recordOf = (seats: RecordSeats): z.input<typeof RoomRecord> => ({ seats: Object.fromEntries(seats) });

/** The text to store; undefined for a room with nobody in it. */
export const writeRecord = (seats: RecordSeats): string | undefined =>
  seats.size === 0 ? undefined : JSON.stringify(recordOf(seats));

/** The seats of a record that other nodes than `node` have. */
export const remoteSeats = (seats: RecordSeats, node: string): Map<ParticipantId, RecordSeat> =>
  new Map([...seats].filter(([, seat]) => seat.node !== node));

/** The facts, beside the record, that a decision about it depends on. */
export type Situation = {
  /** This node. */
  node: string;
  /** Nodes that are alive; undefined when that is not known for sure, then nobody is given up. */
  alive: ReadonlySet<string> | undefined;
  now: number;
  seatGraceMs: number;
};

/** Marks the seats of dead nodes away, and ends those that were away for the grace time. Answers whether any changed. */
function expireSeats(seats: Map<ParticipantId, RecordSeat>, { node, alive, now, seatGraceMs }: Situation): boolean {
  let changed = false;
  for (const [id, seat] of seats) {
    if (seat.node === node || alive === undefined || alive.has(seat.node)) continue;
    if (seat.awayUntil === null) seats.set(id, { ...seat, awayUntil: now + seatGraceMs });
    else if (seat.awayUntil <= now) seats.delete(id);
    else continue;
    changed = true;
  }
  return changed;
}

export type SeatRequest = {
  /** The resume token that was shown, if one was. */
  shown: ResumeToken | undefined;
  /** The seat to give when none is known by that token. */
  fresh: { participantId: ParticipantId; token: ResumeToken };
  capacity: number;
};

export type GivenSeat = {
  participantId: ParticipantId;
  /** The token that the seat has from now on. */
  token: ResumeToken;
  resumed: boolean;
  /** The seat as it stands in the record. */
  record: RecordSeat;
};

/** The seat that `token` belongs to. */
export function findByToken(seats: RecordSeats, token: ResumeToken): [ParticipantId, RecordSeat] | undefined {
  const shown = hashOf(token);
  for (const entry of seats) if (isSameHash(entry[1].token, shown)) return entry;
  return undefined;
}

function giveSeat(
  node: string,
  participantId: ParticipantId,
  token: ResumeToken,
  generation: number,
  moves: number,
): GivenSeat {
  const record = { node, token: hashOf(token), generation, moves, awayUntil: null };
  return { participantId, token, resumed: generation > 1, record };
}

/** A fresh seat, for a node that need not ask the record. */
export const freshSeat = (node: string, { participantId, token }: SeatRequest['fresh']): GivenSeat =>
  giveSeat(node, participantId, token, 1, 0);

/**
 * Gives a seat in the room: the one of the shown token, or a fresh one while there is room. Refuses with `room-full`.
 * Answers the seat and the record that has it.
 */
export function takeSeat(
  before: RecordSeats,
  { shown, fresh, capacity }: SeatRequest,
  situation: Situation,
): Outcome<{ given: GivenSeat; seats: Map<ParticipantId, RecordSeat> }> {
  const seats = new Map(before);
  const give = (participantId: ParticipantId, token: ResumeToken, generation: number, moves: number) => {
    const given = giveSeat(situation.node, participantId, token, generation, moves);
    seats.set(participantId, given.record);
    return accept({ given, seats });
  };
  const known = shown === undefined ? undefined : findByToken(seats, shown);
  if (shown !== undefined && known) {
    const [participantId, { generation, moves: movesBefore, awayUntil }] = known;
    const moves = awayUntil === null ? movesBefore + 1 : 0;
    const token = isContested(moves) ? fresh.token : shown;
    return give(participantId, token, generation + 1, moves);
  }
  expireSeats(seats, situation);
  if (seats.size >= capacity) return refuse('room-full');
  return give(fresh.participantId, fresh.token, 1, 0);
}

/**
 * Writes what this node knows of its own seats into the record. The record knows better only about seats that were
 * taken elsewhere since. `changed` tells whether the record differs from before.
 */
export function mergeOwn(
  before: RecordSeats,
  own: RecordSeats,
  situation: Situation,
): { seats: Map<ParticipantId, RecordSeat>; changed: boolean } {
  const { node } = situation;
  const seats = new Map(before);
  let changed = false;
  for (const [id, seat] of seats) {
    if (seat.node !== node || own.has(id)) continue;
    seats.delete(id);
    changed = true;
  }
  for (const [id, mine] of own) {
    const known = seats.get(id);
    if (known && known.node !== node && known.generation >= mine.generation) continue;
    if (
      known?.node === node &&
      known.token === mine.token &&
      known.generation === mine.generation &&
      known.awayUntil === mine.awayUntil
    )
      continue;
    seats.set(id, mine);
    changed = true;
  }
  return { seats, changed: expireSeats(seats, situation) || changed };
}
