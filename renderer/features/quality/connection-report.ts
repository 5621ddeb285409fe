import type { AppInfo, CallTimeline } from '@parley/shared/model';
import type { CallTrouble } from '@parley/shared/protocol';
import type { LinkReading, LinkRecords, ParticipantView } from '../../stores/state.ts';
import { qualitySentence } from './quality-words.ts';
import { reportedSpans } from './timeline-report.ts';

export type ReportFacts = {
  info: Pick<AppInfo, 'version' | 'host' | 'platform'> | null;
  participants: readonly ParticipantView[];
  records: LinkRecords;
  troubles: readonly CallTrouble[];
  /** The call until now. */
  timeline: CallTimeline | null;
};

/** The values of each reading that the record of a link holds. */
const series = {
  roundTripMs: (reading) => reading.roundTripMs,
  receivedLossRatio: (reading) => reading.received.lossRatio,
  sentLossRatio: (reading) => reading.sent.lossRatio,
  receivedBps: (reading) => reading.receivedBps,
  sentBps: (reading) => reading.sentBps,
  jitterMs: (reading) => reading.received.jitterMs,
  framesPerSecond: (reading) => reading.received.framesPerSecond,
} satisfies Record<string, (reading: LinkReading) => number | null>;

/**
 * The last minutes of the call's connections as JSON, to be given to somebody who helps. People are numbers and addresses are masked;
 * nothing that was said or shown is in it.
 */
export function connectionReport({ info, participants, records, troubles, timeline }: ReportFacts): string {
  const newestMs = Object.values(records).reduce((newest, record) => Math.max(newest, record.at(-1)?.atMs ?? 0), 0);
  const rows = timeline?.people ?? [];
  const people = participants.map((participant, at) => {
    const record = records[participant.sess] ?? [];
    const name = `Person ${at + 1}`;
    const row = rows.find(({ deviceId }) => deviceId === participant.deviceId);
    return {
      person: name,
      inWords: qualitySentence({ ...participant, name }),
      link: participant.link,
      relayed: participant.relayed,
      quality: participant.quality,
      timeline: row ? reportedSpans(row) : [],
      now: record.at(-1)?.reading ?? null,
      lastMinutes: {
        secondsAgo: record.map(({ atMs }) => (newestMs - atMs) / 1_000),
        ...Object.fromEntries(
          Object.entries(series).map(([label, read]) => [label, record.map(({ reading }) => read(reading))]),
        ),
      },
    };
  });
  const left = rows.filter((row) => !participants.some(({ deviceId }) => deviceId === row.deviceId));
  const report = {
    about:
      'A report on the connections of a call in Parley. Names are left out and addresses are masked. Timelines are in seconds from the start of the call.',
    app: info && { version: info.version, host: info.host, platform: info.platform },
    troublesHere: troubles,
    callSeconds: timeline ? timeline.lengthMs / 1_000 : null,
    people,
    left: left.map((row, at) => ({ person: `Person ${participants.length + at + 1}`, timeline: reportedSpans(row) })),
  };
  return JSON.stringify(report, (_key, value: unknown) => (typeof value === 'number' ? rounded(value) : value), 2);
}

/** Three digits behind the point say all that there is to say. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
