import type { RoomId } from '@parley/shared/protocol';
import { CallMixer } from '../media/recording/call-mixer.ts';
import type { View } from '../mesh/video-limits.ts';
import type { AppStore } from './app-store.ts';
import { type CallContent, callContent } from './call-content.ts';
import type { Calls } from './calls.ts';
import type { AppPorts } from './ports.ts';
import type { Reach } from './reach.ts';
import { withRecorded } from './recorded-views.ts';

/** The mixed picture and sound of the own call, and somebody who has them until they release them. */
export type MixedCall = { tracks: readonly MediaStreamTrack[]; release(): void };

/** The own call as one picture and one sound, for everything that takes them out of the call: they are drawn and mixed once. */
export interface CallMixing {
  /** Mixes the call in that room while anybody has it. Throws where the browser cannot. */
  take(roomId: RoomId): MixedCall;
  /** The people and sounds of the call as they are now. */
  sources(): CallContent;
  /** Tells those in a room's call at which size they are shown here; while the call is mixed they send as much as that needs. */
  showViews(roomId: RoomId, views: ReadonlyMap<string, View>): void;
  /** A mixer that is still there ends. */
  close(): void;
}

export function createCallMixing(options: {
  store: AppStore;
  ports: Pick<AppPorts, 'capture' | 'clock'>;
  running: () => { reach: Reach; calls: Calls } | undefined;
}): CallMixing {
  const { store, ports } = options;
  const { capture, clock } = ports;
  let mixed: { roomId: RoomId; mixer: CallMixer; takers: Set<object>; tiles: string } | null = null;
  /** What the screen shows of each room's call. */
  const shown = new Map<RoomId, ReadonlyMap<string, View>>();

  const sources = (): CallContent => callContent(store.getState(), options.running()?.calls.devices.tracks);

  const sendViews = (roomId: RoomId) => {
    const views = shown.get(roomId);
    const isMixed = mixed?.roomId === roomId;
    if (!views && !isMixed) return;
    const all = views ?? new Map<string, View>();
    options
      .running()
      ?.reach.get(roomId)
      ?.showViews(isMixed ? withRecorded(all, sources().tiles) : all);
  };

  const unsubscribe = store.subscribe((state, before) => {
    if (state.call.at !== 'joined' && before.call.at === 'joined') shown.clear();
    if (!mixed || (state.call === before.call && state.reach === before.reach)) return;
    // Other sizes are needed where others are in the picture.
    const tiles = keysOf(sources());
    if (tiles === mixed.tiles) return;
    mixed.tiles = tiles;
    sendViews(mixed.roomId);
  });

  return {
    sources,
    take(roomId) {
      const taker = {};
      // One of another room is still being finished by whoever has it.
      const taken =
        mixed?.roomId === roomId
          ? mixed
          : {
              roomId,
              mixer: new CallMixer({ capture, clock, sources }),
              takers: new Set<object>(),
              tiles: keysOf(sources()),
            };
      mixed = taken;
      taken.takers.add(taker);
      sendViews(roomId);
      return {
        tracks: taken.mixer.tracks,
        release() {
          if (!taken.takers.delete(taker) || taken.takers.size > 0) return;
          taken.mixer.close();
          if (mixed === taken) mixed = null;
          sendViews(roomId);
        },
      };
    },
    showViews(roomId, views) {
      shown.set(roomId, views);
      sendViews(roomId);
    },
    close() {
      unsubscribe();
      mixed?.mixer.close();
      mixed = null;
    },
  };
}

const keysOf = ({ tiles }: CallContent): string =>
  tiles.map(({ key, hidden }) => (hidden ? `${key} hidden` : key)).join();
