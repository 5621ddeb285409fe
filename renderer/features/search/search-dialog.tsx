import { foldText, messageKey } from '@parley/shared/model';
import { Search as SearchIcon } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { SearchState } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { countOf } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { roomTitle } from '../connection-words.ts';
import { HitRow } from './hit-row.tsx';
import styles from './search-dialog.module.css';
import { SearchFilters } from './search-filters.tsx';

type Option = { key: string; choose: () => void; content: ReactNode };

/** One field over rooms and messages; arrows move, Enter opens. */
export function SearchDialog() {
  const actions = useActions();
  const search = useApp((state) => state.search);
  const rooms = useApp((state) => state.rooms);
  const now = useNow(60_000);
  const listId = useId();
  const [active, setActive] = useState(0);

  const wanted = foldText(search.query.trim());
  const isNarrowed = Object.values(search.filters).some((filter) => filter !== null);
  // Filters are about messages.
  const matching = isNarrowed ? [] : rooms.filter((room) => foldText(roomTitle(room)).includes(wanted)).slice(0, 6);
  const options: Option[] = [
    ...matching.map((room) => ({
      key: room.roomId,
      choose: () => {
        actions.closeSearch();
        actions.openRoom(room.roomId);
      },
      content: (
        <>
          <Avatar id={room.roomId} name={roomTitle(room)} shape="room" size={32} />
          <span className={styles.optionText}>
            <strong>
              <bdi>{roomTitle(room)}</bdi>
            </strong>
            <span>Room</span>
          </span>
        </>
      ),
    })),
    ...search.hits.map((hit) => ({
      key: messageKey(hit.item),
      choose: () => {
        actions.closeSearch();
        actions.jumpTo(hit.item.roomId, hit.item);
      },
      content: <HitRow hit={hit} now={now} />,
    })),
  ];
  const current = Math.min(active, options.length - 1);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(current + 1, options.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(current - 1, 0));
    else if (event.key === 'Enter') options[current]?.choose();
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Search" bare size="wide" onClose={() => actions.closeSearch()}>
      <div className={styles.field}>
        <SearchIcon aria-hidden="true" />
        <input
          role="combobox"
          aria-label="Search messages and rooms"
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-activedescendant={options.length > 0 ? `${listId}-${current}` : undefined}
          placeholder="Search messages and rooms"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={search.query}
          onChange={(event) => {
            setActive(0);
            actions.search(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <SearchFilters />
      <div className={styles.results}>
        <div role="listbox" id={listId} aria-label="Results">
          {options.map((option, index) => (
            // The field keeps the focus and says which option is active; keys are handled there.
            <div
              key={option.key}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className={styles.option}
              onPointerMove={() => setActive(index)}
              onClick={option.choose}
              onKeyDown={onKeyDown}
            >
              {option.content}
            </div>
          ))}
        </div>
        <p className={styles.state} role="status">
          {stateSentence(search, options.length)}
        </p>
        {search.at === 'done' && search.next !== null ? (
          <button type="button" className={styles.more} onClick={() => actions.searchMore()}>
            Show more
          </button>
        ) : null}
      </div>
    </Dialog>
  );
}

const COUNTED_MAX = 1_000;

function stateSentence({ at, query, total, hits, filters, order }: SearchState, shown: number): string {
  if (query.trim() === '' && filters.kind === null) {
    return shown === 0 ? 'Type any part of a word. Everything is searched on this computer.' : '';
  }
  if (at === 'searching') return hits.length === 0 ? 'Searching…' : 'Searching older messages…';
  if (at === 'failed') return 'The search did not work. Try again.';
  const isRanked = order === 'best' && query.trim() !== '';
  // The best are looked for among the newest messages alone.
  if (shown === 0 && isRanked && total === null)
    return 'Nothing was found among the newest messages. “Newest first” looks through all of them.';
  if (shown === 0) return 'Nothing was found.';
  const [one, many] = filters.kind === 'file' ? ['file', 'files'] : ['message', 'messages'];
  if (isRanked) {
    if (total === null) return `${countOf(hits.length, one, many)}, the best among the newest`;
    return total > hits.length ? `The ${hits.length} best of ${countOf(total, one, many)}` : countOf(total, one, many);
  }
  if (total === null) return `${countOf(hits.length, one, many)} so far`;
  return total === COUNTED_MAX ? `1,000 ${many} or more` : countOf(total, one, many);
}
