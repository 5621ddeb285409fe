import type { Bridge } from '@parley/shared/bridge';
import type { Refusal, RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import type { Draft } from './state.ts';

const WRITTEN_AFTER_MS = 500;
/** A disk that refused a draft is tried again after this time, while the app runs. */
const TRIED_AGAIN_AFTER_MS = 10_000;

export const NO_DRAFT: Draft = { text: '', refusal: null };

/** What is left of a text after sending: the part that did not go out, and why. */
export type Unsent = { text: string; refusal: Refusal };

/** What a person has written and not sent, by room: on the screen at once, on the disk a moment later. */
export interface Drafts {
  /** The draft at the moment when the app was last closed. */
  restore(roomId: RoomId, text: string): void;
  set(roomId: RoomId, text: string): void;
  /**
   * Takes a text that is being sent out of the field; the disk keeps it until that succeeded. Returns the function that ends
   * this: what was not sent comes back, in front of what was written since.
   */
  send(roomId: RoomId, text: string): (unsent: Unsent | null) => void;
  forget(roomId: RoomId): void;
  /** Writes drafts that wait and stops timers. */
  close(): Promise<void>;
}

export function createDrafts(store: AppStore, bridge: Bridge, clock: Clock): Drafts {
  /** Drafts that the disk does not have yet, with what stops their timer. */
  const waiting = new Map<RoomId, () => void>();
  const sending = new Map<RoomId, number>();
  const underway = new Set<Promise<void>>();

  const of = (roomId: RoomId): Draft => store.getState().drafts[roomId] ?? NO_DRAFT;
  const change = (roomId: RoomId, part: Partial<Draft>) =>
    store.setState(({ drafts }) => ({ drafts: { ...drafts, [roomId]: { ...(drafts[roomId] ?? NO_DRAFT), ...part } } }));

  function write(roomId: RoomId): Promise<void> {
    waiting.get(roomId)?.();
    waiting.delete(roomId);
    const written = writeNow(roomId).finally(() => underway.delete(written));
    underway.add(written);
    return written;
  }
  async function writeNow(roomId: RoomId): Promise<void> {
    const outcome = await bridge.call('rooms.draft', { roomId, draft: of(roomId).text });
    // It is still on the screen, and a full disk is told of by the core.
    if (!outcome.ok && outcome.code !== 'room-unknown' && !waiting.has(roomId))
      writeLater(roomId, TRIED_AGAIN_AFTER_MS);
  }
  function writeLater(roomId: RoomId, afterMs = WRITTEN_AFTER_MS): void {
    waiting.get(roomId)?.();
    // A stored message takes the draft off the disk: what is written meanwhile has to come after it.
    waiting.set(roomId, sending.has(roomId) ? () => {} : clock.after(afterMs, () => void write(roomId)));
  }

  return {
    restore: (roomId, text) => change(roomId, { text }),
    set(roomId, text) {
      change(roomId, { text });
      writeLater(roomId);
    },
    send(roomId, sent) {
      change(roomId, { text: of(roomId).text === sent ? '' : of(roomId).text, refusal: null });
      waiting.get(roomId)?.();
      sending.set(roomId, (sending.get(roomId) ?? 0) + 1);
      return (unsent) => {
        const left = (sending.get(roomId) ?? 1) - 1;
        if (left > 0) sending.set(roomId, left);
        else sending.delete(roomId);
        const { text } = of(roomId);
        if (unsent)
          change(roomId, { text: text === '' ? unsent.text : `${unsent.text}\n${text}`, refusal: unsent.refusal });
        // Of several messages the first one took the draft off the disk.
        if (of(roomId).text !== '' || waiting.has(roomId)) writeLater(roomId);
      };
    },
    forget(roomId) {
      waiting.get(roomId)?.();
      waiting.delete(roomId);
      store.setState(({ drafts }) => {
        const { [roomId]: _forgotten, ...rest } = drafts;
        return { drafts: rest };
      });
    },
    async close() {
      // One that fails waits again.
      await Promise.all(underway);
      await Promise.all([...waiting.keys()].map(write));
      for (const stop of waiting.values()) stop();
      waiting.clear();
    },
  };
}
