import type { CallTimeline, HistoryItem, MessageCall, TimelineSpan } from '@parley/shared/model';
import { CallId, MessageId } from '@parley/shared/protocol';
import { itemOf } from './chat.ts';
import { callId, deviceIdOf, idOf } from './ids.ts';

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
    call(1, 'Ana Moreira', 188, { lengthMs: 727_000, timeline: true }),
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

const spansOf = (...parts: [untilMs: number, level: TimelineSpan['level'], cause?: TimelineSpan['cause']][]) =>
  parts.map(([toMs, level, cause = null], at) => ({ fromMs: parts[at - 1]?.[0] ?? 0, toMs, level, cause }));

/** How a call of twelve minutes went: with one person well, with another badly for a while, with the last for a few minutes. */
export const sampleTimeline: CallTimeline = {
  lengthMs: 727_000,
  people: [
    { deviceId: deviceIdOf('Ana Moreira'), name: 'Ana Moreira', spans: spansOf([727_000, 'good']) },
    {
      deviceId: deviceIdOf('Benedikt'),
      name: 'Benedikt',
      spans: spansOf(
        [190_000, 'good'],
        [265_000, 'fair', 'far-relay'],
        [330_000, 'poor', 'their-uplink'],
        [342_000, 'away'],
        [727_000, 'good'],
      ),
    },
    {
      deviceId: deviceIdOf('Chiara Fontana'),
      name: 'Chiara Fontana',
      spans: spansOf([420_000, 'good'], [545_000, 'fair', 'packet-loss']).map((span) => ({
        ...span,
        fromMs: Math.max(span.fromMs, 240_000),
      })),
    },
  ],
};
