import { z } from 'zod';
import { type Clock, repeat } from '../clock.ts';
import { NODE_TTL_MS, PULSE_MS } from './backplane.ts';
import type { IpcChannel } from './ipc-backplane.ts';

const Pulse = z.object({ parley: z.literal('pulse') });
const PULSE: z.infer<typeof Pulse> = { parley: 'pulse' };

/** What other workers may have put into the channel of one that has not read it yet. */
const UNREAD_MAX_CHARS = 16_777_216;

/** The worker's side: answers for as long as its process does anything. */
export function answerPulses({ send, onMessage }: IpcChannel): () => void {
  return onMessage((raw) => {
    if (Pulse.safeParse(raw).success) send(PULSE);
  });
}

export type WatchPorts = {
  clock: Clock;
  ask: (message: object) => void;
  /** Called once: it said nothing for as long as a node may. */
  onSilent: () => void;
};

export interface Watch {
  /** Takes what the worker says; from the first word on it may not be silent. */
  take(raw: unknown): void;
  /** Whether a text may be put into its channel; one that may counts as unread until the worker has answered after it. */
  admits(text: string): boolean;
  stop(): void;
}

/**
 * The parent's side: asks one worker each second whether it is there. Counted in pulses, so that a stall of the parent is
 * not taken for one of the worker.
 */
export function watchWorker({ clock, ask, onSilent }: WatchPorts): Watch {
  let isStarted = false;
  let unanswered = 0;
  let unread = 0;
  let unreadWhenAsked = 0;
  const beat = (): void => {
    if (!isStarted) return;
    unanswered += 1;
    if (unanswered === 1) {
      unreadWhenAsked = unread;
      ask(PULSE);
    }
    if (unanswered * PULSE_MS <= NODE_TTL_MS) return;
    stop();
    onSilent();
  };
  const stop = repeat(clock, PULSE_MS, beat);
  return {
    take(raw) {
      isStarted = true;
      if (!Pulse.safeParse(raw).success) return;
      unanswered = 0;
      // It came behind all that was there when it was asked.
      unread -= unreadWhenAsked;
      unreadWhenAsked = 0;
    },
    admits(text) {
      if (unread + text.length > UNREAD_MAX_CHARS) return false;
      unread += text.length;
      return true;
    },
    stop,
  };
}
