import { LIMITS, LinkMessage } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import type { DropCounts } from './flood-guard.ts';

/** The message in what a data channel brought; null, and counted, where it is none. */
export function readMessage(raw: unknown, dropped: DropCounts, log: Log): LinkMessage | null {
  if (typeof raw === 'string' && raw.length > LIMITS.linkMessageMaxChars) {
    dropped.oversize += 1;
    return null;
  }
  const parsed = typeof raw === 'string' ? LinkMessage.safeParse(parse(raw, log)) : null;
  if (parsed?.success) return parsed.data;
  dropped.malformed += 1;
  return null;
}

function parse(raw: string, log: Log): unknown {
  try {
    return JSON.parse(raw);
  } catch (error) {
    // Counted as malformed by the caller: the far end's text is no error of this app.
    log.debug('a message was not JSON', errorFields(error));
    return undefined;
  }
}
