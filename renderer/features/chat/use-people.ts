import type { Person } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { useMemo } from 'react';
import { peopleOf } from '../../stores/people.ts';
import { useApp } from '../../stores/react.tsx';

/** The others of a room who can be mentioned. The same list until messages or people change. */
export function usePeople(roomId: RoomId): readonly Person[] {
  const items = useApp((state) => state.chats[roomId]?.items);
  const here = useApp((state) => state.reach[roomId]?.participants);
  const own = useApp((state) => state.computers?.person ?? state.info?.deviceId);
  return useMemo(() => peopleOf(items, here, own), [items, here, own]);
}
