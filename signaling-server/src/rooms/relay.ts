import {
  accept,
  type Outcome,
  ParticipantId,
  refuse,
  SealedBox,
  type ServerPayload,
  SignalId,
  type SignalSend,
} from '@parley/shared/protocol';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Counters } from '../metrics/counters.ts';
import { type HandedOn, RecentIds } from './recent-ids.ts';
import { connectionOf, type Room, type Seat, type SeatConnection, sizeOf } from './room.ts';

export type RelayPolicy = { roomCapacity: number; signalsPerLink: number; relayedPerMinute: number };

/** A signal on its way to another node's seats in a room. */
export const Delivery = z.object({
  from: ParticipantId,
  to: z.union([z.literal('*'), ParticipantId]),
  id: SignalId,
  toAll: z.boolean(),
  box: SealedBox,
});
export type Delivery = z.infer<typeof Delivery>;

export type RelayPorts = {
  clock: Clock;
  counters: Counters;
  /** Brings a signal to the seats of another node; resolves with how many took it. */
  forward: (room: Room, node: string, delivery: Delivery) => Promise<number>;
};

type Relayed = Outcome<{ handedTo: number }>;

/** Hands sealed boxes on, untouched: from a seat of this node to its room, and from other nodes to the seats here. */
export class Relay {
  readonly #policy: RelayPolicy;
  readonly #ports: RelayPorts;

  constructor(policy: RelayPolicy, ports: RelayPorts) {
    this.#policy = policy;
    this.#ports = ports;
  }

  /**
   * Forwards a box to one participant of the sender's room or to all others who are here. A signal that was handed on
   * within the last minute is acknowledged again and not sent again. Refuses with `not-in-room`, `rate-limited` and
   * `participant-gone`.
   */
  send(connection: SeatConnection, signal: SignalSend): Relayed | Promise<Relayed> {
    const seat = connection.seats.get(signal.roomId);
    if (!seat) return refuse('not-in-room');
    const { room } = seat;
    const now = this.#ports.clock.now();
    // Handed on here before, and the answer was lost on the way: by this node, or by one that died or that the seat has left.
    const before = room.recent.get(seat.participantId)?.find(signal.id, now);
    const isToAll = signal.to === '*';
    const cost = isToAll && before?.total === undefined ? Math.max(1, sizeOf(room) - 1) : 1;
    const waitMs = this.#takeSignals(seat, cost, now);
    if (waitMs > 0) return refuse('rate-limited', { retryAfterMs: waitMs });
    if (before?.total !== undefined) return accept({ handedTo: before.total });

    const { participantId: from } = seat;
    const { to, id, box } = signal;
    const here = before?.here ?? this.#handOut(room, { from, to, id, toAll: isToAll, box });
    const target = isToAll ? undefined : room.remote.get(to as ParticipantId);
    const nodes = isToAll ? nodesOf(room) : target ? [target.node] : [];
    if (nodes.length === 0) return this.#settle(seat, signal, here, here);
    this.#remember(room, from, id, { here }, now);
    const forwarded = nodes.map((node) => this.#ports.forward(room, node, { from, to, id, toAll: isToAll, box }));
    // Acknowledged only when the other nodes have told how many took it.
    return Promise.all(forwarded).then((counts) =>
      this.#settle(
        seat,
        signal,
        here,
        counts.reduce((total, each) => total + each, here),
      ),
    );
  }

  /** Hands on what came from another node; a repetition is counted and not handed on again. Answers how many have it. */
  deliver(room: Room, delivery: Delivery): number {
    const { from, id } = delivery;
    const now = this.#ports.clock.now();
    const before = room.recent.get(from)?.find(id, now);
    if (before) return delivery.to === '*' ? before.here : (before.total ?? before.here);
    const here = this.#handOut(room, delivery);
    this.#remember(room, from, id, { here }, now);
    return here;
  }

  /** Hands a box to the seats here that it is for, and answers how many took it. */
  #handOut(room: Room, { from, to, id, toAll, box }: Delivery): number {
    // One object for all: a connection can tell by it that the text is written already.
    const payload: ServerPayload<'signal:received'> = { roomId: room.id, from, id, toAll, box };
    let handedTo = 0;
    for (const seat of to === '*' ? room.seats.values() : [room.seats.get(to)])
      if (seat && seat.participantId !== from && connectionOf(seat)?.send('signal:received', payload)) handedTo += 1;
    return handedTo;
  }

  #settle(seat: Seat, signal: SignalSend, here: number, total: number): Relayed {
    if (signal.to !== '*' && total === 0) return refuse('participant-gone');
    this.#remember(seat.room, seat.participantId, signal.id, { here, total }, this.#ports.clock.now());
    this.#ports.counters.relayed += total;
    this.#ports.counters.relayedBytes += total * signal.box.length;
    return accept({ handedTo: total });
  }

  /** Nothing is kept of a signal that nobody here took and nobody was told of, nor of a participant who has left. */
  #remember(room: Room, from: ParticipantId, id: SignalId, handedOn: HandedOn, now: number): void {
    if (handedOn.here === 0 && handedOn.total === undefined) return;
    if (!room.seats.has(from) && !room.remote.has(from)) return;
    const recent = room.recent.get(from) ?? new RecentIds();
    room.recent.set(from, recent);
    recent.add(id, handedOn, now);
  }

  /** Answers for how many milliseconds the sender has to wait; 0 when the signals are taken. */
  #takeSignals(seat: Seat, cost: number, now: number): number {
    const { signalsPerLink, relayedPerMinute, roomCapacity } = this.#policy;
    const capacity = signalsPerLink * Math.max(1, roomCapacity - 1);
    return seat.signals.take(cost, now, capacity, relayedPerMinute / 60_000);
  }
}

/** The other nodes that have people in the room who are not away. */
const nodesOf = (room: Room): string[] => [
  ...new Set([...room.remote.values()].filter((seat) => seat.awayUntil === null).map((seat) => seat.node)),
];
