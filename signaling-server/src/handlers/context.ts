import type { ClientAck, ClientEvent, clientEvents, Outcome, RoomId } from '@parley/shared/protocol';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import type { Tally } from '../metrics/tally.ts';
import type { Listings } from '../rooms/listings.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Connection } from '../sockets/connection.ts';
import type { IceSource } from '../turn.ts';

/** What handlers work with. */
export type HandlerContext = {
  rooms: Rooms;
  listings: Listings;
  limits: Limits;
  ice: IceSource;
  clock: Clock;
  random: (sizeBytes: number) => Uint8Array;
  tally: Tally;
  log: Log;
  /** What stands for a room in logs and spans. */
  pseudonymOf: (roomId: RoomId) => string;
  roomCapacity: number;
  callsPerSecond: number;
  slowOperationMs: number;
  /** The names under which a caller at this address may prove membership. */
  hostsFor: (ip: string) => readonly string[];
  isDraining: () => boolean;
  /** Overloaded: newcomers wait. */
  isBusy: () => boolean;
};

/** One event: parsed input in, Outcome of its ack out. Handlers do not throw for what a client can cause. */
export type Handler<E extends ClientEvent> = (
  context: HandlerContext,
  connection: Connection,
  input: z.output<(typeof clientEvents)[E]['input']>,
) => Outcome<ClientAck<E>> | Promise<Outcome<ClientAck<E>>>;
