import { isolated } from '@parley/shared/model';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { FirstSideState } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused } from '../../ui/field.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { WorkProgress } from '../../ui/work-progress.tsx';
import styles from './computers.module.css';
import { CancelAlone, CompareActions, numberWords, quarterOf, SafetyCode, Said, Step } from './step.tsx';
import { TakeInBegin } from './take-in-begin.tsx';

type StepOf<A extends FirstSideState['at']> = { now: Extract<FirstSideState, { at: A }>; onClose: () => void };

/** Takes a new computer in, on the first one: where both meet, the code, the comparison, and what goes over. */
export function TakeInDialog({ onClose }: { onClose: () => void }) {
  const { stopTakingIn } = useActions();
  const takingIn = useApp((state) => state.takingIn);
  useEffect(() => () => stopTakingIn(), [stopTakingIn]);
  return (
    <Dialog title="Use Parley on another computer" onClose={onClose}>
      {takingIn ? (
        <NowStep code={takingIn.code} now={takingIn.now} onClose={onClose} />
      ) : (
        <TakeInBegin onClose={onClose} />
      )}
      <Said>{takingIn ? saidOf(takingIn.now) : ''}</Said>
    </Dialog>
  );
}

/** The words for what goes on within a step. Pure. */
function saidOf(now: FirstSideState): string {
  if (now.at === 'giving') return quarterOf(now.done, now.total);
  if (now.at !== 'comparing') return '';
  const asked = now.name === null ? '' : ` ${isolated(now.name)} wants to be one of your computers.`;
  return `${numberWords(now.safetyCode)}${asked}`;
}

function NowStep({ code, now, onClose }: { code: string; now: FirstSideState; onClose: () => void }) {
  switch (now.at) {
    case 'waiting':
      return <Code key="waiting" code={code} now={now} onClose={onClose} />;
    case 'comparing':
      return now.said ? (
        <SaidHere key="said" now={now} onClose={onClose} />
      ) : (
        <Compare key="comparing" now={now} onClose={onClose} />
      );
    case 'asking':
      return <Asking key="asking" now={now} onClose={onClose} />;
    case 'giving':
      return (
        <Step key="giving" title="Keep Parley open on both computers">
          <WorkProgress label="Your rooms, keys and settings go over" done={now.done} total={now.total} />
          <CancelAlone onClose={onClose} />
        </Step>
      );
    case 'done':
      return (
        <Step key="done" title={`${isolated(now.name)} is one of your computers now`}>
          <p>
            Your messages go over while Parley is open on both. Received files stay here; each can be fetched there when
            it is needed.
          </p>
          <DialogActions>
            <Button look="primary" onClick={onClose}>
              Done
            </Button>
          </DialogActions>
        </Step>
      );
    case 'failed':
      return <Failed key="failed" now={now} onClose={onClose} />;
  }
}

function Code({ code, now, onClose }: StepOf<'waiting'> & { code: string }) {
  const { copyText } = useActions();
  const [copied, setCopied] = useState(false);
  return (
    <Step title="Show this to the other computer">
      <p>Scan it there, or copy the code and paste it there. It is good for 10 minutes, and once.</p>
      <div className={styles.code}>
        <QrCode text={code} label="QR code for your other computer" />
      </div>
      <p className={styles.link} data-code>
        {code}
      </p>
      {now.trouble ? <Refused>{now.trouble.message}</Refused> : null}
      <p className={styles.soft} role="status">
        {copied ? 'The code was copied. ' : ''}Waiting for the other computer…
      </p>
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button icon={copied ? Check : Copy} onClick={() => void copyText(code).then((done) => setCopied(done.ok))}>
          Copy code
        </Button>
      </DialogActions>
    </Step>
  );
}

function Compare({ now, onClose }: StepOf<'comparing'>) {
  const { confirmComputer } = useActions();
  return (
    <Step title="Do both computers show this number?">
      <SafetyCode code={now.safetyCode} />
      <p>
        {now.name === null ? (
          'Look at the other computer, and say on both that they are the same.'
        ) : (
          <>
            <bdi>{now.name}</bdi> wants to be one of your computers. You said there that they are the same.
          </>
        )}
      </p>
      <p className={styles.soft}>
        If the numbers differ, somebody is between the two. If they are the same, the other computer gets your rooms
        with their keys, and can read and write everything as you.
      </p>
      <CompareActions code={now.safetyCode} onSame={confirmComputer} onDiffer={onClose} />
    </Step>
  );
}

function SaidHere({ now, onClose }: StepOf<'comparing'>) {
  return (
    <Step title="Now say so on the other computer">
      <SafetyCode code={now.safetyCode} />
      <p>Press “They are the same” there as well, if it shows this number.</p>
      <CancelAlone onClose={onClose} />
    </Step>
  );
}

function Asking({ now, onClose }: StepOf<'asking'>) {
  const isLoopback = useApp((state) => state.info?.host === 'loopback');
  return (
    <Step title="Parley asks you once more">
      <p>
        A small window asks whether <bdi>{now.name}</bdi> may become one of your computers. Press “Add computer” there.
      </p>
      <p className={styles.soft}>
        It is a window of its own so that nothing in this one can answer for you.
        {isLoopback ? ' Where none can be opened, its address stands where you started Parley.' : ''}
      </p>
      <CancelAlone onClose={onClose} />
    </Step>
  );
}

function Failed({ now, onClose }: StepOf<'failed'>) {
  const { stopTakingIn } = useActions();
  return (
    <Step title="The other computer was not added">
      <Refused>{now.refusal.message}</Refused>
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Close
        </Button>
        <Button look="primary" onClick={() => stopTakingIn()}>
          Start again
        </Button>
      </DialogActions>
    </Step>
  );
}
