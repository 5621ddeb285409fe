import type { CallTimeline } from '@parley/shared/model';
import { type CallId, type DeviceId, type RoomId, refusalOf } from '@parley/shared/protocol';
import { repeat } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import type { Chats } from './chats.ts';
import type { AppPorts } from './ports.ts';
import type { AppState, ParticipantView } from './state.ts';
import { type PersonNow, TimelineRecord, type Way } from './timeline-record.ts';

/** A crash loses so much at most. */
const KEEP_EVERY_MS = 60_000;

/** How the connections of the own call go, kept in this device's history while it runs and when it ends. Nobody else hears of it. */
export interface CallTimelines {
  /** Of the own call until now; null outside a call, and where nothing was measured. */
  own(): CallTimeline | null;
  /** Resolves when all is kept. */
  close(): Promise<void>;
}

/** `record` is null until it is known whether this device was in the call before. */
type Running = { roomId: RoomId; callId: CallId; since: number; record: TimelineRecord | null; stop(): void };

export function createCallTimelines(options: {
  store: AppStore;
  ports: Pick<AppPorts, 'bridge' | 'clock' | 'log'>;
  chats: Pick<Chats, 'update'>;
}): CallTimelines {
  const { store, ports, chats } = options;
  const { bridge, clock } = ports;
  const log = ports.log.area('calls');
  let current: Running | null = null;
  const keeping = new Set<Promise<void>>();

  const timelineOf = ({ record, since }: Running): CallTimeline | null => {
    const timeline = record?.until(clock.monotonicMs() - since);
    return timeline && timeline.people.length > 0 ? timeline : null;
  };

  async function keep({ roomId, callId }: Running, timeline: CallTimeline): Promise<void> {
    const kept = await bridge.call('history.keep-call-timeline', { roomId, callId, timeline }).catch(refusalOf);
    if (!kept.ok) log.warn('how a call went was not kept', { code: kept.code });
    else if (kept.value.changed.length > 0) chats.update(roomId, kept.value.changed);
  }
  function keepNow(running: Running): void {
    const timeline = timelineOf(running);
    if (!timeline) return;
    const work = keep(running, timeline).finally(() => keeping.delete(work));
    keeping.add(work);
  }

  async function begin(running: Running): Promise<void> {
    const { roomId, callId } = running;
    const before = await bridge.call('history.call-timeline', { roomId, callId }).catch(refusalOf);
    if (current !== running) return;
    running.record = new TimelineRecord(before.ok ? before.value.timeline : null);
    follow(store.getState());
  }

  function follow(state: AppState): void {
    const { call } = state;
    const own = call.at === 'joined' ? call : null;
    if (current && (current.roomId !== own?.roomId || current.callId !== own.callId)) {
      current.stop();
      keepNow(current);
      current = null;
    }
    if (!own) return;
    const { roomId, callId, since } = own;
    if (current) {
      current.since = since;
      current.record?.now(peopleIn(state, roomId), clock.monotonicMs() - since);
      return;
    }
    const begun: Running = { roomId, callId, since, record: null, stop: () => undefined };
    begun.stop = repeat(clock, KEEP_EVERY_MS, () => keepNow(begun));
    current = begun;
    void begin(begun);
  }

  const unsubscribe = store.subscribe((state, before) => {
    if (state.call !== before.call || state.reach !== before.reach) follow(state);
  });

  return {
    own: () => current && timelineOf(current),
    async close() {
      unsubscribe();
      current?.stop();
      if (current) keepNow(current);
      current = null;
      await Promise.all(keeping);
    },
  };
}

/** Everybody else in the own call. Somebody who took over a known name is nobody yet. */
function peopleIn({ reach }: AppState, roomId: RoomId): PersonNow[] {
  const people = new Map<DeviceId, PersonNow>();
  for (const each of reach[roomId]?.participants ?? []) {
    const { deviceId, name, inCall, standing } = each;
    if (!inCall || standing === 'changed' || each.link === 'closed') continue;
    const way = wayOf(each);
    // An app that was started anew comes beside its former self, whose link is cut.
    const known = people.get(deviceId)?.way ?? null;
    if (known === null || known.level === 'away') people.set(deviceId, { deviceId, name, way: way ?? known });
  }
  return [...people.values()];
}

function wayOf({ link, quality }: Pick<ParticipantView, 'link' | 'quality'>): Way | null {
  if (link !== 'open') return { level: 'away', cause: null };
  if (quality.level === 'unknown') return null;
  return { level: quality.level, cause: 'cause' in quality ? quality.cause.kind : null };
}
