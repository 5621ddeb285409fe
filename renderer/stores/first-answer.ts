import type { Bridge } from '@parley/shared/bridge';
import type { AppInfo } from '@parley/shared/model';
import type { Outcome } from '@parley/shared/protocol';

/**
 * The first thing that a page asks of the core. The answer may take minutes where the core brings a history to this version, and a call is
 * given up before; as long as the core says that it is at it, it is asked again.
 */
export async function firstAnswer(bridge: Pick<Bridge, 'call'>, isPreparing: () => boolean): Promise<Outcome<AppInfo>> {
  for (;;) {
    const info = await bridge.call('app.info', {});
    if (info.ok || info.code !== 'timed-out' || !isPreparing()) return info;
  }
}
