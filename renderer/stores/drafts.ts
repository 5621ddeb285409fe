import type { Bridge } from '@parley/shared/bridge';
import type { Refusal, RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import type { Draft } from './state.ts';

const WRITTEN_AFTER_MS = 500;
/** A disk that refused a draft is tried again after this time, while the app runs. */
const TRIED_AGAIN_AFTER_MS = 10_000;

const NO_DRAFT: Draft = { text: '', refusal: null };

/** What is left of a text after sending: the part that did not go out, and why. */
export type Unsent = { text: string; refusal: Refusal | null };

/** A text on its way out of the field. */
export interface Sending {
  /** The part of it that no message has yet. */
  rest(text: string): void;
  /** The draft for the disk once no more than `text` of it is left. */
  after(text: string): string;
  /** What was not sent comes back, behind what came back before and in front of what was written since. */
  end(unsent: Unsent | null): void;
}

/** What a person has written and not sent, by room: on the screen at once, on the disk a moment later. */
export interface Drafts {
  /** The draft at the moment when the app was last closed. */
  restore(roomId: RoomId, text: string): void;
  set(roomId: RoomId, text: string): void;
  /** Takes a text that is to be sent out of the field. */
  send(roomId: RoomId, text: string): Sending;
  /** The draft for the disk: what is still to be sent, and what stands in the field. */
  kept(roomId: RoomId): string;
  forget(roomId: RoomId): void;
  /** Writes drafts that wait and stops timers. */
  close(): Promise<void>;
}

export function createDrafts(store: AppStore, bridge: Bridge, clock: Clock): Drafts {
  /** Drafts that the disk does not have yet, with what stops their timer. */
  const waiting = new Map<RoomId, () => void>();
  const underway = new Set<Promise<void>>();
  /** The texts on their way, in the order of sending, each with its rest. */
  const sending = new Map<RoomId, { rest: string }[]>();
  /** What came back into the field since the first of them. */
  const returned = new Map<RoomId, string>();

  const of = (roomId: RoomId): Draft => store.getState().drafts[roomId] ?? NO_DRAFT;
  const change = (roomId: RoomId, part: Partial<Draft>) =>
    store.setState(({ drafts }) => ({ drafts: { ...drafts, [roomId]: { ...(drafts[roomId] ?? NO_DRAFT), ...part } } }));
  const kept = (roomId: RoomId, restOf = ({ rest }: { rest: string }) => rest): string =>
    [...(sending.get(roomId) ?? []).map(restOf), of(roomId).text].reduce(joined, '');

  function write(roomId: RoomId): Promise<void> {
    waiting.get(roomId)?.();
    waiting.delete(roomId);
    const written = writeNow(roomId).finally(() => underway.delete(written));
    underway.add(written);
    return written;
  }
  async function writeNow(roomId: RoomId): Promise<void> {
    const outcome = await bridge.call('rooms.draft', { roomId, draft: kept(roomId) });
    // It is still on the screen, and a full disk is told of by the core. A room that is gone has no draft.
    if (outcome.ok || outcome.code === 'room-unknown' || outcome.code === 'bad-request') return;
    if (!waiting.has(roomId)) writeLater(roomId, TRIED_AGAIN_AFTER_MS);
  }
  function writeLater(roomId: RoomId, afterMs = WRITTEN_AFTER_MS): void {
    waiting.get(roomId)?.();
    waiting.set(
      roomId,
      clock.after(afterMs, () => void write(roomId)),
    );
  }

  function giveBack(roomId: RoomId, { text, refusal }: Unsent): void {
    const now = of(roomId).text;
    const before = returned.get(roomId) ?? '';
    const front = now.startsWith(before) ? before : '';
    const back = joined(front, text);
    returned.set(roomId, back);
    change(roomId, { text: joined(back, now.slice(front.length).replace(/^\n/, '')), refusal });
  }

  return {
    restore: (roomId, text) => change(roomId, { text }),
    set(roomId, text) {
      change(roomId, { text });
      writeLater(roomId);
    },
    send(roomId, text) {
      const own = { rest: text };
      sending.set(roomId, [...(sending.get(roomId) ?? []), own]);
      const now = of(roomId).text;
      change(roomId, { text: now === text ? '' : now, refusal: null });
      return {
        rest(left) {
          own.rest = left;
        },
        after: (left) => kept(roomId, (each) => (each === own ? left : each.rest)),
        end(unsent) {
          const all = sending.get(roomId);
          // The room was deleted meanwhile.
          if (!all?.includes(own)) return;
          const others = all.filter((each) => each !== own);
          if (unsent) giveBack(roomId, unsent);
          if (others.length > 0) sending.set(roomId, others);
          else {
            sending.delete(roomId);
            returned.delete(roomId);
          }
          // A write that was under way may reach the disk after the message.
          writeLater(roomId);
        },
      };
    },
    kept: (roomId) => kept(roomId),
    forget(roomId) {
      waiting.get(roomId)?.();
      waiting.delete(roomId);
      sending.delete(roomId);
      returned.delete(roomId);
      store.setState(({ drafts }) => {
        const { [roomId]: _forgotten, ...rest } = drafts;
        return { drafts: rest };
      });
    },
    async close() {
      // One that fails waits again.
      await Promise.all(underway);
      await Promise.all([...new Set([...waiting.keys(), ...sending.keys()])].map(write));
      for (const stop of waiting.values()) stop();
      waiting.clear();
    },
  };
}

const joined = (front: string, behind: string): string =>
  front === '' ? behind : behind === '' ? front : `${front}\n${behind}`;
