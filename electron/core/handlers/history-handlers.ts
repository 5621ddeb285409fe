import type { PeerStanding } from '@parley/shared/model';
import { ParleyError } from '@parley/shared/protocol';
import type { Emit } from '../event-hub.ts';
import type { HandlersOf } from '../router.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { type RoomParts, whenStored } from './room-handlers.ts';

/** Messages, and the peers that were met. */
export function historyHandlers(
  parts: RoomParts & { settings: SettingsStore; emit: Emit },
): HandlersOf<'history' | 'peers'> {
  const { history, settings, emit, watch } = parts;
  const stored = whenStored(parts);

  /** Names stand on messages and in the list of rooms: both are told when one of them changed. */
  const peerMet = ({ peer, looksOther }: { peer: PeerStanding; looksOther: boolean }): PeerStanding => {
    if (looksOther) {
      emit('peers.changed', peer);
      watch.changed();
    }
    return peer;
  };

  return {
    'peers.meet': async ({ deviceId, profile }) => peerMet(await history.meet(deviceId, profile)),
    'peers.verify': async ({ deviceId, verified }) => peerMet(await history.verifyPeer(deviceId, verified)),

    'history.compose': async (draft) => {
      const { profile } = settings.get();
      if (!profile) throw new ParleyError('display-name-invalid');
      return stored(history.compose(draft, profile));
    },
    'history.record': ({ roomId, messages }) => stored(history.record(roomId, messages)),
    'history.page': ({ roomId, before, after, limit }) =>
      after === undefined ? history.page(roomId, before, limit) : history.pageAfter(roomId, after, limit),
    'history.first-unread': async ({ roomId }) => ({ message: await history.firstUnread(roomId) }),
    'history.first-since': async ({ roomId, atMs }) => ({ message: await history.firstSince(roomId, atMs) }),
    'history.around': ({ roomId, message, limit }) => history.around(roomId, message, limit),
    'history.gaps': async ({ roomId }) => ({ gaps: await history.gaps(roomId) }),
    'history.timers': async ({ roomId }) => ({ timers: await history.timers(roomId) }),
    'history.search': ({ query, limit, ...wish }) => history.search(query, wish, limit),
    'history.receivers': async ({ roomId, message }) => ({ receivers: await history.receivers(roomId, message) }),
    'history.authors': async ({ roomId }) => ({ authors: await history.authors(roomId) }),
    'history.mark': async ({ roomId, by, state, ids }) => ({ changed: await history.mark(roomId, by, state, ids) }),
    'history.mark-heads': async ({ roomId, by, heads }) => ({ changed: await history.markHeads(roomId, by, heads) }),
    'history.mark-seen': async ({ roomId, ...range }) => ({ seen: await stored(history.markSeen(roomId, range)) }),
    'history.join-call': async ({ roomId, callId }) => ({ changed: await stored(history.joinCall(roomId, callId)) }),
    'history.heads': ({ roomId, above, upTo }) => history.heads(roomId, above, upTo),
    'history.missing': ({ roomId, limit, ...holdings }) => history.missing(roomId, holdings, limit),
    'history.held-ids': ({ roomId, ...range }) => history.heldIds(roomId, range),
    'history.missing-among': ({ roomId, limit, ...held }) => history.missingAmong(roomId, held, limit),
  };
}
