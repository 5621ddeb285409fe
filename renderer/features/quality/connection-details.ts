import type { LinkReading, PathEnd, ReadingAt } from '../../stores/state.ts';
import { countOf } from '../../ui/format.ts';
import { framesWords, msWords, rateWords, shareWords } from './number-words.ts';

export type Detail = { label: string; value: string };

const kindWords: Readonly<Record<PathEnd['kind'], string>> = {
  host: 'own address',
  srflx: 'through the router',
  prflx: 'through the router',
  relay: 'relay',
};

/** `192.168.*.* (own address)`. */
const endWords = ({ address, kind }: PathEnd): string => `${address ?? '*'} (${kindWords[kind]})`;

function wayWords({ path, relayed }: LinkReading): string {
  if (!path) return 'not known yet';
  if (!relayed) return 'direct';
  const { relayProtocol } = path.own;
  const how = relayProtocol ? `, reached by ${relayProtocol.toUpperCase()}` : '';
  if (path.own.kind === 'relay' && path.far.kind === 'relay') return `through two relays${how}`;
  return path.own.kind === 'relay' ? `through a relay${how}` : 'through a relay of the other side';
}

const sizeWords = (width: number | null, height: number | null, framesPerSecond: number | null): string | null =>
  width === null || height === null || framesPerSecond === null
    ? null
    : `${width} × ${height}, ${framesWords(framesPerSecond)}`;

const LIMITS_IN_WORDS = {
  none: 'nothing',
  cpu: 'your computer is busy',
  bandwidth: 'the way takes no more',
  other: 'another reason',
} as const;

/** The present measurements of a link, as rows of a table. Unknown ones are left out. */
export function connectionDetails(record: readonly ReadingAt[]): Detail[] {
  const reading = record.at(-1)?.reading;
  if (!reading) return [];
  const { path, received, sent } = reading;
  const freezes = record.reduce((sum, each) => sum + (each.reading.received.freezes ?? 0), 0);
  const both = (into: string | null, out: string | null) =>
    into === null && out === null ? null : `${into ?? 'nothing'} received, ${out ?? 'nothing'} sent`;
  const rows: [string, string | null][] = [
    ['Way', wayWords(reading)],
    ['From', path && endWords(path.own)],
    ['To', path && endWords(path.far)],
    ['Transport', path?.own.protocol?.toUpperCase() ?? null],
    ['Round trip', words(reading.roundTripMs, msWords)],
    ['Packets lost', both(words(received.lossRatio, shareWords), words(sent.lossRatio, shareWords))],
    ['Unevenness (jitter)', words(received.jitterMs, msWords)],
    ['Sound filled in', words(received.concealedRatio, shareWords)],
    ['Data', both(words(reading.receivedBps, rateWords), words(reading.sentBps, rateWords))],
    ['Could send', words(reading.sendableBps, rateWords)],
    ['Sound', both(received.soundCodec, sent.soundCodec)],
    ['Pictures', both(received.pictureCodec, sent.pictureCodec)],
    ['Picture received', sizeWords(received.frameWidth, received.frameHeight, received.framesPerSecond)],
    ['Picture sent', sizeWords(sent.frameWidth, sent.frameHeight, sent.framesPerSecond)],
    ['Picture sent is limited by', sent.limitedBy && LIMITS_IN_WORDS[sent.limitedBy]],
    [
      'Picture stood still',
      received.freezes === null ? null : `${countOf(freezes, 'time', 'times')} in the last minutes`,
    ],
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

const words = (value: number | null, form: (value: number) => string): string | null =>
  value === null ? null : form(value);
