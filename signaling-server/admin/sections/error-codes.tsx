import { ErrorCode, sentenceOf } from '@parley/shared/protocol';
import { lately } from '../recent.ts';
import { useAdminState, useOverview } from '../store/react.tsx';
import { Card, Nothing, TableBox } from '../ui/card.tsx';
import { formatCount } from '../words.ts';
import styles from './lists.module.css';

/** What clients were refused with, and the sentence that they read. */
export function ErrorCodes() {
  const { errors } = useOverview().metrics;
  const recent = useAdminState((state) => state.recent);
  const rows = Object.entries(errors)
    .map(([code, count]) => ({ code, count, fresh: lately(recent, (totals) => totals.errors[code] ?? 0) }))
    .sort((a, b) => b.fresh - a.fresh || b.count - a.count || (a.code < b.code ? -1 : 1));
  return (
    <Card title="Errors" aside="since the server started">
      {rows.length === 0 ? (
        <Nothing>Nothing has been refused.</Nothing>
      ) : (
        <TableBox label="Errors by code">
          <table>
            <thead>
              <tr>
                <th scope="col">Code and what people read</th>
                <th scope="col" data-number>
                  Last minute
                </th>
                <th scope="col" data-number>
                  Total
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ code, count, fresh }) => (
                <tr key={code}>
                  <th scope="row">
                    <span className={styles.mono}>{code}</span>
                    <span className={styles.soft}>{sentenceFor(code)}</span>
                  </th>
                  <td data-number className={fresh > 0 ? styles.fresh : undefined}>
                    {fresh > 0 ? `+${formatCount(fresh)}` : '0'}
                  </td>
                  <td data-number>{formatCount(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Card>
  );
}

/** A newer server may know codes that this page does not. */
export function sentenceFor(code: string): string {
  const known = ErrorCode.safeParse(code);
  return known.success ? sentenceOf(known.data) : 'This page does not know that code.';
}
