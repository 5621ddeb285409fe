import { maskedAddress } from './masked-address.ts';
import type { StatsEntry } from './raw-peer.ts';
import { numberIn, type StatsSnapshot, StatsView, textIn } from './stats-view.ts';

/** One end of the way that packets take. The address is masked as soon as it is read. */
export type PathEnd = {
  /** `relay` stands for a relay, `srflx` and `prflx` for an address that a router lent. */
  kind: 'host' | 'srflx' | 'prflx' | 'relay';
  protocol: string | null;
  /** How this device reaches its relay: `udp`, `tcp` or `tls`. */
  relayProtocol: string | null;
  address: string | null;
};

export type LimitedBy = 'none' | 'cpu' | 'bandwidth' | 'other';

/** The media that come from the far end. */
export type ReceivedMedia = {
  /** Share of packets lost, 0 to 1; null while hardly any are expected. */
  lossRatio: number | null;
  jitterMs: number | null;
  /** Share of the sound that had to be made up because packets were missing or late, 0 to 1. */
  concealedRatio: number | null;
  framesPerSecond: number | null;
  frameWidth: number | null;
  frameHeight: number | null;
  /** Frames that came and that this computer did not get to show, as a share of all that came. */
  droppedRatio: number | null;
  /** How often the picture stood still since the last reading. */
  freezes: number | null;
  soundCodec: string | null;
  pictureCodec: string | null;
};

/** The media that go to the far end. */
export type SentMedia = {
  /** Share of packets that the far end says it lost, 0 to 1. */
  lossRatio: number | null;
  framesPerSecond: number | null;
  frameWidth: number | null;
  frameHeight: number | null;
  /** The cause that keeps the picture smaller than it could be; null while none is sent. */
  limitedBy: LimitedBy | null;
  /** Whether the microphone gave any sound at all since the last reading; null while none is sent. */
  heard: boolean | null;
  soundCodec: string | null;
  pictureCodec: string | null;
};

/** A link's measurements of itself since the reading before. Every number may be missing. */
export type LinkReading = {
  path: { own: PathEnd; far: PathEnd } | null;
  /** Whether the chosen path runs through a relay; null while no path is chosen. */
  relayed: boolean | null;
  roundTripMs: number | null;
  /** All that goes over the link: sound, pictures, messages, files. */
  receivedBps: number | null;
  sentBps: number | null;
  /** The most that Chromium thinks the way takes. It is low as long as there is little to send. */
  sendableBps: number | null;
  received: ReceivedMedia;
  sent: SentMedia;
};

const NOTHING_RECEIVED: ReceivedMedia = {
  lossRatio: null,
  jitterMs: null,
  concealedRatio: null,
  framesPerSecond: null,
  frameWidth: null,
  frameHeight: null,
  droppedRatio: null,
  freezes: null,
  soundCodec: null,
  pictureCodec: null,
};

const NOTHING_SENT: SentMedia = {
  lossRatio: null,
  framesPerSecond: null,
  frameWidth: null,
  frameHeight: null,
  limitedBy: null,
  heard: null,
  soundCodec: null,
  pictureCodec: null,
};

export const unknownReading: LinkReading = {
  path: null,
  relayed: null,
  roundTripMs: null,
  receivedBps: null,
  sentBps: null,
  sendableBps: null,
  received: NOTHING_RECEIVED,
  sent: NOTHING_SENT,
};

/** With fewer packets than this one that is lost would say too much. */
const PACKETS_MIN = 20;
/** A word of the far end about our packets counts for so long. */
const REPORT_MAX_AGE_MS = 15_000;

/**
 * Reads what the statistics of a connection say, compared with those of the reading before: totals become shares and rates of the time
 * in between. Returns the snapshot for the next reading.
 */
export function readLink(
  stats: readonly StatsEntry[],
  before: StatsSnapshot | null,
): { reading: LinkReading; snapshot: StatsSnapshot } {
  const view = new StatsView(stats, before);
  const [transport] = view.all('transport');
  const pair = view.find(transport?.selectedCandidatePairId);
  const [own, far] = [view.find(pair?.localCandidateId), view.find(pair?.remoteCandidateId)];
  const path = own && far ? { own: endOf(own), far: endOf(far) } : null;
  const roundTrip = numberIn(pair, 'currentRoundTripTime');
  const bits = (field: string) => {
    const bytes = view.perSecond(pair, field);
    return bytes === null ? null : bytes * 8;
  };
  const reading: LinkReading = {
    path,
    relayed: pair ? path?.own.kind === 'relay' || path?.far.kind === 'relay' : null,
    roundTripMs: roundTrip === null ? null : roundTrip * 1_000,
    receivedBps: bits('bytesReceived'),
    sentBps: bits('bytesSent'),
    sendableBps: numberIn(pair, 'availableOutgoingBitrate'),
    received: readReceived(view),
    sent: readSent(view),
  };
  return { reading, snapshot: view.now };
}

