import { NO_RULES, type Room } from '@parley/shared/model';
import type { ParticipantView, RoomReach } from '../../../stores/state.ts';
import { roomIdOf } from './ids.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const design = roomIdOf('Design circle');

/** As long as a name of a room may be: words from right to left, then one without a place to break. */
export const longName = `قاعة الاجتماعات الكبيرة في الطابق الثاني ${'Donaudampfschifffahrt'.repeat(3)}`.slice(0, 100);

export function roomOf(name: string, nowMs: number, more: Partial<Room> = {}): Room {
  return {
    roomId: roomIdOf(name),
    name,
    host: 'parley.studio.example',
    mine: true,
    listed: false,
    wasListed: false,
    needsPassphrase: false,
    createdAt: nowMs - 90 * 24 * HOUR_MS,
    lastActiveAt: nowMs - 4 * MINUTE_MS,
    unread: 0,
    mentions: 0,
    lastMessage: null,
    draft: '',
    ...more,
  };
}

export function roomsAt(nowMs: number): Room[] {
  const said = (name: string, minutesAgo: number, text: string) => ({
    lastMessage: {
      name,
      confirmed: name !== 'Farida',
      text,
      sentAt: nowMs - minutesAgo * MINUTE_MS,
      mine: name === 'You',
    },
    lastActiveAt: nowMs - minutesAgo * MINUTE_MS,
  });
  return [
    roomOf('Design circle', nowMs, { ...said('You', 1, 'I bring the samples.') }),
    roomOf('Family', nowMs, {
      ...said('Grandma', 26, 'The apples are ripe, who comes to pick on Sunday?'),
      unread: 3,
      mentions: 1,
    }),
    roomOf('Book club', nowMs, { ...said('Farida', 300, 'Chapter nine by Thursday, then.'), host: '127.0.0.1:7420' }),
    roomOf('Climbing on Wednesdays, and sometimes on Fridays when the hall is empty', nowMs, {
      ...said('Emre Yıldız', 3_100, 'I have a spare rope'),
      draft: 'Does anybody still have the',
      needsPassphrase: true,
    }),
    roomOf('Orchard house', nowMs, { ...said('Guo Mei', 24_000, 'Keys are with the neighbour.') }),
  ];
}

export const reachOf = (participants: readonly ParticipantView[], more: Partial<RoomReach> = {}): RoomReach => ({
  connection: { at: 'online' },
  participants,
  call: null,
  ringing: null,
  troubles: [],
  rules: NO_RULES,
  knocks: [],
  door: { at: 'open' },
  apart: [],
  ...more,
});
