import { LIMITS } from '../base/limits.ts';

/**
 * V6: after more than 20 messages of one author in 10 s, or more than 5 with the same text, how many milliseconds until
 * `text` may be sent; 0 while it may be. `recent` are the author's newest messages, newest first, with the times at which
 * they were sent.
 */
export function spamWaitMs(recent: readonly { at: number; text: string }[], text: string, nowMs: number): number {
  const since = nowMs - LIMITS.spamWindowMs;
  const inWindow = recent.filter(({ at }) => at > since && at <= nowMs);
  const same = inWindow.filter((message) => message.text === text);
  const blocking = same[LIMITS.spamIdenticalMax - 1] ?? inWindow[LIMITS.spamMessagesMax - 1];
  return blocking ? blocking.at - since : 0;
}
