import type { CallTrouble } from '@parley/shared/protocol';
import type { LinkReading } from '../mesh/link-reading.ts';

/** Why a link is not good. Numbers are rounded for sentences. ADR 37 says how each is told from the others. */
export type QualityCause =
  | { kind: 'own-computer' }
  | { kind: 'own-uplink'; lossRatio: number | null }
  | { kind: 'own-downlink'; lossRatio: number }
  | { kind: 'their-computer' }
  | { kind: 'their-uplink'; lossRatio: number }
  | { kind: 'their-downlink'; lossRatio: number | null }
  /** Between the two, and nobody can tell where. `alone`: the other links of this device are fine. */
  | { kind: 'packet-loss'; direction: 'received' | 'sent'; lossRatio: number; alone: boolean }
  /** The way takes little, so the own picture is small. */
  | { kind: 'narrow-way' }
  /** Nothing gets lost, but sound comes too unevenly to be played as it was said. */
  | { kind: 'uneven-way' }
  | { kind: 'far-relay'; roundTripMs: number }
  | { kind: 'far-away'; roundTripMs: number }
  /** Hardly any pictures come although nothing gets lost. */
  | { kind: 'few-frames'; framesPerSecond: number }
  | { kind: 'silent-microphone' };

export type LinkQuality = { level: 'unknown' } | { level: 'good' } | { level: 'fair' | 'poor'; cause: QualityCause };

/** The facts about one link that this device knows. */
export type LinkFacts = {
  reading: LinkReading;
  /** The troubles of its own end that the far end tells of. */
  troubles: readonly CallTrouble[];
  /** Whether a camera of the far end should be moving; a shared screen may stand still. */
  showsCamera: boolean;
};

/** Above these a link is no longer good. */
const FAIR = { lossRatio: 0.02, concealedRatio: 0.05, roundTripMs: 250, droppedRatio: 0.1, narrowBps: 200_000 };
/** Above these, or below it for `narrowBps`, talking is hard. */
const POOR = { lossRatio: 0.08, concealedRatio: 0.15, roundTripMs: 600, droppedRatio: 0.3, narrowBps: 60_000 };
/** Fewer pictures in a second than any camera gives on purpose. */
const FEW_FRAMES = 4;

const above = (value: number | null, limit: number): boolean => value !== null && value > limit;

/** Whether the picture is kept small because the way takes hardly anything. Chromium's estimate alone says little: it is low while little is sent. */
const isNarrow = ({ sent, sendableBps }: LinkReading, limitBps: number): boolean =>
  sent.limitedBy === 'bandwidth' && sendableBps !== null && sendableBps < limitBps;

/** Most of at least two: one link alone does not tell one end from the other. */
const isMost = (part: number, whole: number): boolean => part >= 2 && part * 2 > whole;

/**
 * The troubles of this end, as far as they show in the links of the call: whatever happens on most links at once has its cause here. Links
 * whose far end has found the cause at its own end do not count. A microphone that gives no sound is wrong only while it is on.
 */
export function ownTroubles(links: readonly LinkFacts[], isMicrophoneLive: boolean): CallTrouble[] {
  const troubles: CallTrouble[] = [];
  if (links.some(({ reading }) => isBusyHere(reading))) troubles.push('computer');
  const out = links.filter(
    ({ reading: { sent }, troubles: said }) =>
      (sent.lossRatio !== null || sent.limitedBy !== null) && !said.includes('downlink'),
  );
  const outBad = out.filter(
    ({ reading }) => above(reading.sent.lossRatio, FAIR.lossRatio) || isNarrow(reading, FAIR.narrowBps),
  );
  if (isMost(outBad.length, out.length)) troubles.push('uplink');
  const into = links.filter(
    ({ reading, troubles: said }) => reading.received.lossRatio !== null && !said.includes('uplink'),
  );
  const intoBad = into.filter(({ reading }) => above(reading.received.lossRatio, FAIR.lossRatio));
  if (isMost(intoBad.length, into.length)) troubles.push('downlink');
  const heard = links.flatMap(({ reading }) => reading.sent.heard ?? []);
  if (isMicrophoneLive && heard.length > 0 && !heard.includes(true)) troubles.push('microphone');
  return troubles;
}

const isBusyHere = ({ sent, received }: LinkReading): boolean =>
  sent.limitedBy === 'cpu' || above(received.droppedRatio, FAIR.droppedRatio);

