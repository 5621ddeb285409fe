import { createAccessRule } from './auth/access.ts';
import { accessPolicyOf, openTokens, watchRights } from './auth/open-tokens.ts';
import type { Tokens } from './auth/tokens.ts';
import { createAddressReader, isLoopback } from './client-address.ts';
import type { LimitParts } from './compose-limits.ts';
import type { Listener } from './compose-listener.ts';
import type { RoomParts } from './compose-rooms.ts';
import type { Base } from './composition.ts';
import type { HandlerContext } from './handlers/context.ts';
import type { OpenSockets } from './limits/open-sockets.ts';
import { createOriginRule } from './origins.ts';
import { openGate, type SocketGate } from './sockets/gate.ts';
import { createIceSource } from './turn.ts';

export type SocketParts = {
  gate: SocketGate;
  tokens: Tokens | undefined;
  hostsFor: HandlerContext['hostsFor'];
  /** Closes the sockets of a right that ended, on all nodes. */
  endRight(right: string): void;
  /** Tells the port that the server listens on: part of the local names under which rooms may be joined. */
  listensOn(port: number): void;
};

/** Takes the upgrades of the HTTP server. Fastify gets its requests; it has to be attached afterwards. */
export async function composeSockets(
  base: Base,
  { redis, cluster, rooms, listings }: RoomParts,
  { limits, load, onBlocked }: LimitParts,
  { http }: Listener,
  openSockets: OpenSockets,
): Promise<SocketParts> {
  const { config, clock, log, random, pseudonyms, counters, tracing, warnings, closers, life } = base;
  let local: string[] = [];
  const tokens = await openTokens(config, { redis, now: () => clock.wall(), random });
  const context: HandlerContext = {
    rooms,
    listings,
    limits,
    ice: createIceSource(config, clock),
    clock,
    random,
    counters,
    log,
    pseudonymOf: pseudonyms.room,
    roomCapacity: config.roomCapacity,
    callsPerSecond: config.callsPerSecond,
    slowOperationMs: config.slowOperationMs,
    // 'localhost' is a name for this server only in the mouth of somebody who is on this computer.
    hostsFor: (ip) => (isLoopback(ip) ? [...local, ...config.publicHosts] : config.publicHosts),
    isDraining: () => life.isDraining,
    isBusy: () => load.isBusy(),
  };
  const gate = openGate(http, config, {
    context,
    clock,
    addressOf: createAddressReader(config.trustProxy, warnings.warn),
    originAllowed: createOriginRule(config.allowedOrigins),
    pseudonyms,
    tracing,
    access: createAccessRule(accessPolicyOf(config, tokens)),
    openSockets,
    isSaturated: () => load.isSaturated(),
  });
  onBlocked((key) => gate.closeBlocked(key));
  cluster?.onNotice('right-ended', (right) => {
    if (typeof right === 'string') gate.closeRight(right, 'access-revoked');
  });
  if (tokens) {
    closers.add(() => tokens.close());
    closers.add(watchRights(tokens, gate, clock, log));
  }
  return {
    gate,
    tokens,
    hostsFor: context.hostsFor,
    endRight(right) {
      gate.closeRight(right, 'access-revoked');
      void cluster?.notify('right-ended', right);
    },
    listensOn(port) {
      local = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
    },
  };
}
