/** The deeds and sights of one participant. Counts of others are those of the one of whom least was seen. */
export type ParticipantReport = {
  name: string;
  /** From the moment in which this person and another were both in the call to the first decoded frame. */
  firstFrameMs: number | null;
  framesDecoded: number;
  framesDecodedWhileServerAway: number | null;
  /** Number that the other's clip carried in its picture, first and last; it counts on over the clip's loops. */
  counterFirst: number | null;
  counterLast: number | null;
  /** The quietest voice of another that came, in decibels below full scale. */
  voiceDb: number | null;
  messagesSent: number;
  /** Own messages that the app shows as delivered or read. */
  messagesDelivered: number;
  /** Own messages that every other participant found by search. */
  messagesFound: number;
  /** How often the app came back to its server. */
  reconnects: number;
  candidatePair: string | null;
};

export type DemoReport = {
  ok: boolean;
  problems: string[];
  participants: ParticipantReport[];
  /** Everything that the server received; null where it is not ours to look into. */
  server: { bytesReceived: number | null; events: number | null };
};

const FRAMES_PROMISED = 100;

/** The promises that were not kept, in plain words. `outage`: whether the server was taken away. */
export function brokenPromises(participants: readonly ParticipantReport[], outage: boolean): string[] {
  const problems: string[] = [];
  for (const one of participants) {
    const say = (text: string) => problems.push(`${one.name}: ${text}`);
    if (one.firstFrameMs === null) say('no frame of anyone else was decoded');
    if (one.framesDecoded <= FRAMES_PROMISED)
      say(`only ${one.framesDecoded} frames were decoded, promised are more than ${FRAMES_PROMISED}`);
    if (one.counterFirst === null || one.counterLast === null)
      say("the counter in another's picture could not be read");
    else if (one.counterLast <= one.counterFirst) say("the counter in another's picture did not advance");
    if (one.voiceDb === null) say('somebody was not heard');
    if (one.messagesDelivered < one.messagesSent) {
      say(`${one.messagesSent - one.messagesDelivered} of ${one.messagesSent} messages were not delivered`);
    }
    if (one.messagesFound < one.messagesSent) {
      say(
        `${one.messagesSent - one.messagesFound} of ${one.messagesSent} messages were not found by search at everyone else`,
      );
    }
    if (one.candidatePair === null) say('no path between the two computers is known');
    if (!outage) continue;
    if ((one.framesDecodedWhileServerAway ?? 0) <= 0) say('the picture stood still while the server was away');
    if (one.reconnects < 1) say('the app did not come back to the server');
  }
  return problems;
}

/** The report for people, a line each. */
export function reportLines(report: DemoReport): string[] {
  const lines = report.participants.flatMap((one) => [
    one.name,
    `  first frame        ${one.firstFrameMs === null ? 'never' : `after ${one.firstFrameMs} ms`}, path ${one.candidatePair ?? 'unknown'}`,
    `  frames decoded     ${one.framesDecoded}` +
      (one.framesDecodedWhileServerAway === null
        ? ''
        : `, ${one.framesDecodedWhileServerAway} of them while the server was away`),
    `  counter in picture ${one.counterFirst ?? '–'} → ${one.counterLast ?? '–'}`,
    `  speech heard       ${one.voiceDb === null ? 'not of everybody' : `${one.voiceDb.toFixed(0)} dB`}`,
    `  messages           ${one.messagesSent} sent, ${one.messagesDelivered} delivered, ${one.messagesFound} found by everyone`,
    `  came back          ${one.reconnects} ${one.reconnects === 1 ? 'time' : 'times'}`,
  ]);
  const { bytesReceived, events } = report.server;
  if (bytesReceived !== null && report.ok)
    lines.push(`Server: received ${bytesReceived} bytes in ${events ?? 0} events, and could read none of it.`);
  lines.push(...report.problems.map((problem) => `✗ ${problem}`));
  lines.push(report.ok ? '✓ Everything promised happened.' : `✗ ${report.problems.length} problem(s).`);
  return lines;
}
