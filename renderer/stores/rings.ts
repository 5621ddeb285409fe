import type { RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { RingTone } from '../media/ring-tone.ts';
import type { AppStore } from './app-store.ts';
import type { AppState } from './state.ts';

type RingState = Pick<AppState, 'rooms' | 'reach' | 'call' | 'settings' | 'quiet'>;

/** Whether the call of that room rings, and may ring by this person's own decision. */
function mayRing({ reach, settings, quiet }: Pick<RingState, 'reach' | 'settings' | 'quiet'>, roomId: RoomId): boolean {
  const ringing = reach[roomId]?.ringing;
  if (!ringing || quiet) return false;
  const { from } = settings.ringing;
  return from === 'everybody' || (from === 'verified' && ringing.verified);
}

/** The calls that ring here, and that this person is not about to answer or in already. Others show in their rooms alone. */
export const ringingCalls = (state: RingState) =>
  state.rooms.filter(
    ({ roomId }) => (state.call.at === 'none' || state.call.roomId !== roomId) && mayRing(state, roomId),
  );

/** Whether the ringing of a room is to be heard: not in the middle of another call. */
export const isRingHeard = (
  state: Pick<AppState, 'call' | 'reach' | 'settings' | 'quiet' | 'silencedRooms'>,
  roomId: RoomId,
): boolean => state.call.at !== 'joined' && mayRing(state, roomId) && !state.silencedRooms.includes(roomId);

/** Longer than a call rings: whoever rings again and again must not be heard each time. */
const SILENCE_MS = 180_000;

/** The calls of that room ring without a sound for three minutes. */
export function silenceRing(store: AppStore, clock: Pick<Clock, 'after'>, roomId: RoomId): void {
  const others = () => store.getState().silencedRooms.filter((each) => each !== roomId);
  store.setState({ silencedRooms: [...others(), roomId] });
  clock.after(SILENCE_MS, () => store.setState({ silencedRooms: others() }));
}

/** Lets calls be heard that ring, through the speaker that is chosen. Returns the undo. */
export function soundRings(store: AppStore, tone: RingTone): () => void {
  let stop: (() => void) | undefined;
  const follow = (state: AppState): void => {
    const isHeard = ringingCalls(state).some(({ roomId }) => isRingHeard(state, roomId));
    if (isHeard === (stop !== undefined)) return;
    stop?.();
    stop = stop ? undefined : tone.start(state.settings.devices.speakerId);
  };
  follow(store.getState());
  const unsubscribe = store.subscribe(follow);
  return () => {
    unsubscribe();
    stop?.();
    stop = undefined;
  };
}
