import { ChevronDown, Copy, Download } from 'lucide-react';
import { useId, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ParticipantView, ReadingAt } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner } from '../../ui/field.tsx';
import { UplinkField } from '../uplink-field.tsx';
import { ConnectionCharts } from './connection-charts.tsx';
import { connectionDetails } from './connection-details.ts';
import { connectionReport } from './connection-report.ts';
import { rateWords } from './number-words.ts';
import styles from './quality.module.css';
import { QualityMark } from './quality-mark.tsx';
import { qualitySentence, troubleSentences } from './quality-words.ts';

const noParticipants: readonly ParticipantView[] = [];
const noReadings: readonly ReadingAt[] = [];

const REPORT_NAME = 'parley-connection-report.json';

/** The connections of the own call: what is wrong with each in words, what was measured, and a report to give to somebody who helps. */
export function ConnectionDialog() {
  const { hideConnections } = useActions();
  const inspecting = useApp((state) => state.inspecting);
  const call = useApp((state) => state.call);
  const roomId = call.at === 'joined' ? call.roomId : null;
  const all = useApp((state) => (roomId && state.reach[roomId]?.participants) || noParticipants);
  const people = all.filter(({ inCall, link }) => inCall && link !== 'closed');
  if (!inspecting || call.at !== 'joined') return null;
  return (
    <Dialog title="Connections" size="wide" onClose={hideConnections}>
      <OwnTroubles />
      {people.length === 0 ? <p>Nobody else is in the call, so there is nothing to measure yet.</p> : null}
      {people.map((participant) => (
        <Person
          key={participant.sess}
          participant={participant}
          opened={participant.sess === inspecting.sess || people.length === 1}
        />
      ))}
      {people.length === 0 ? null : <Uplink people={people} />}
      <Report people={people} />
    </Dialog>
  );
}

/** The troubles of this end: they concern everybody in the call. */
function OwnTroubles() {
  const call = useApp((state) => state.call);
  const troubles = useApp((state) => (call.at === 'joined' ? state.reach[call.roomId]?.troubles : undefined));
  return troubles?.map((trouble) => (
    <Banner key={trouble} tone="warning">
      {troubleSentences[trouble]}
    </Banner>
  ));
}

/** What goes out to everybody together, and the most that may. */
function Uplink({ people }: { people: readonly ParticipantView[] }) {
  const records = useApp((state) => state.linkRecords);
  const sent = people.flatMap(({ sess }) => records[sess]?.at(-1)?.reading.sentBps ?? []);
  const sum = sent.reduce((total, bps) => total + bps, 0);
  return (
    <div className={styles.uplink}>
      <UplinkField />
      <p className={styles.soft}>
        {sent.length === 0 ? '' : `You send ${rateWords(sum)} to everybody together at the moment. `}
        With less, pictures get smaller and voices stay.
      </p>
    </div>
  );
}

function Person({ participant, opened }: { participant: ParticipantView; opened: boolean }) {
  const [isOpen, setOpen] = useState(opened);
  const record = useApp((state) => state.linkRecords[participant.sess] ?? noReadings);
  const id = useId();
  const { name, quality } = participant;
  const sentence = qualitySentence(participant);
  return (
    <section className={styles.person} aria-label={name}>
      <h3>
        <button
          type="button"
          className={styles.personHead}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          <QualityMark quality={quality} sentence={sentence} />
          <bdi className={styles.personName}>{name}</bdi>
          <span className={styles.relay}>{participant.relayed ? 'through a relay' : ''}</span>
          <ChevronDown className={styles.chevron} data-open={isOpen || undefined} aria-hidden="true" />
        </button>
      </h3>
      <p className={styles.sentence} data-level={quality.level}>
        {sentence}
      </p>
      {isOpen ? (
        <div id={id} className={styles.measured}>
          {record.length === 0 ? (
            <p className={styles.soft}>The first numbers come in a few seconds.</p>
          ) : (
            <>
              <ConnectionCharts record={record} />
              <dl className={styles.details}>
                {connectionDetails(record).map(({ label, value }) => (
                  <div key={label}>
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </>
          )}
        </div>
      ) : null}
    </section>
  );
}

function Report({ people }: { people: readonly ParticipantView[] }) {
  const { copyText, saveText, ownTimeline } = useActions();
  const info = useApp((state) => state.info);
  const records = useApp((state) => state.linkRecords);
  const call = useApp((state) => state.call);
  const troubles = useApp((state) => (call.at === 'joined' ? state.reach[call.roomId]?.troubles : undefined)) ?? [];
  const [said, setSaid] = useState('');
  const report = () => connectionReport({ info, participants: people, records, troubles, timeline: ownTimeline() });
  return (
    <>
      <p className={styles.soft}>
        A report helps the person who looks after your network or your server. It has no names, no whole addresses and
        nothing of what was said.
      </p>
      <p role="status" className={styles.said}>
        {said}
      </p>
      <DialogActions>
        <Button
          icon={Copy}
          disabled={people.length === 0}
          onClick={() =>
            void copyText(report()).then((copied) => setSaid(copied.ok ? 'The report is in the clipboard.' : ''))
          }
        >
          Copy report
        </Button>
        <Button
          icon={Download}
          disabled={people.length === 0}
          onClick={() => {
            saveText(REPORT_NAME, report());
            setSaid(`The report is handed to your computer as ${REPORT_NAME}.`);
          }}
        >
          Save report
        </Button>
      </DialogActions>
    </>
  );
}
