import { accept, type Outcome, ParticipantId, refuse } from '@parley/shared/protocol';
import { z } from 'zod';
import { isContested } from '../rooms/registry.ts';

/** A seat as all nodes know it. */
const RecordSeat = z.object({
  /** The node that holds it, or held it last. */
  node: z.string().min(1).max(64),
  /** SHA-256 of the resume token, base64url. */
  token: z.string().length(43),
  /** How often it was taken: grows with every resume, so that the latest holder is told from earlier ones. */
  holds: z.number().int().positive(),
  /** How often in a row it went to another socket while the one before was still there. */
  moves: z.number().int().nonnegative().default(0),
  /** Milliseconds since 1970 at which it ends unless somebody comes back; null while it is held. */
  awayUntil: z.number().nullable(),
});
export type RecordSeat = z.infer<typeof RecordSeat>;

/** Who sits in a room, over all nodes. No names, no room id: the key it is stored under is a hash. */
export const RoomRecord = z.object({ seats: z.record(ParticipantId, RecordSeat) });
export type RoomRecord = z.infer<typeof RoomRecord>;
export type RecordSeats = ReadonlyMap<ParticipantId, RecordSeat>;

/** Reads a stored record. What cannot be read counts as no record: the nodes write their seats into it again. */
export function readRecord(text: string | undefined): Map<ParticipantId, RecordSeat> {
  if (text === undefined) return new Map();
  try {
    const parsed = RoomRecord.safeParse(JSON.parse(text));
    return parsed.success ? seatsOf(parsed.data) : new Map();
  } catch {
    return new Map();
  }
}

export const seatsOf = (record: RoomRecord): Map<ParticipantId, RecordSeat> =>
  // The record's keys were parsed as participant ids.
  new Map(Object.entries(record.seats) as [ParticipantId, RecordSeat][]);

/** The text to store; undefined for a room with nobody in it. */
export const writeRecord = (seats: RecordSeats): string | undefined =>
  seats.size === 0 ? undefined : JSON.stringify({ seats: Object.fromEntries(seats) });

export type Circumstances = {
  /** This node. */
  node: string;
  /** Nodes that are alive; undefined when that is not known for sure, then nobody is given up. */
  alive: ReadonlySet<string> | undefined;
  now: number;
  seatGraceMs: number;
};

/** Seats whose node is gone become away; seats that were away for the grace time end. */
function reap(seats: Map<ParticipantId, RecordSeat>, { node, alive, now, seatGraceMs }: Circumstances): boolean {
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

export type Taking = {
  /** The hash of the token that was shown, if one was. */
  shown: string | undefined;
  /** The seat to give when none is known by that token. */
  fresh: { participantId: ParticipantId; token: string };
  capacity: number;
};
export type Taken = { seats: Map<ParticipantId, RecordSeat>; participantId: ParticipantId; resumed: boolean };

/** Gives a seat in the room: the one of the shown token, or a fresh one while there is room. */
export function takeSeat(before: RecordSeats, taking: Taking, circumstances: Circumstances): Outcome<Taken> {
  const { shown, fresh, capacity } = taking;
  const seats = new Map(before);
  const known = shown === undefined ? undefined : [...seats].find(([, seat]) => seat.token === shown);
  if (known) {
    const [participantId, seat] = known;
    const moves = seat.awayUntil === null ? seat.moves + 1 : 0;
    const token = isContested(moves) ? fresh.token : seat.token;
    seats.set(participantId, { node: circumstances.node, token, holds: seat.holds + 1, moves, awayUntil: null });
    return accept({ seats, participantId, resumed: true });
  }
  reap(seats, circumstances);
  if (seats.size >= capacity) return refuse('room-full');
  seats.set(fresh.participantId, { node: circumstances.node, token: fresh.token, holds: 1, moves: 0, awayUntil: null });
  return accept({ seats, participantId: fresh.participantId, resumed: false });
}

export type OwnSeat = Omit<RecordSeat, 'node'>;

/**
 * Writes what this node knows of its own seats into the record. The record knows better only about seats that were
 * taken elsewhere since. What differs from before is told by `changed`.
 */
export function mergeOwn(
  before: RecordSeats,
  own: ReadonlyMap<ParticipantId, OwnSeat>,
  circumstances: Circumstances,
): { seats: Map<ParticipantId, RecordSeat>; changed: boolean } {
  const { node } = circumstances;
  const seats = new Map(before);
  let changed = false;
  for (const [id, seat] of seats) {
    if (seat.node !== node || own.has(id)) continue;
    seats.delete(id);
    changed = true;
  }
  for (const [id, mine] of own) {
    const known = seats.get(id);
    if (known && known.node !== node && known.holds >= mine.holds) continue;
    if (known?.node === node && known.token === mine.token && known.holds === mine.holds) {
      if (known.awayUntil === mine.awayUntil) continue;
    }
    seats.set(id, { ...mine, node });
    changed = true;
  }
  return { seats, changed: reap(seats, circumstances) || changed };
}
