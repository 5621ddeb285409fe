import { LIMITS } from '../base/limits.ts';

/**
 * V6: after more than 20 messages of one author in 10 s, or more than 5 with the same text, how many milliseconds until
 * `text` may be sent; 0 while it may be. `recent` are the author's newest messages, newest first, with the times at which
 * they were sent. Their times are of a clock that may be set meanwhile: an older one with a later time was sent before the clock
 * was set back, and counts no more than those before it.
 */
export function spamWaitMs(recent: readonly { at: number; text: string }[], text: string, nowMs: number): number {
  const since = nowMs - LIMITS.spamWindowMs;
  let newerAt = nowMs;
  const end = recent.findIndex(({ at }) => {
    if (at <= since || at > newerAt) return true;
    newerAt = at;
    return false;
  });
  const inWindow = end < 0 ? recent : recent.slice(0, end);
  const same = inWindow.filter((message) => message.text === text);
  const blocking = same[LIMITS.spamIdenticalMax - 1] ?? inWindow[LIMITS.spamMessagesMax - 1];
  return blocking ? blocking.at - since : 0;
}
