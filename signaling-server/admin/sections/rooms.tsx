import { useState } from 'react';
import { useOverview } from '../store/react.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Nothing } from '../ui/card.tsx';
import { countOf, formatCount } from '../words.ts';
import styles from './lists.module.css';

const SHOWN_AT_FIRST = 10;

/** The rooms under the names that the logs give them: no one can tell from those which room it is. */
export function Rooms() {
  const { connections, data } = useOverview().metrics;
  const [all, setAll] = useState(false);
  const rooms = Object.entries(connections.room_connections).sort(
    ([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1),
  );
  const most = rooms[0]?.[1] ?? 1;
  const shown = all ? rooms : rooms.slice(0, SHOWN_AT_FIRST);
  const unlisted = connections.active_rooms - rooms.length;
  return (
    <Card
      title="Rooms"
      aside={`${countOf(connections.active_rooms, 'room', 'rooms')}, ${countOf(data.total_participants, 'participant', 'participants')}`}
    >
      {rooms.length === 0 ? (
        <Nothing>Nobody is in a room.</Nothing>
      ) : (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">Name in the logs</th>
                <th scope="col" data-number>
                  Participants
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(([room, count]) => (
                <tr key={room}>
                  <th scope="row" className={styles.mono}>
                    {room}
                  </th>
                  <td data-number>
                    <span className={styles.bar} aria-hidden="true">
                      <span style={{ inlineSize: `${((count / most) * 100).toFixed(1)}%` }} />
                    </span>
                    <span className={styles.count}>{formatCount(count)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rooms.length > SHOWN_AT_FIRST || unlisted > 0 ? (
            <div className={styles.foot}>
              {rooms.length > SHOWN_AT_FIRST ? (
                <Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>
                  {all ? 'Show the largest only' : `Show all ${formatCount(rooms.length)}`}
                </Button>
              ) : null}
              {unlisted > 0 ? <p>{countOf(unlisted, 'smaller room is', 'smaller rooms are')} not listed.</p> : null}
            </div>
          ) : null}
        </>
      )}
    </Card>
  );
}
