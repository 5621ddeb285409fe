import type { CallTimeline, TimelineSpan } from '@parley/shared/model';
import { formatDuration, formatLength } from '../../ui/format.ts';
import { causeWords, levelWords } from './quality-words.ts';

type Person = CallTimeline['people'][number];

/** `Poor connection: their network`. */
export function spanWords({ level, cause }: Pick<TimelineSpan, 'level' | 'cause'>): string {
  if (level === 'away') return 'Connection cut';
  return cause === null ? levelWords[level] : `${levelWords[level]}: ${causeWords[cause]}`;
}

/** The part of the call that a span covers: `1:05 – 2:10`. */
export const spanTime = ({ fromMs, toMs }: Pick<TimelineSpan, 'fromMs' | 'toMs'>): string =>
  `${formatDuration(fromMs)} – ${formatDuration(toMs)}`;

/** How the connection to somebody was over all, in one sentence. */
export function personSentence({ spans }: Person): string {
  const lasted = (level: TimelineSpan['level']) =>
    spans.reduce((sum, span) => (span.level === level ? sum + span.toMs - span.fromMs : sum), 0);
  const parts = (['poor', 'fair', 'away'] as const).flatMap((level) => {
    const ms = lasted(level);
    const words = level === 'away' ? 'cut' : level;
    return ms === 0 ? [] : [`${words} for ${formatLength(ms, 'long')}`];
  });
  if (parts.length === 0) return 'Good connection all the time.';
  const [last = '', ...others] = parts.toReversed();
  const listed = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return lasted('good') === 0 ? `The connection was ${listed}.` : `The connection was ${listed}, and good otherwise.`;
}
