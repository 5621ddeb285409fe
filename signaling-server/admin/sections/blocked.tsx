import { useRef, useState } from 'react';
import { useAdmin, useAdminState, useNow, useOverview } from '../store/react.tsx';
import { Button } from '../ui/button.tsx';
import { ActionTable, Card, Nothing } from '../ui/card.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { countOf, formatWait } from '../words.ts';
import styles from './lists.module.css';

/** Addresses that the server answers no more for a while, and the way to let one in again. */
export function Blocked() {
  const admin = useAdmin();
  const { blocked } = useOverview();
  const lookedAt = useAdminState(({ session }) => (session.at === 'in' ? session.lookedAt : 0));
  const now = useNow();
  const [asked, setAsked] = useState<string>();
  const card = useRef<HTMLDivElement>(null);
  const rows = blocked
    .map(({ address, remaining_ms }) => ({ address, leftMs: remaining_ms - (now - lookedAt) }))
    .filter(({ leftMs }) => leftMs > 0)
    .sort((a, b) => b.leftMs - a.leftMs);
  return (
    <div ref={card} tabIndex={-1} className={styles.holder}>
      <Card
        title="Blocked addresses"
        aside={rows.length === 0 ? undefined : countOf(rows.length, 'address', 'addresses')}
      >
        {rows.length === 0 ? (
          <Nothing>Nobody is blocked.</Nothing>
        ) : (
          <ActionTable
            label="Blocked addresses"
            head={
              <>
                <th scope="col">Address</th>
                <th scope="col" data-number>
                  Time left
                </th>
              </>
            }
          >
            {rows.map(({ address, leftMs }) => (
              <tr key={address} className={styles.middle}>
                <th scope="row" className={styles.mono}>
                  {address}
                </th>
                <td data-number>{formatWait(leftMs)}</td>
                <td data-number>
                  <Button size="small" aria-label={`Unblock ${address}`} onClick={() => setAsked(address)}>
                    Unblock
                  </Button>
                </td>
              </tr>
            ))}
          </ActionTable>
        )}
      </Card>
      {asked === undefined ? null : (
        <Confirm
          title={`Unblock ${asked}?`}
          action="Unblock"
          onConfirm={() => admin.unblock(asked)}
          onClose={() => setAsked(undefined)}
          orFocus={card}
        >
          <p>
            The server answers it again at once, and forgets how often it was blocked: the next block would be a short
            one.
          </p>
        </Confirm>
      )}
    </div>
  );
}
