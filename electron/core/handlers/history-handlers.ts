import type { ComputerList, HistoryItem, PeerStanding } from '@parley/shared/model';
import { type DeviceId, ParleyError } from '@parley/shared/protocol';
import type { ComputersPort } from '../computers/computers.ts';
import type { Emit } from '../event-hub.ts';
import type { HandlersOf } from '../router.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { type RoomParts, whenStored } from './room-handlers.ts';

/** Messages, and the peers that were met. */
export function historyHandlers(
  parts: RoomParts & { settings: SettingsStore; emit: Emit; computers: Pick<ComputersPort, 'learn'> },
): HandlersOf<'history' | 'peers'> {
  const { history, settings, emit, watch, files, computers } = parts;
  const stored = whenStored(parts);

  /** Names stand on messages and in the list of rooms: both are told when one of them changed. */
  const peerMet = ({ peer, looksOther }: { peer: PeerStanding; looksOther: boolean }): PeerStanding => {
    if (looksOther) {
      emit('peers.changed', peer);
      watch.changed();
    }
    return peer;
  };

  /** Learns whose computer a device is before its name is looked at. Throws `peer-blocked` for those of somebody who is blocked. */
  const needWelcome = async (deviceId: DeviceId, list: ComputerList | undefined) => {
    if (list) await computers.learn({ lists: [list], left: [], by: deviceId, roomId: null });
    if (await history.isBlockedPeer(deviceId)) throw new ParleyError('peer-blocked');
  };

  const blocksChanged = async () => {
    const items = await history.blockedPeers();
    emit('peers.blocks-changed', { items });
    return { items };
  };

  /** Of a file whose message was deleted nothing stays in the profile, also where the page that heard of it is gone by now. */
  const forgetDeleted = (changed: readonly HistoryItem[]) =>
    files.forgetMessages(changed.filter(({ deleted, content }) => deleted && content.kind === 'file'));

  return {
    'peers.look': async ({ deviceId, profile, computers: list }) => {
      await needWelcome(deviceId, list);
      return history.look(deviceId, profile);
    },
    'peers.meet': async ({ deviceId, profile, computers: list }) => {
      await needWelcome(deviceId, list);
      return peerMet(await history.meet(deviceId, profile));
    },
    'peers.verify': async ({ deviceId, verified }) => peerMet(await history.verifyPeer(deviceId, verified)),
    'peers.accept': async ({ deviceId }) => peerMet(await history.acceptPeer(deviceId)),
    'peers.met': async () => ({ items: await history.metPeople() }),
    'peers.blocked': async () => ({ items: await history.blockedPeers() }),
    'peers.block': async ({ deviceId }) => {
      await history.blockPeer(deviceId);
      return blocksChanged();
    },
    'peers.unblock': async ({ deviceId }) => {
      await history.unblockPeer(deviceId);
      watch.changed();
      return blocksChanged();
    },

    'history.compose': async (draft) => {
      const { profile } = settings.get();
      if (!profile) throw new ParleyError('display-name-invalid');
      // A recording that was discarded while its message waited for the disk: nobody could hear it.
      const { content } = draft;
      if (content.kind === 'file' && content.voice && !files.holdsOwn(content.fileId))
        throw new ParleyError('file-unknown');
      const composed = await stored(history.compose(draft, profile));
      if (content.kind === 'file') files.share(content.fileId);
      await forgetDeleted([composed.item]);
      return composed;
    },
    'history.record': async ({ roomId, messages }) => {
      const recorded = await stored(history.record(roomId, messages));
      await forgetDeleted([...recorded.fresh, ...recorded.changed]);
      return recorded;
    },
    'history.page': ({ roomId, before, after, limit }) =>
      after === undefined ? history.page(roomId, before, limit) : history.pageAfter(roomId, after, limit),
    'history.first-unread': async ({ roomId }) => ({ message: await history.firstUnread(roomId) }),
    'history.first-since': async ({ roomId, atMs }) => ({ message: await history.firstSince(roomId, atMs) }),
    'history.around': ({ roomId, message, limit }) => history.around(roomId, message, limit),
    'history.gaps': async ({ roomId }) => ({ gaps: await history.gaps(roomId) }),
    'history.room-changes': async ({ roomId }) => ({ changes: await history.roomChanges(roomId) }),
    'history.search': ({ query, limit, ...wish }) => history.search(query, wish, limit),
    'history.receivers': async ({ roomId, message }) => ({ receivers: await history.receivers(roomId, message) }),
    'history.authors': async ({ roomId }) => ({ authors: await history.authors(roomId) }),
    'history.mark': async ({ roomId, by, state, ids }) => ({ changed: await history.mark(roomId, by, state, ids) }),
    'history.mark-heads': async ({ roomId, by, heads }) => ({ changed: await history.markHeads(roomId, by, heads) }),
    'history.mark-seen': async ({ roomId, ...range }) => ({ seen: await stored(history.markSeen(roomId, range)) }),
    'history.join-call': async ({ roomId, callId }) => ({ changed: await stored(history.joinCall(roomId, callId)) }),
    'history.keep-call-timeline': async ({ roomId, callId, timeline }) => ({
      changed: await history.keepCallTimeline(roomId, callId, timeline),
    }),
    'history.call-timeline': async ({ roomId, callId }) => ({
      timeline: await history.callTimeline(roomId, callId),
    }),
    'history.mark-seen-up-to': async ({ roomId, clock }) => ({
      seen: await stored(history.markSeenUpTo(roomId, clock)),
    }),
    'history.read-clock': async ({ roomId }) => ({ clock: await history.readClock(roomId) }),
    'history.heads': ({ roomId, above, upTo }) => history.heads(roomId, above, upTo),
    'history.missing': ({ roomId, limit, ...holdings }) => history.missing(roomId, holdings, limit),
    'history.held-ids': ({ roomId, ...range }) => history.heldIds(roomId, range),
    'history.missing-among': ({ roomId, limit, ...held }) => history.missingAmong(roomId, held, limit),
  };
}
