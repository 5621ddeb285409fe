import type { ClientAck, ClientEvent, clientEvents, Outcome, RoomId } from '@parley/shared/protocol';
import type { TokenBucket } from '@parley/shared/timing';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import type { Counters } from '../metrics/counters.ts';
import type { TracedSpan } from '../observe/tracing.ts';
import type { Listings } from '../rooms/listings.ts';
import type { SeatConnection } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { IceSource } from '../turn.ts';

/** Sends the answer to one call. */
export type Reply = (outcome: Outcome<unknown>) => void;

/** The text that a client proves something over, and its end. */
export type OpenChallenge = { text: string; endsAt: number };

/** A client as handlers see it, whatever it is connected by. */
export interface Client extends SeatConnection {
  readonly id: string;
  /** The caller's address; never logged. */
  readonly ip: string;
  /** The key that limits of this caller are counted by. */
  readonly limitKey: string;
  /** Where sockets are traced. */
  readonly trace: TracedSpan | undefined;
  readonly calls: TokenBucket;
  /** Since when it sits in no room; kept up to date while it has a seat. */
  idleSince: number;
  challenge: OpenChallenge | undefined;
  answer(reply: Reply, outcome: Outcome<unknown>): void;
  /** Says why, and closes its socket. */
  close(code: 'blocked'): void;
}

/** Everything that handlers work with. */
export type HandlerContext = {
  rooms: Rooms;
  listings: Listings;
  limits: Limits;
  ice: IceSource;
  clock: Clock;
  random: (sizeBytes: number) => Uint8Array;
  counters: Counters;
  log: Log;
  /** The name that a room has in logs and spans. */
  pseudonymOf: (roomId: RoomId) => string;
  roomCapacity: number;
  callsPerSecond: number;
  slowOperationMs: number;
  /** The names of this server for a caller at this address: for them membership is proved and entries of the list are signed. */
  hostsFor: (ip: string) => readonly string[];
  isDraining: () => boolean;
  /** Overloaded: newcomers wait. */
  isBusy: () => boolean;
};

/** One event: parsed input in, Outcome of its ack out. Handlers do not throw for what a client can cause. */
export type Handler<E extends ClientEvent> = (
  context: HandlerContext,
  client: Client,
  input: z.output<(typeof clientEvents)[E]['input']>,
) => Outcome<ClientAck<E>> | Promise<Outcome<ClientAck<E>>>;
