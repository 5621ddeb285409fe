import type { CallTimeline } from '@parley/shared/model';
import { accept, type CallId, type Outcome, type RoomId } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

export interface ConnectionActions {
  /** Shows what was measured of the links of the own call, one of them closely. */
  showConnections: (sess: string | null) => void;
  hideConnections: () => void;
  /** Tests the ways out of this network for the call that is being prepared. A test that runs goes on. */
  startPathTest: () => void;
  stopPathTest: () => void;
  /** How the connections of the own call were until now; null where nothing was measured. */
  ownTimeline: () => CallTimeline | null;
  /** How the connections of a call were that is over; null where this device kept nothing of it. */
  timelineOf: (roomId: RoomId, callId: CallId) => Promise<Outcome<CallTimeline | null>>;
  /** Hands a text to the person's computer as a file of that name: it goes where downloads go. */
  saveText: (name: string, text: string) => void;
}

export function createConnectionActions({ store, ports, pathTests, callTimelines }: ActionContext): ConnectionActions {
  return {
    showConnections(sess) {
      if (store.getState().call.at === 'joined') store.setState({ inspecting: { sess } });
    },
    hideConnections: () => store.setState({ inspecting: null }),
    startPathTest: () => pathTests.start(),
    stopPathTest: () => pathTests.stop(),
    ownTimeline: () => callTimelines.own(),
    async timelineOf(roomId, callId) {
      const kept = await ports.bridge.call('history.call-timeline', { roomId, callId });
      return kept.ok ? accept(kept.value.timeline) : kept;
    },
    saveText: (name, text) => ports.saveText(name, text),
  };
}