function endOf(entry: StatsEntry): PathEnd {
  const kind = textIn(entry, 'candidateType');
  const address = textIn(entry, 'address');
  return {
    kind: kind === 'srflx' || kind === 'prflx' || kind === 'relay' ? kind : 'host',
    protocol: textIn(entry, 'protocol'),
    relayProtocol: textIn(entry, 'relayProtocol'),
    address: address === null ? null : maskedAddress(address),
  };
}

function readReceived(view: StatsView): ReceivedMedia {
  const sounds = view.all('inbound-rtp', 'audio');
  const picture = busiest(view, view.all('inbound-rtp', 'video'), 'bytesReceived');
  const sound = busiest(view, sounds, 'packetsReceived');
  const all = view.all('inbound-rtp');
  const received = view.grownInAll(all, 'packetsReceived');
  // The browser takes a loss back when the packet comes after all: that is no loss.
  const lost = view.grownInAll(all, 'packetsLost') ?? 0;
  const expected = received === null ? 0 : received + lost;
  const concealed = view.grownInAll(sounds, 'concealedSamples');
  const silent = view.grownInAll(sounds, 'silentConcealedSamples') ?? 0;
  const jitter = numberIn(sound, 'jitter') ?? numberIn(picture, 'jitter');
  return {
    lossRatio: expected < PACKETS_MIN ? null : lost / expected,
    jitterMs: jitter === null ? null : jitter * 1_000,
    concealedRatio: ratio(
      concealed === null ? null : Math.max(0, concealed - silent),
      view.grownInAll(sounds, 'totalSamplesReceived'),
    ),
    framesPerSecond: view.perSecond(picture, 'framesDecoded'),
    frameWidth: numberIn(picture, 'frameWidth'),
    frameHeight: numberIn(picture, 'frameHeight'),
    droppedRatio: ratio(view.grown(picture, 'framesDropped'), view.grown(picture, 'framesReceived')),
    freezes: view.grown(picture, 'freezeCount'),
    soundCodec: codecOf(view, sound),
    pictureCodec: codecOf(view, picture),
  };
}

function readSent(view: StatsView): SentMedia {
  const pictures = view.all('outbound-rtp', 'video').filter((entry) => (view.grown(entry, 'packetsSent') ?? 0) > 0);
  const picture = busiest(view, pictures, 'bytesSent');
  const [sound] = view.all('outbound-rtp', 'audio').filter((entry) => entry.active !== false);
  const source = view.find(sound?.mediaSourceId);
  const energy = view.grown(source, 'totalAudioEnergy');
  const length = view.grown(source, 'totalSamplesDuration') ?? 0;
  return {
    lossRatio: readReports(view),
    framesPerSecond: view.perSecond(picture, 'framesEncoded'),
    frameWidth: numberIn(picture, 'frameWidth'),
    frameHeight: numberIn(picture, 'frameHeight'),
    limitedBy: worstLimit(pictures),
    heard: energy === null || length === 0 ? null : energy > 0,
    soundCodec: codecOf(view, sound),
    pictureCodec: codecOf(view, picture),
  };
}

/** The last report of the far end about our packets; each stream counts by the packets that it had. */
function readReports(view: StatsView): number | null {
  let packets = 0;
  let lost = 0;
  for (const report of view.all('remote-inbound-rtp')) {
    const stream = view.find(report.localId);
    const sent = view.grown(stream, 'packetsSent') ?? 0;
    const fraction = numberIn(report, 'fractionLost');
    const ageMs = (numberIn(stream, 'timestamp') ?? 0) - (numberIn(report, 'timestamp') ?? 0);
    if (fraction === null || ageMs > REPORT_MAX_AGE_MS) continue;
    packets += sent;
    lost += sent * Math.min(1, Math.max(0, fraction));
  }
  return packets < PACKETS_MIN ? null : lost / packets;
}

function worstLimit(pictures: readonly StatsEntry[]): LimitedBy | null {
  const reasons = pictures.map((entry) => textIn(entry, 'qualityLimitationReason') ?? 'none');
  if (reasons.length === 0) return null;
  for (const reason of ['cpu', 'bandwidth', 'other'] as const) if (reasons.includes(reason)) return reason;
  return 'none';
}

/** The stream with the most in it now, where there are several: a camera beside a screen that stands still, or the other way round. */
function busiest(view: StatsView, entries: readonly StatsEntry[], field: string): StatsEntry | undefined {
  const [first, ...others] = entries;
  const amount = (entry: StatsEntry | undefined) => view.grown(entry, field) ?? -1;
  return others.reduce((most, each) => (amount(each) > amount(most) ? each : most), first);
}

/** `VP8` of `video/VP8`. */
function codecOf(view: StatsView, stream: StatsEntry | undefined): string | null {
  return textIn(view.find(stream?.codecId), 'mimeType')?.split('/')[1] ?? null;
}

const ratio = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : Math.min(1, part / whole);
