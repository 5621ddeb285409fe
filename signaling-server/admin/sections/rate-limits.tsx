import { lately } from '../recent.ts';
import { useAdminState, useOverview } from '../store/react.tsx';
import { Card, Nothing } from '../ui/card.tsx';
import { formatCount, limitName } from '../words.ts';
import styles from './lists.module.css';

/** Which limit refused how often. */
export function RateLimits() {
  const { rate_limits } = useOverview().metrics;
  const recent = useAdminState((state) => state.recent);
  const rows = Object.entries(rate_limits)
    .filter(([key]) => key !== 'blocked_addresses')
    .map(([key, count]) => ({ key, count, fresh: lately(recent, (totals) => totals.limits[key] ?? 0) }))
    .sort((a, b) => b.fresh - a.fresh || b.count - a.count || (a.key < b.key ? -1 : 1));
  return (
    <Card title="Refused by limits" aside="since the server started">
      {rows.length === 0 ? (
        <Nothing>No limit has been reached.</Nothing>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Limit</th>
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
                <th scope="row">{limitName(key)}</th>
                <td data-number className={fresh > 0 ? styles.fresh : undefined}>
                  {fresh > 0 ? `+${formatCount(fresh)}` : '0'}
                </td>
                <td data-number>{formatCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
