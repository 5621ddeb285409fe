import type { Live } from '../live/live.ts';
import type { HandlersOf } from '../router.ts';

/** Calls that a receiver shows live. */
export function liveHandlers(live: Live): HandlersOf<'live'> {
  return {
    'live.begin': (offer, page) => live.begin(offer, page),
    'live.end': async ({ liveId }) => {
      await live.end(liveId);
      return {};
    },
  };
}
