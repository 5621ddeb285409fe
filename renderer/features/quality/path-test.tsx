import { Activity, Check, TriangleAlert, X } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Preview, RoomReach } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { useServerName } from '../servers/use-server-name.ts';
import styles from './path-test.module.css';
import { deviceFindings, type Finding, pathFindings, serverFinding, stepWords, summaryOf } from './path-test-words.ts';

const icons = { good: Check, fair: TriangleAlert, poor: X } as const;
const words = { good: 'Fine', fair: 'Note', poor: 'Trouble' } as const;

type PathTestProps = { host: string; reach: RoomReach | undefined; preview: Preview };

/** Tests the connection before a call: the server, the ways out of this network, and what the preview found of the devices. */
export function PathTest({ host, reach, preview }: PathTestProps) {
  const { startPathTest, stopPathTest } = useActions();
  const test = useApp((state) => state.pathTest);
  const server = useServerName(host);
  const ways =
    test.at === 'done'
      ? [serverFinding(reach?.connection ?? { at: 'offline' }, server), ...pathFindings(test.result)]
      : [];
  return (
    <section className={styles.test} aria-label="Connection test">
      {test.at === 'running' ? (
        <Button size="small" icon={X} onClick={stopPathTest}>
          Stop the test
        </Button>
      ) : (
        <Button size="small" icon={Activity} onClick={startPathTest}>
          {test.at === 'done' ? 'Test again' : 'Test the connection'}
        </Button>
      )}
      {/* Always there, so that what comes into it is read out. A device that is switched afterwards reads nothing of it again. */}
      <div role="status" className={styles.said}>
        {test.at === 'running' ? (
          <>
            <p>{stepWords[test.step]}</p>
            <progress aria-label="Connection test" className={styles.progress} />
          </>
        ) : null}
        {test.at === 'done' ? <p className="visually-hidden">{summaryOf(ways)}</p> : null}
      </div>
      {test.at === 'done' ? (
        <ul className={styles.findings} aria-label="What the test found">
          {[...ways, ...deviceFindings(preview)].map((finding) => (
            <FindingLine key={finding.text} finding={finding} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function FindingLine({ finding: { tone, text } }: { finding: Finding }) {
  const Icon = icons[tone];
  return (
    <li data-tone={tone}>
      <Icon aria-hidden="true" />
      <span>
        <span className="visually-hidden">{words[tone]}: </span>
        {text}
      </span>
    </li>
  );
}
