import type { AppInfo } from '@parley/shared/model';
import { type ErrorCode, type Outcome, sentenceOf } from '@parley/shared/protocol';
import type { Emit } from './event-hub.ts';

type Notice = AppInfo['notices'][number];

/** What the person should read: told to pages that are open, kept for those that open later. */
export interface Notices {
  readonly kept: readonly Notice[];
  /** `message` defaults to the code's own sentence. */
  say(code: ErrorCode, message?: string): void;
  /** Tells of a disk that is full or cannot be written, once and not with every call that it refuses. */
  watch(outcome: Outcome<unknown>): void;
  /** The disk took a write: the next trouble is a new one. */
  diskWorks(): void;
}

const DISK_CODES: readonly ErrorCode[] = ['disk-full', 'disk-read-only', 'history-damaged'];

export function createNotices(emit: Emit): Notices {
  const kept: Notice[] = [];
  let told: ErrorCode | undefined;
  return {
    kept,
    say(code, message = sentenceOf(code)) {
      kept.push({ code, message });
      emit('app.noticed', { code, message });
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
