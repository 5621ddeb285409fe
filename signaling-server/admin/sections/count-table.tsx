import type { ReactNode } from 'react';
import { lately } from '../recent.ts';
import { useAdminState } from '../store/react.tsx';
import { TableBox } from '../ui/card.tsx';
import { formatCount } from '../words.ts';
import styles from './lists.module.css';

type Recent = Parameters<typeof lately>[0];
type Totals = Recent[number];

/** Counts since the start by key, with what the last minute added; what happens now stands first. */
export function CountTable(props: {
  label: string;
  heading: string;
  counts: Readonly<Record<string, number>>;
  /** The same counts in an earlier answer. */
  before: (totals: Totals) => Readonly<Record<string, number>>;
  name: (key: string) => ReactNode;
}) {
  const recent = useAdminState((state) => state.recent);
  const rows = Object.entries(props.counts)
    .map(([key, count]) => ({ key, count, fresh: lately(recent, (totals) => props.before(totals)[key] ?? 0) }))
    .sort((a, b) => b.fresh - a.fresh || b.count - a.count || (a.key < b.key ? -1 : 1));
  return (
    <TableBox label={props.label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{props.heading}</th>
            <th scope="col" data-number>
              Last minute
            </th>
            <th scope="col" data-number>
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, count, fresh }) => (
            <tr key={key}>
              <th scope="row">{props.name(key)}</th>
              <td data-number className={fresh > 0 ? styles.fresh : undefined}>
                {fresh > 0 ? `+${formatCount(fresh)}` : '0'}
              </td>
              <td data-number>{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
