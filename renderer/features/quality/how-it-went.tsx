import type { CallTimeline } from '@parley/shared/model';
import type { CallId, RoomId } from '@parley/shared/protocol';
import { ChevronDown, Download } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { countOf, formatDuration } from '../../ui/format.ts';
import styles from './how-it-went.module.css';
import { timelineReport } from './timeline-report.ts';
import { personSentence, spanTime, spanWords } from './timeline-words.ts';

const REPORT_NAME = 'parley-call-report.json';
/** More spans than these are for the report. */
const SPANS_SHOWN = 8;

type Loading = { at: 'loading' } | { at: 'failed'; why: string } | { at: 'done'; timeline: CallTimeline | null };

/** How the connections of a call that is over were: a bar for each person, with its words. It is on this computer alone. */
export function HowItWent({ roomId, callId }: { roomId: RoomId; callId: CallId }) {
  const { timelineOf } = useActions();
  const [loading, setLoading] = useState<Loading | null>(null);
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const isShown = loading?.at === 'done';
  useEffect(() => {
    if (!isShown) return undefined;
    // A list that stands at its end stays there while it grows, and it has grown only a frame later.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => opener.current?.scrollIntoView({ block: 'nearest' }));
    });
    return () => cancelAnimationFrame(frame);
  }, [isShown]);
  const toggle = () => {
    if (loading) return setLoading(null);
    setLoading({ at: 'loading' });
    void timelineOf(roomId, callId).then((kept) =>
      setLoading((now) => {
        if (now === null) return now;
        return kept.ok ? { at: 'done', timeline: kept.value } : { at: 'failed', why: kept.message };
      }),
    );
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={styles.opener}
        aria-expanded={loading !== null}
        aria-controls={loading ? id : undefined}
        onClick={toggle}
      >
        How it went
        <ChevronDown className={styles.chevron} data-open={loading ? true : undefined} aria-hidden="true" />
      </button>
      {loading ? (
        <section id={id} className={styles.shown} aria-label="How it went">
          {loading.at === 'loading' ? <p>One moment…</p> : null}
          {loading.at === 'failed' ? <p>{loading.why}</p> : null}
          {loading.at === 'done' ? <Timeline timeline={loading.timeline} /> : null}
        </section>
      ) : null}
    </>
  );
}

function Timeline({ timeline }: { timeline: CallTimeline | null }) {
  const { saveText } = useActions();
  const info = useApp((state) => state.info);
  const [said, setSaid] = useState('');
  const people = timeline?.people.filter(({ spans }) => spans.length > 0) ?? [];
  if (!timeline || people.length === 0) return <p>Nothing is kept of how this call went.</p>;
  const { lengthMs } = timeline;
  return (
    <>
      {people.map((person) => (
        <Person key={person.deviceId} person={person} lengthMs={lengthMs} />
      ))}
      <p className={styles.ends} aria-hidden="true">
        <span>0:00</span>
        <span>{formatDuration(lengthMs)}</span>
      </p>
      <p className={styles.note}>Only this computer has this. It goes with the call.</p>
      <p role="status" className={styles.said}>
        {said}
      </p>
      <Button
        size="small"
        icon={Download}
        onClick={() => {
          saveText(REPORT_NAME, timelineReport(info, timeline));
          setSaid(`The report is handed to your computer as ${REPORT_NAME}. It has no names and no addresses.`);
        }}
      >
        Save report…
      </Button>
    </>
  );
}

function Person({ person, lengthMs }: { person: CallTimeline['people'][number]; lengthMs: number }) {
  const { name, spans } = person;
  const share = (ms: number) => `${(100 * ms) / Math.max(1, lengthMs)}%`;
  const worth = spans.length <= SPANS_SHOWN ? spans : spans.filter(({ level }) => level !== 'good');
  const left = worth.length - SPANS_SHOWN;
  return (
    <section className={styles.person} aria-label={name}>
      <h4>
        <bdi>{name}</bdi>
      </h4>
      <p>{personSentence(person)}</p>
      <div className={styles.bar} aria-hidden="true">
        {spans.map((span) => (
          <span
            key={span.fromMs}
            data-level={span.level}
            title={`${spanTime(span)} ${spanWords(span)}`}
            style={{ insetInlineStart: share(span.fromMs), inlineSize: share(span.toMs - span.fromMs) }}
          />
        ))}
      </div>
      {spans.length === 1 && spans[0]?.level === 'good' ? null : (
        <ol className={styles.spans}>
          {worth.slice(0, SPANS_SHOWN).map((span) => (
            <li key={span.fromMs} data-level={span.level}>
              <span className={styles.time}>{spanTime(span)}</span> {spanWords(span)}
            </li>
          ))}
          {left > 0 ? <li>{countOf(left, 'more time', 'more times')} in the report.</li> : null}
        </ol>
      )}
    </section>
  );
}
