import type { Outcome, RoomId } from '@parley/shared/protocol';
import type { LocalFiles } from '../../session/files/local-files.ts';
import type { RoomSession } from '../../session/room-session.ts';
import type { AppStore } from '../app-store.ts';
import type { CallMixing } from '../call-mixing.ts';
import type { CallRecordings } from '../call-recordings.ts';
import type { CallTimelines } from '../call-timelines.ts';
import type { Calls } from '../calls.ts';
import type { Chats } from '../chats.ts';
import type { Drafts } from '../drafts.ts';
import type { Gaps } from '../gaps.ts';
import type { ListedRoomsStore } from '../listed-rooms.ts';
import type { LiveCalls } from '../live-calls.ts';
import type { Notices } from '../notices.ts';
import type { PathTests } from '../path-tests.ts';
import type { AppPorts } from '../ports.ts';
import type { Reach } from '../reach.ts';
import type { RoomChanges } from '../room-changes.ts';
import type { Searches } from '../searches.ts';
import type { Screen } from '../state.ts';
import { type ShowUnstored, showsUnstored } from '../unstored.ts';
import type { Voices } from '../voices.ts';

/** The parts of the app that actions work on. */
export type ActionParts = {
  ports: AppPorts;
  chats: Chats;
  gaps: Gaps;
  roomChanges: RoomChanges;
  drafts: Drafts;
  /** Absent until the start succeeded. */
  running: () => { reach: Reach; calls: Calls } | undefined;
  searches: Searches;
  localFiles: LocalFiles;
  listedRooms: ListedRoomsStore;
  notices: Notices;
  voices: Voices;
  pathTests: PathTests;
  mixing: CallMixing;
  callRecordings: CallRecordings;
  callTimelines: CallTimelines;
  liveCalls: LiveCalls;
  restart: () => void;
};

/** The parts, and the few helpers that actions of every area use. */
export type ActionContext = ActionParts & {
  store: AppStore;
  session: (roomId: RoomId) => RoomSession | undefined;
  calls: () => Calls | undefined;
  /** Shows another screen. Every way off the pre-join screen releases the devices. */
  show: (screen: Screen) => void;
  /** Shows a refusal as a notice and hands the outcome on. */
  tell: <T>(outcome: Outcome<T>) => Outcome<T>;
  /** As `tell`, but says nothing of what the person took back: that is known. */
  tellUnlessCancelled: <T>(outcome: Outcome<T>) => Outcome<T>;
  showUnstored: ShowUnstored;
};

export function createActionContext(store: AppStore, parts: ActionParts): ActionContext {
  const { running, notices } = parts;
  const calls = () => running()?.calls;
  const tell = <T>(outcome: Outcome<T>): Outcome<T> => {
    if (!outcome.ok) notices.refused(outcome);
    return outcome;
  };
  return {
    ...parts,
    store,
    session: (roomId) => running()?.reach.get(roomId),
    calls,
    show(screen) {
      if (screen.at !== 'pre-join') calls()?.cancel();
      store.setState({ screen });
    },
    tell,
    tellUnlessCancelled: (outcome) => (!outcome.ok && outcome.code === 'cancelled' ? outcome : tell(outcome)),
    showUnstored: showsUnstored(store),
  };
}
