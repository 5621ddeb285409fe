import type { AppInfo } from '@parley/shared/model';
import { type ErrorCode, type Outcome, sentenceOf } from '@parley/shared/protocol';
import type { Emit } from './event-hub.ts';

type Notice = AppInfo['notices'][number];

/** A sentence that the person should read. */
export interface Notices {
  /** Tells the pages that are open, and each that opens later. `message` defaults to the code's own sentence. */
  say(code: ErrorCode, message?: string): void;
  /** Tells the pages that are open; where none is, the first that opens. */
  sayOnce(code: ErrorCode, message?: string): void;
  /** A page is open and listens from now on. Returns the undo. */
  pageListens(): () => void;
  /** The notices that a page which opens has to show. */
  forNewPage(): Notice[];
  /** Tells of a disk that is full or cannot be written, once and not with every call that it refuses. */
  watch(outcome: Outcome<unknown>): void;
  /** The disk took a write: the next trouble is a new one. */
  diskWorks(): void;
}

/** The refusals of a disk that takes nothing: they are the person's to hear. */
export const DISK_CODES: readonly ErrorCode[] = ['disk-full', 'disk-read-only', 'history-damaged'];

export function createNotices(emit: Emit): Notices {
  const kept: Notice[] = [];
  let unheard: Notice[] = [];
  const listening = new Set<symbol>();
  let told: ErrorCode | undefined;
  return {
    say(code, message = sentenceOf(code)) {
      kept.push({ code, message });
      emit('app.noticed', { code, message });
    },
    sayOnce(code, message = sentenceOf(code)) {
      if (listening.size === 0) unheard.push({ code, message });
      emit('app.noticed', { code, message });
    },
    pageListens() {
      const page = Symbol('page');
      listening.add(page);
      return () => listening.delete(page);
    },
    forNewPage() {
      const shown = [...kept, ...unheard];
      unheard = [];
      return shown;
    },
    watch(outcome) {
      if (outcome.ok || !DISK_CODES.includes(outcome.code) || told === outcome.code) return;
      told = outcome.code;
      emit('app.noticed', { code: outcome.code, message: outcome.message });
    },
    diskWorks() {
      told = undefined;
    },
  };
}