/** Judges a link, beside the other links of the call: the worst that is found, and of equally bad things the first in the list below. */
export function judgeLink(link: LinkFacts, others: readonly LinkFacts[]): LinkQuality {
  const { reading, troubles: said } = link;
  const { received, sent, roundTripMs } = reading;
  if (received.lossRatio === null && sent.lossRatio === null && roundTripMs === null) return { level: 'unknown' };
  const own = ownTroubles([link, ...others], false);
  const found: { isPoor: boolean; cause: QualityCause }[] = [];
  const add = (isPoor: boolean, cause: QualityCause) => found.push({ isPoor, cause });

  if (isBusyHere(reading)) add(above(received.droppedRatio, POOR.droppedRatio), { kind: 'own-computer' });
  if (said.includes('computer')) add(false, { kind: 'their-computer' });
  if (above(received.lossRatio, FAIR.lossRatio)) {
    add(above(received.lossRatio, POOR.lossRatio), receivedLoss(link, others, own));
  }
  if (above(sent.lossRatio, FAIR.lossRatio)) {
    add(above(sent.lossRatio, POOR.lossRatio), sentLoss(link, others, own));
  } else if (isNarrow(reading, FAIR.narrowBps)) {
    const lossRatio = null;
    const cause: QualityCause = own.includes('uplink')
      ? { kind: 'own-uplink', lossRatio }
      : said.includes('downlink')
        ? { kind: 'their-downlink', lossRatio }
        : { kind: 'narrow-way' };
    add(isNarrow(reading, POOR.narrowBps), cause);
  }
  if (above(received.concealedRatio, FAIR.concealedRatio) && !above(received.lossRatio, FAIR.lossRatio)) {
    add(above(received.concealedRatio, POOR.concealedRatio), { kind: 'uneven-way' });
  }
  if (roundTripMs !== null && roundTripMs > FAIR.roundTripMs) {
    const kind = reading.relayed ? 'far-relay' : 'far-away';
    add(roundTripMs > POOR.roundTripMs, { kind, roundTripMs: Math.round(roundTripMs / 10) * 10 });
  }
  if (said.includes('microphone')) add(false, { kind: 'silent-microphone' });
  const { framesPerSecond } = received;
  // None at all is a picture that is not sent, for example because it is not shown here.
  if (link.showsCamera && framesPerSecond !== null && framesPerSecond > 0 && framesPerSecond < FEW_FRAMES) {
    add(false, { kind: 'few-frames', framesPerSecond: Math.max(1, Math.round(framesPerSecond)) });
  }

  const worst = found.find(({ isPoor }) => isPoor) ?? found[0];
  return worst ? { level: worst.isPoor ? 'poor' : 'fair', cause: worst.cause } : { level: 'good' };
}

function receivedLoss(
  { reading, troubles: said }: LinkFacts,
  others: readonly LinkFacts[],
  own: readonly CallTrouble[],
): QualityCause {
  const lossRatio = percentOf(reading.received.lossRatio);
  if (said.includes('uplink')) return { kind: 'their-uplink', lossRatio };
  if (own.includes('downlink')) return { kind: 'own-downlink', lossRatio };
  const alone = areFine(others.map((other) => other.reading.received.lossRatio));
  return { kind: 'packet-loss', direction: 'received', lossRatio, alone };
}

function sentLoss(
  { reading, troubles: said }: LinkFacts,
  others: readonly LinkFacts[],
  own: readonly CallTrouble[],
): QualityCause {
  const lossRatio = percentOf(reading.sent.lossRatio);
  if (said.includes('downlink')) return { kind: 'their-downlink', lossRatio };
  if (own.includes('uplink')) return { kind: 'own-uplink', lossRatio };
  const alone = areFine(others.map((other) => other.reading.sent.lossRatio));
  return { kind: 'packet-loss', direction: 'sent', lossRatio, alone };
}

/** Whether there are others and all that is known of them is good. */
const areFine = (lossRatios: readonly (number | null)[]): boolean => {
  const known = lossRatios.filter((ratio) => ratio !== null);
  return known.length > 0 && known.every((ratio) => ratio <= FAIR.lossRatio);
};

/** In whole hundredths: a sentence that changed with every packet would be none. */
const percentOf = (ratio: number | null): number => Math.round((ratio ?? 0) * 100) / 100;
