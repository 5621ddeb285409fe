import type { AppInfo, CallTimeline } from '@parley/shared/model';
import { spanWords } from './timeline-words.ts';

const ABOUT =
  'A report on how the connections of a call in Parley were. Names and addresses are left out. Times are in seconds from the start of the call.';

/** The spans of one person for a report. */
export const reportedSpans = ({ spans }: CallTimeline['people'][number]) =>
  spans.map(({ fromMs, toMs, level, cause }) => ({
    from: Math.round(fromMs / 100) / 10,
    to: Math.round(toMs / 100) / 10,
    level,
    cause,
    inWords: spanWords({ level, cause }),
  }));

/** How a call went as JSON, to be given to somebody who helps. People are numbers; nothing that was said or shown is in it. */
export function timelineReport(
  info: Pick<AppInfo, 'version' | 'host' | 'platform'> | null,
  { lengthMs, people }: CallTimeline,
): string {
  const report = {
    about: ABOUT,
    app: info && { version: info.version, host: info.host, platform: info.platform },
    callSeconds: Math.round(lengthMs / 100) / 10,
    people: people.map((person, at) => ({ person: `Person ${at + 1}`, timeline: reportedSpans(person) })),
  };
  return JSON.stringify(report, null, 2);
}
