import { LIMITS, ParleyError } from '@parley/shared/protocol';

/**
 * V6: more than 20 messages in 10 s, or more than 5 with the same text, are held back by the author's own app.
 * `recent` are the author's newest messages, newest first.
 */
export function spamRefusal(
  recent: readonly { sent_at: number; text: string }[],
  text: string,
  nowMs: number,
): ParleyError | undefined {
  const since = nowMs - LIMITS.spamWindowMs;
  const inWindow = recent.filter((message) => message.sent_at > since && message.sent_at <= nowMs);
  const same = inWindow.filter((message) => message.text === text);
  const blocking =
    same.length >= LIMITS.spamIdenticalMax
      ? same[LIMITS.spamIdenticalMax - 1]
      : inWindow.length >= LIMITS.spamMessagesMax
        ? inWindow[LIMITS.spamMessagesMax - 1]
        : undefined;
  if (!blocking) return undefined;
  return new ParleyError('message-spam', { retryAfterMs: blocking.sent_at - since });
}
