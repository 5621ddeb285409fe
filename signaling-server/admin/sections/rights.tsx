import { useRef, useState } from 'react';
import type { z } from 'zod';
import { Rights as RightsAnswer } from '../../src/answers.ts';
import type { Answer, Failure } from '../store/api.ts';
import { useAdmin, useNow } from '../store/react.tsx';
import { useAsked } from '../store/use-asked.ts';
import { Button } from '../ui/button.tsx';
import { ActionTable, Card, Nothing } from '../ui/card.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { countOf, formatAgo, formatCount, formatDay, type Where } from '../words.ts';
import styles from './lists.module.css';

export type Right = z.infer<typeof RightsAnswer>['rights'][number];
const SHOWN_AT_FIRST = 10;

/** The people who may use this server by token, those who do now, and the way to end that. Not there where access is not by token. */
export function Rights() {
  const { rights, silentNodes, failure, revoke } = useRights();
  const now = useNow();
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<Right>();
  const card = useRef<HTMLDivElement>(null);
  if (rights === undefined && failure === undefined) return null;
  const sorted = (rights ?? []).toSorted(inOrder(now));
  const shown = all ? sorted : sorted.slice(0, SHOWN_AT_FIRST);
  const inForce = sorted.filter((right) => stateOf(right, now).inForce).length;
  return (
    <div ref={card} tabIndex={-1} className={styles.holder}>
      <Card
        title="Rights by token"
        aside={sorted.length === 0 ? undefined : `${formatCount(inForce)} of ${formatCount(sorted.length)} in force`}
      >
        {sorted.length === 0 ? (
          <Nothing>
            {failure ? (
              failure.sentence
            ) : (
              <>
                Nobody has one. <code>token create --name Anna</code> on the server makes one.
              </>
            )}
          </Nothing>
        ) : (
          <>
            <ActionTable
              label="Rights by token"
              head={
                <>
                  <th scope="col">Name</th>
                  <th scope="col">State and use</th>
                </>
              }
            >
              {shown.map((right) => (
                <Row key={right.id} right={right} now={now} onRevoke={() => setAsked(right)} />
              ))}
            </ActionTable>
            {sorted.length > SHOWN_AT_FIRST || failure || silentNodes > 0 ? (
              <div className={styles.foot}>
                {sorted.length > SHOWN_AT_FIRST ? (
                  <Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>
                    {all ? 'Show the first only' : `Show all ${formatCount(sorted.length)}`}
                  </Button>
                ) : null}
                {failure ? <p className={styles.fresh}>This list may be old: {failure.sentence}</p> : null}
                {silentNodes > 0 ? (
                  <p>
                    {countOf(silentNodes, 'process does', 'processes do')} not answer: connections there are not
                    counted.
                  </p>
                ) : null}
              </div>
            ) : null}
          </>
        )}
      </Card>
      {asked === undefined ? null : (
        <Confirm
          title={`Revoke the right of ${asked.name}?`}
          action="Revoke"
          look="danger"
          onConfirm={() => revoke(asked)}
          onClose={() => setAsked(undefined)}
          orFocus={card}
        >
          <p>
            {asked.sockets === 0
              ? 'Nobody is connected with it now. From then on:'
              : `${countOf(asked.sockets, 'connection of it is', 'connections of it are')} open now. From then on:`}
          </p>
          <ul>
            <li>Its connections are closed within seconds, and its token lets nobody in.</li>
            <li>Calls that run go on: sound and picture do not pass through this server.</li>
          </ul>
          <p>This cannot be taken back; {asked.name} would need a new token.</p>
        </Confirm>
      )}
    </div>
  );
}

function Row({ right, now, onRevoke }: { right: Right; now: number; onRevoke: () => void }) {
  const { inForce, state, isAlarming } = stateOf(right, now);
  return (
    <tr className={styles.middle}>
      <th scope="row">
        <bdi className={inForce ? undefined : styles.over}>{right.name}</bdi>
        <span className={`${styles.soft} ${styles.id}`}>{right.id}</span>
      </th>
      <td>
        <span className={isAlarming ? styles.fresh : inForce ? undefined : styles.over}>{state}</span>
        <span className={styles.soft}>{useOf(right, now)}</span>
      </td>
      <td data-number className={styles.action}>
        {inForce ? (
          <Button size="small" aria-label={`Revoke the right of ${right.name}, ${right.id}`} onClick={onRevoke}>
            Revoke
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

/** The state of a right, in words. A token that was used twice is one that somebody copied. */
export function stateOf(
  { ends_at, revoked_at, why }: Right,
  now: number,
  where: Where = {},
): { inForce: boolean; state: string; isAlarming: boolean } {
  const day = (iso: string) => formatDay(Date.parse(iso), where);
  if (revoked_at !== null && why === 'reused')
    return { inForce: false, state: `Ended ${day(revoked_at)}: its token was used twice`, isAlarming: true };
  if (revoked_at !== null) return { inForce: false, state: `Revoked ${day(revoked_at)}`, isAlarming: false };
  if (ends_at === null) return { inForce: true, state: 'Without end', isAlarming: false };
  const isOver = Date.parse(ends_at) <= now;
  return { inForce: !isOver, state: `${isOver ? 'Over since' : 'Until'} ${day(ends_at)}`, isAlarming: false };
}

function useOf({ sockets, last_used_at }: Right, now: number): string {
  const lastUse = last_used_at === null ? 'never used' : `used ${formatAgo(now - Date.parse(last_used_at))}`;
  return sockets === 0 ? lastUse : `${countOf(sockets, 'connection', 'connections')}, ${lastUse}`;
}

/** Those in force by name, then the others, the last ended first. Nothing moves because somebody connects. */
function inOrder(now: number): (a: Right, b: Right) => number {
  const endOf = ({ revoked_at, ends_at }: Right) => Date.parse(revoked_at ?? ends_at ?? '');
  return (a, b) => {
    const [first, second] = [stateOf(a, now).inForce, stateOf(b, now).inForce];
    if (first !== second) return first ? -1 : 1;
    const ended = first ? 0 : endOf(b) - endOf(a);
    return ended || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
  };
}

/** The rights as they were at the last look, and the way to end one. */
function useRights(): {
  rights: readonly Right[] | undefined;
  /** Nodes and workers that did not say in time how many connections they have. */
  silentNodes: number;
  failure: Failure | undefined;
  revoke: (right: Right) => Promise<Answer<null>>;
} {
  const admin = useAdmin();
  const { value, failure, absent, end } = useAsked('api/rights', RightsAnswer);

  const revoke = ({ id, name }: Right): Promise<Answer<null>> =>
    end(admin.tell('api/revoke', { id }), {
      done: `The right of ${name} is revoked.`,
      gone: `There is no right of ${name} any more.`,
    });
  return { rights: absent ? undefined : value?.rights, silentNodes: value?.silent_nodes ?? 0, failure, revoke };
}
