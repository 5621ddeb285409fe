import { spamWaitMs } from '@parley/shared/model';
import { ParleyError } from '@parley/shared/protocol';

/** V6: the refusal of an own message that would be spam. `recent` are the author's newest messages, newest first. */
export function spamRefusal(
  recent: readonly { sent_at: number; text: string }[],
  text: string,
  nowMs: number,
): ParleyError | undefined {
  const messages = recent.map((message) => ({ at: message.sent_at, text: message.text }));
  const retryAfterMs = spamWaitMs(messages, text, nowMs);
  return retryAfterMs === 0 ? undefined : new ParleyError('message-spam', { retryAfterMs });
}
