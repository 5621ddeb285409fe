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
import { RecentIds } from './recent-ids.ts';
import { connectionOf, type RemoteSeats, type Room, type Seat, type SeatConnection, sizeOf } from './room.ts';

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
    const repeated = seat.recent.find(signal.id, now) ?? seat.pending?.get(signal.id);
    const cost = signal.to === '*' && repeated === undefined ? Math.max(1, sizeOf(room) - 1) : 1;
    const waitMs = this.#takeSignals(seat, cost, now);
    if (waitMs > 0) return refuse('rate-limited', { retryAfterMs: waitMs });
    if (repeated !== undefined) return typeof repeated === 'number' ? accept({ handedTo: repeated }) : repeated;

    // Sent before at a node that died or that the seat has left, which handed it on to the seats here.
    const already = room.delivered?.find(deliveredKeyOf(seat.participantId, signal.to, signal.id), now);
    let handedTo = already ?? 0;
    if (signal.to === '*') {
      if (already === undefined) {
        // One object for all: a connection can tell by it that the text is written already.
        const payload = receivedOf(seat, signal);
        for (const other of room.seats.values())
          if (other !== seat && connectionOf(other)?.send('signal:received', payload)) handedTo += 1;
      }
      if (room.remote.size > 0) return this.#forward(seat, signal, handedTo, nodesOf(room.remote));
    } else if (already === undefined) {
      const target = room.seats.get(signal.to);
      const elsewhere = target ? undefined : room.remote.get(signal.to);
      if (elsewhere) return this.#forward(seat, signal, 0, [elsewhere.node]);
      if (!target || target === seat || !connectionOf(target)?.send('signal:received', receivedOf(seat, signal)))
        return refuse('participant-gone');
      handedTo = 1;
    }
    return this.#handed(seat, signal, handedTo, now);
  }

  /** Hands on what came from another node; a repetition is counted and not handed on again. Answers how many have it. */
  deliver(room: Room, { from, to, id, toAll, box }: Delivery): number {
    const now = this.#ports.clock.now();
    room.delivered ??= new RecentIds();
    const key = deliveredKeyOf(from, to, id);
    const repeated = room.delivered.find(key, now);
    if (repeated !== undefined) return repeated;
    const sentHere = room.seats.get(from)?.recent ?? room.moved?.get(from);
    const isRepeated = sentHere?.find(id, now) !== undefined;
    const payload = { roomId: room.id, from, id, toAll, box };
    let handedTo = 0;
    for (const seat of to === '*' ? room.seats.values() : [room.seats.get(to)]) {
      const connection = seat && seat.participantId !== from ? connectionOf(seat) : undefined;
      if (connection && (isRepeated || connection.send('signal:received', payload))) handedTo += 1;
    }
    if (handedTo > 0) room.delivered.add(key, handedTo, now);
    return handedTo;
  }

  /** The part of a relay that other nodes do; the same signal sent again meanwhile gets the same answer. */
  #forward(seat: Seat, signal: SignalSend, handedHere: number, nodes: readonly string[]): Promise<Relayed> {
    const outcome = this.#forwarded(seat, signal, handedHere, nodes).finally(() => {
      seat.pending?.delete(signal.id);
      if (seat.pending?.size === 0) seat.pending = undefined;
    });
    seat.pending ??= new Map();
    seat.pending.set(signal.id, outcome);
    return outcome;
  }

  /** Acknowledges only when the other nodes have told how many took it. */
  async #forwarded(seat: Seat, signal: SignalSend, handedHere: number, nodes: readonly string[]): Promise<Relayed> {
    const { to, id, box } = signal;
    const delivery = { from: seat.participantId, to, id, toAll: to === '*', box };
    const counts = await Promise.all(nodes.map((node) => this.#ports.forward(seat.room, node, delivery)));
    const handedTo = counts.reduce((total, each) => total + each, handedHere);
    if (to !== '*' && handedTo === 0) return refuse('participant-gone');
    return this.#handed(seat, signal, handedTo, this.#ports.clock.now());
  }

  #handed(seat: Seat, signal: SignalSend, handedTo: number, now: number): Relayed {
    seat.recent.add(signal.id, handedTo, now);
    this.#ports.counters.relayed += handedTo;
    this.#ports.counters.relayedBytes += handedTo * signal.box.length;
    return accept({ handedTo });
  }

  /** Answers for how many milliseconds the sender has to wait; 0 when the signals are taken. */
  #takeSignals(seat: Seat, cost: number, now: number): number {
    const { signalsPerLink, relayedPerMinute, roomCapacity } = this.#policy;
    const capacity = signalsPerLink * Math.max(1, roomCapacity - 1);
    return seat.signals.take(cost, now, capacity, relayedPerMinute / 60_000);
  }
}

/** An id is unique to its sender: another participant's under the same id is another signal. */
const deliveredKeyOf = (from: ParticipantId, to: ParticipantId | '*', id: SignalId): string => `${from} ${to} ${id}`;

const receivedOf = (from: Seat, { roomId, to, id, box }: SignalSend): ServerPayload<'signal:received'> => ({
  roomId,
  from: from.participantId,
  id,
  toAll: to === '*',
  box,
});

const nodesOf = (remote: RemoteSeats): string[] => [
  ...new Set([...remote.values()].filter((seat) => !seat.away).map((seat) => seat.node)),
];
