import type { HistoryItem, MessageCall } from '@parley/shared/model';
import { CallId, MessageId } from '@parley/shared/protocol';
import { itemOf } from './chat.ts';
import { callId, idOf } from './ids.ts';

/** A talk with calls: taken, missed, missed by somebody whom nobody met, and one that runs. */
export function callsAt(nowMs: number): HistoryItem[] {
  const call = (at: number, who: string, minutesAgo: number, more: Partial<MessageCall>): HistoryItem => ({
    ...itemOf([who, minutesAgo, '', 'read'], at, nowMs),
    id: MessageId.parse(idOf(`call ${at}`, 16)),
    content: { kind: 'call', missed: false, lengthMs: null, ...more },
  });
  const running = call(8, 'Ana Moreira', 0, { missed: true });
  return [
    itemOf(['Ana Moreira', 190, 'Can we talk about the cover?'], 0, nowMs),
    call(1, 'Ana Moreira', 188, { lengthMs: 727_000 }),
    itemOf(['You', 170, 'That was good. I send the new proof.', 'read'], 2, nowMs),
    call(3, 'You', 120, { lengthMs: 21_000 }),
    call(4, 'Benedikt', 60, { missed: true, lengthMs: 45_000 }),
    call(5, 'Chiara Fontana', 31, { missed: true, lengthMs: 12_000 }),
    call(6, 'نועה', 20, { lengthMs: 3_900_000 }),
    itemOf(['You', 5, 'Back now.', 'read'], 7, nowMs),
    { ...running, id: MessageId.parse(callId) },
  ];
}

/** What a room says of calls that were missed. */
export const missedCall = { callId: CallId.parse(idOf('a missed call', 16)), name: 'Ana Moreira', confirmed: true };
