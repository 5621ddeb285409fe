import type { RoomId } from '@parley/shared/protocol';
import { useId } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { dayKeyOf, dayOf } from '../../ui/format.ts';
import { roomTitle } from '../connection-words.ts';
import styles from './search-filters.module.css';

/** Narrows the messages found to a room, an author and some days, and says which come first. The system's own menus and date fields work with every input method. */
export function SearchFilters() {
  const actions = useActions();
  const rooms = useApp((state) => state.rooms);
  const { filters, order, people } = useApp((state) => state.search);
  const { roomId, author, kind, from, until } = filters;
  const isNarrowed = Object.values(filters).some((filter) => filter !== null);

  return (
    <fieldset className={styles.filters}>
      <legend className="visually-hidden">Narrow and order the messages found</legend>
      <Choice
        label="Room"
        any="All rooms"
        value={roomId}
        options={rooms.map((room) => ({ value: room.roomId, name: roomTitle(room) }))}
        onChange={(value) => actions.filterSearch({ roomId: value })}
      />
      <Choice
        label="Written by"
        any="Anybody"
        value={author}
        options={people.map((person) => ({ value: person.author, name: person.mine ? 'You' : person.name }))}
        onChange={(value) => actions.filterSearch({ author: value })}
      />
      <Choice
        label="With"
        any="Anything"
        value={kind}
        options={[
          { value: 'link', name: 'Links' },
          { value: 'file', name: 'Files' },
        ]}
        onChange={(value) => actions.filterSearch({ kind: value })}
      />
      <Choice
        label="Order"
        any="Newest first"
        value={order === 'best' ? order : null}
        options={[{ value: 'best', name: 'Best match first' }]}
        onChange={(value) => actions.orderSearch(value ?? 'newest')}
      />
      <Day label="First day" atMs={from} onChange={(day) => actions.filterSearch({ from: day?.startMs ?? null })} />
      <Day
        label="Last day"
        // The filter ends where the next day begins.
        atMs={until === null ? null : until - 1}
        onChange={(day) => actions.filterSearch({ until: day?.endMs ?? null })}
      />
      {isNarrowed ? (
        <button
          type="button"
          className={styles.clear}
          onClick={() => actions.filterSearch({ roomId: null, author: null, kind: null, from: null, until: null })}
        >
          Search everything
        </button>
      ) : null}
    </fieldset>
  );
}

type ChoiceProps<T extends string> = {
  label: string;
  any: string;
  value: T | null;
  options: readonly { value: T; name: string }[];
  onChange: (value: T | null) => void;
};

function Choice<T extends string = RoomId>({ label, any, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        data-set={value !== null}
        value={value ?? ''}
        onChange={(event) => onChange(options.find((option) => option.value === event.target.value)?.value ?? null)}
      >
        <option value="">{any}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
}

type DayProps = {
  label: string;
  atMs: number | null;
  onChange: (day: { startMs: number; endMs: number } | null) => void;
};

function Day({ label, atMs, onChange }: DayProps) {
  const id = useId();
  return (
    <div className={styles.filter}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        data-set={atMs !== null}
        min="1970-01-02"
        max="9999-12-30"
        defaultValue={atMs === null ? '' : dayKeyOf(atMs)}
        key={atMs === null ? 'none' : 'some'}
        onChange={(event) => onChange(dayOf(event.target.value))}
      />
    </div>
  );
}
