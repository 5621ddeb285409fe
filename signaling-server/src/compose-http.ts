import { createAddressReader } from './client-address.ts';
import type { LimitParts } from './compose-limits.ts';
import type { Listener } from './compose-listener.ts';
import type { MetricsParts } from './compose-metrics.ts';
import type { RoomParts } from './compose-rooms.ts';
import type { SocketParts } from './compose-sockets.ts';
import type { Base } from './composition.ts';
import { storeAway } from './handlers/room-list.ts';
import { createHttpApp } from './http/http-app.ts';
import { createOriginRule } from './origins.ts';

/** Opens what answers plain HTTP requests: health, metrics, rights, the admin page. */
export async function composeHttp(
  base: Base,
  { cluster, listings }: RoomParts,
  { limits, sharedBlocks }: LimitParts,
  { http }: Listener,
  { tokens, hostsFor, endRight }: SocketParts,
  metrics: MetricsParts,
  setDraining: (wanted: boolean) => void,
): Promise<void> {
  const { config, clock, log, pseudonyms, counters, tracing, warnings, closers, life } = base;
  const isWhole = (): boolean => cluster?.stats().isUp ?? true;
  cluster?.onNotice('warning-acknowledged', (key) => {
    if (typeof key === 'string') warnings.acknowledge(key);
  });
  const app = await createHttpApp(http, {
    config,
    log,
    limits,
    addressOf: createAddressReader(config.trustProxy, warnings.warn),
    originAllowed: createOriginRule(config.allowedOrigins),
    hostsFor,
    pseudonyms,
    ...metrics,
    counters,
    tracing,
    environment: config.nodeEnv,
    warnings,
    onAcknowledged: (key) => void cluster?.notify('warning-acknowledged', key),
    isDraining: () => life.isDraining,
    tokens,
    onEnded: endRight,
    onLifted: (key) => sharedBlocks?.tell(key),
    listedRooms: (page) => listings.page(page),
    withdrawListing: (roomId) => listings.withdraw(roomId).catch(storeAway),
    isWhole,
    setDraining,
    now: () => clock.now(),
    wall: () => clock.wall(),
  });
  closers.add(() => app.close());
  await app.ready();
}
