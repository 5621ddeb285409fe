import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import { ListedRoomsForAdmin } from '../../src/answers.ts';
import type { Answer, Failure } from '../store/api.ts';
import { useAdmin } from '../store/react.tsx';
import { useAsked } from '../store/use-asked.ts';
import { Button } from '../ui/button.tsx';
import { ActionTable, Card, Nothing } from '../ui/card.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { countOf, formatCount } from '../words.ts';
import styles from './lists.module.css';

type ListedRoom = z.infer<typeof ListedRoomsForAdmin>['listed_rooms'][number];

const SHOWN_AT_FIRST = 10;
const SEARCH_AFTER_MS = 300;
const NAME_MAX = 100;

/** The rooms that everybody on this server can find, and the way to take one off the list. */
export function ListedRooms() {
  const { search, setSearch, searched, rooms, found, failure, takeOff } = useListedRooms();
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<ListedRoom>();
  /** Once there was much to look through, the field stays: it must not go while somebody types. */
  const [searchable, setSearchable] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  if (found > SHOWN_AT_FIRST && !searchable) setSearchable(true);
  if (rooms === undefined && failure === undefined) return null;
  const shown = all ? rooms : rooms?.slice(0, SHOWN_AT_FIRST);
  const beyond = found - (rooms?.length ?? 0);
  return (
    <div ref={card} tabIndex={-1} className={styles.holder}>
      <Card title="Listed rooms" aside={found === 0 ? undefined : countOf(found, 'room', 'rooms')}>
        {searchable ? (
          <label className={styles.search}>
            <Search aria-hidden="true" />
            <span className="visually-hidden">Search listed rooms by name</span>
            <input
              type="search"
              placeholder="Search by name"
              maxLength={NAME_MAX}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </label>
        ) : null}
        {!shown || !rooms || rooms.length === 0 ? (
          <Nothing>
            {failure ? failure.sentence : searched === '' ? 'No room is listed.' : 'No listed room has such a name.'}
          </Nothing>
        ) : (
          <>
            <ActionTable label="Listed rooms" head={<th scope="col">Name</th>}>
              {shown.map((room) => (
                <tr key={room.room_id} className={styles.middle}>
                  <th scope="row">
                    <bdi>{room.name}</bdi>
                    <span className={styles.soft}>
                      {countOf(room.participants, 'participant', 'participants')}
                      {room.needs_passphrase ? ', with a passphrase' : null}
                    </span>
                  </th>
                  <td data-number className={styles.action}>
                    <Button size="small" aria-label={`Take off the list: ${room.name}`} onClick={() => setAsked(room)}>
                      Take off
                    </Button>
                  </td>
                </tr>
              ))}
            </ActionTable>
            {rooms.length > SHOWN_AT_FIRST || failure ? (
              <div className={styles.foot}>
                {rooms.length > SHOWN_AT_FIRST ? (
                  <Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>
                    {all
                      ? 'Show the first only'
                      : `Show ${beyond > 0 ? 'the first' : 'all'} ${formatCount(rooms.length)}`}
                  </Button>
                ) : null}
                {beyond > 0 ? <p>{formatCount(beyond)} more: search by name.</p> : null}
                {failure ? <p className={styles.fresh}>This list may be old: {failure.sentence}</p> : null}
              </div>
            ) : null}
          </>
        )}
      </Card>
      {asked === undefined ? null : (
        <Confirm
          title={`Take “${asked.name}” off the list?`}
          action="Take off"
          look="danger"
          onConfirm={() => takeOff(asked)}
          onClose={() => setAsked(undefined)}
          orFocus={card}
        >
          <ul>
            <li>Nobody finds it on this server’s list any more.</li>
            <li>People in it stay, and its invite goes on working.</li>
            <li>The person who made it can list it again.</li>
          </ul>
        </Confirm>
      )}
    </div>
  );
}

function useListedRooms(): {
  /** The text in the field, and the text of the last search. */
  search: string;
  setSearch: (search: string) => void;
  searched: string;
  rooms: readonly ListedRoom[] | undefined;
  found: number;
  failure: Failure | undefined;
  takeOff: (room: ListedRoom) => Promise<Answer<null>>;
} {
  const admin = useAdmin();
  const [search, setSearch] = useState('');
  const [searched, setSearched] = useState('');
  // Not with every letter: questions are counted.
  useEffect(
    () => (search === searched ? undefined : admin.clock.after(SEARCH_AFTER_MS, () => setSearched(search))),
    [admin, search, searched],
  );
  const path = `api/listed-rooms${searched === '' ? '' : `?search=${encodeURIComponent(searched)}`}`;
  const { value, failure, end } = useAsked(path, ListedRoomsForAdmin);

  const takeOff = ({ room_id, name }: ListedRoom): Promise<Answer<null>> =>
    end(admin.remove(`api/listed-rooms/${encodeURIComponent(room_id)}`), {
      done: `“${name}” is off the list.`,
      gone: `“${name}” was not on the list any more.`,
    });
  return {
    search,
    setSearch,
    searched,
    rooms: value?.listed_rooms,
    found: value?.total_count ?? 0,
    failure,
    takeOff,
  };
}
