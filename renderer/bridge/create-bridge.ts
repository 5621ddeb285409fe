import type { Bridge, RawBridge } from '@parley/shared/bridge';
import type { Log } from '../log.ts';
import { loopbackCarrier } from './loopback-carrier.ts';
import { parsedBridge } from './parsed-bridge.ts';

type HostWindow = Window & { desktop?: RawBridge };

/** The bridge of the host that shows this page: Electron's preload if it is there, otherwise the loopback host. */
export function createBridge(window: HostWindow, log: Log): Bridge {
  if (window.desktop) return parsedBridge(window.desktop, log);
  return parsedBridge(
    loopbackCarrier({
      id: window.crypto.randomUUID(),
      fetch: (url, init) => window.fetch(url, init),
      openEvents: (url) => new EventSource(url),
      log,
    }),
    log,
  );
}
