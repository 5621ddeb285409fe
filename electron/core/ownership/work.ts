import type { WorkKind, WorkResult, WorkState } from '@parley/shared/model';
import { ParleyError, refusalOf } from '@parley/shared/protocol';
import type { Emit } from '../event-hub.ts';
import type { Clock, Log } from '../ports.ts';

/** How often the pages hear how far the work is. */
const TOLD_EVERY_MS = 150;

/** The way for a piece of work to say how far it is, and to hear that it is not wanted any more. */
export type Progress = {
  /** Throws `cancelled` once the person cancelled. */
  step(by: number): void;
  /** There are so many steps more than was known at the beginning. */
  grow(by: number): void;
  readonly signal: AbortSignal;
};

/** Long work, one piece at a time, with its progress told to every page. */
export function createWork({ emit, clock, log }: { emit: Emit; clock: Clock; log: Log }) {
  let state: WorkState = { at: 'idle' };
  let running: { abort: AbortController; ended: Promise<void> } | null = null;
  const set = (next: WorkState) => {
    state = next;
    emit('work.changed', next);
  };

  const run = async (
    kind: WorkKind,
    planned: number,
    abort: AbortController,
    work: (progress: Progress) => Promise<WorkResult>,
    after: () => void,
  ): Promise<void> => {
    let done = 0;
    let total = planned;
    let toldAt = clock.monotonicMs();
    set({ at: 'running', kind, done, total });
    try {
      const result = await work({
        signal: abort.signal,
        grow(by) {
          total += by;
        },
        step(by) {
          if (abort.signal.aborted) throw new ParleyError('cancelled');
          done = Math.min(total, done + by);
          if (clock.monotonicMs() - toldAt < TOLD_EVERY_MS) return;
          toldAt = clock.monotonicMs();
          set({ at: 'running', kind, done, total });
        },
      });
      running = null;
      set({ at: 'done', result });
      after();
    } catch (error) {
      running = null;
      const { code, message } = refusalOf(error);
      if (code === 'internal')
        log.error('long work failed', { kind, error: error instanceof Error ? error.name : 'unknown' });
      else log.info('long work ended early', { kind, code });
      set(code === 'cancelled' ? { at: 'idle' } : { at: 'failed', kind, code, message });
    }
  };

  return {
    state: () => state,
    /** Throws `work-running` while another piece runs. */
    check(): void {
      if (running) throw new ParleyError('work-running');
    },
    /** Begins a piece of work of `total` steps; its end shows in the state, then `after` is called where it went well. Throws `work-running`. */
    start(
      kind: WorkKind,
      total: number,
      work: (progress: Progress) => Promise<WorkResult>,
      after: () => void = () => undefined,
    ): void {
      if (running) throw new ParleyError('work-running');
      const abort = new AbortController();
      // The work begins in a later turn, when it is known as the running one.
      const ended = Promise.resolve().then(() => run(kind, total, abort, work, after));
      running = { abort, ended };
    },
    cancel(): void {
      running?.abort.abort();
    },
    dismiss(): void {
      if (!running) set({ at: 'idle' });
    },
    /** Ends what runs; resolves when it has. */
    async close(): Promise<void> {
      running?.abort.abort();
      await running?.ended;
    },
  };
}

export type Work = ReturnType<typeof createWork>;
