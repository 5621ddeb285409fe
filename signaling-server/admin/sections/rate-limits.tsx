import { useOverview } from '../store/react.tsx';
import { Card, Nothing } from '../ui/card.tsx';
import { limitName } from '../words.ts';
import { CountTable } from './count-table.tsx';

/** Which limit refused how often. */
export function RateLimits() {
  const { blocked_addresses: _, ...counts } = useOverview().metrics.rate_limits;
  return (
    <Card title="Refused by limits" aside="since the server started">
      {Object.keys(counts).length === 0 ? (
        <Nothing>No limit has been reached.</Nothing>
      ) : (
        <CountTable
          label="Refused by limits"
          heading="Limit"
          counts={counts}
          before={(totals) => totals.limits}
          name={limitName}
        />
      )}
    </Card>
  );
}
