import { useEffect, useRef } from 'react';
import { useApp } from '../../stores/react.tsx';
import type { AppState } from '../../stores/state.ts';
import { callWords } from '../call-line.tsx';
import { nameOfEmoji } from '../chat/emojis.ts';
import { authorWords, roomInWords } from '../connection-words.ts';
import { Spoken, useSpoken } from '../spoken.tsx';

type Known = {
  unread: ReadonlyMap<string, number>;
  inCall: ReadonlyMap<string, string> | null;
  /** The hands that are up and the turn of the last reaction, by stay. */
  hands: ReadonlySet<string>;
  reactions: ReadonlyMap<string, number>;
  /** Those in the call who record it, by stay. */
  recording: ReadonlyMap<string, string>;
  records: boolean;
  /** Those in the call who show it live, by stay. */
  live: ReadonlyMap<string, string>;
  /** How it goes with the own receiver, once it had the call. */
  ownLive: 'live' | 'interrupted' | null;
};

const othersHere = ({ call, reach }: Pick<AppState, 'call' | 'reach'>) =>
  call.at === 'joined' ? (reach[call.roomId]?.participants ?? []).filter(({ inCall }) => inCall) : [];

export const NOTHING_KNOWN: Known = {
  unread: new Map(),
  inCall: null,
  hands: new Set(),
  reactions: new Map(),
  recording: new Map(),
  records: false,
  live: new Map(),
  ownLive: null,
};

export function knownOf({
  rooms,
  call,
  reach,
  callRecording,
  callLive,
}: Pick<AppState, 'rooms' | 'call' | 'reach' | 'callRecording' | 'callLive'>): Known {
  const others = othersHere({ call, reach });
  return {
    unread: new Map(rooms.map(({ roomId, unread }) => [roomId, unread])),
    inCall: call.at === 'joined' ? new Map(others.map(({ sess, name }) => [sess, name])) : null,
    hands: new Set(others.flatMap(({ sess, hand }) => (hand ? [sess] : []))),
    reactions: new Map(others.flatMap(({ sess, reaction }) => (reaction ? [[sess, reaction.turn]] : []))),
    recording: new Map(others.flatMap(({ sess, name, recording }) => (recording ? [[sess, name]] : []))),
    records: callRecording?.at === 'running',
    live: new Map(others.flatMap(({ sess, name, live }) => (live ? [[sess, name]] : []))),
    ownLive: callLive === null || callLive.at === 'connecting' ? null : callLive.at,
  };
}

/** Hands and reactions of others, in sentences. */
function gesturesInWords(before: Known, state: Pick<AppState, 'call' | 'reach'>): string[] {
  return othersHere(state).flatMap(({ sess, name, hand, reaction }) => [
    ...(hand && !before.hands.has(sess) ? [`${name} raised a hand`] : []),
    ...(reaction && before.reactions.get(sess) !== reaction.turn ? [`${name}: ${nameOfEmoji(reaction.emoji)}`] : []),
  ]);
}

/** Others who began something with the call and who ended it, in sentences. */
function othersInWords(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  inCall: Known['inCall'],
  [does, ended]: readonly [string, string],
): string[] {
  const began = [...now].filter(([sess]) => !before.has(sess)).map(([, name]) => `${name} ${does}`);
  const left = [...before].filter(([sess]) => inCall && !now.has(sess)).map(([, name]) => `${name} ${ended}`);
  return [...began, ...left];
}

/** Recordings of the call, and where it is shown live, in sentences. */
function outputsInWords(before: Known, now: Known): string[] {
  const { inCall } = now;
  const words = [
    ...othersInWords(before.recording, now.recording, inCall, ['records this call', 'no longer records this call']),
    ...othersInWords(before.live, now.live, inCall, ['shows this call live', 'no longer shows this call live']),
  ];
  if (now.records !== before.records) words.push(now.records ? 'You record this call' : 'Your recording has ended');
  if (now.ownLive !== before.ownLive) {
    const said = { live: 'You are live', interrupted: 'You lost the receiver' };
    words.push(now.ownLive === null ? 'You are live no more' : said[now.ownLive]);
  }
  return words;
}

/** The changes between two states, in sentences for people who do not see the screen. Pure. */
export function changesInWords(
  before: Known,
  state: Pick<AppState, 'rooms' | 'call' | 'reach' | 'screen' | 'callRecording' | 'callLive'>,
): string[] {
  const words: string[] = [];
  for (const room of state.rooms) {
    const known = before.unread.get(room.roomId);
    // A chat on the screen says its own messages (a log beside its list); it has the main place where no call has it.
    const { screen, call } = state;
    const here = screen.at === 'room' && screen.roomId === room.roomId;
    const open = here && (screen.panel === 'chat' || call.at !== 'joined' || call.roomId !== room.roomId);
    if (open || known === undefined || room.unread <= known) continue;
    const last = room.lastMessage;
    if (last?.call) {
      // A call that rings speaks for itself.
      if (state.reach[room.roomId]?.call?.callId === last.call.callId) continue;
      words.push(`${callWords(last, last.call, false)} in ${roomInWords(room)}`);
      continue;
    }
    words.push(`New message from ${last ? authorWords(last) : 'somebody'} in ${roomInWords(room)}`);
  }
  const known = knownOf(state);
  const { inCall: now } = known;
  if (now && before.inCall) {
    for (const [sess, name] of now) if (!before.inCall.has(sess)) words.push(`${name} joined the call`);
    for (const [sess, name] of before.inCall) if (!now.has(sess)) words.push(`${name} left the call`);
  } else if (now) {
    words.push('You are in the call');
  } else if (before.inCall) {
    words.push('You left the call');
  }
  return [...words, ...outputsInWords(before, known), ...gesturesInWords(before, state)];
}

/** Speaks changes that are otherwise only seen. */
export function Announcer() {
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const call = useApp((state) => state.call);
  const screen = useApp((state) => state.screen);
  const callRecording = useApp((state) => state.callRecording);
  const callLive = useApp((state) => state.callLive);
  const [said, say] = useSpoken();
  const known = useRef(NOTHING_KNOWN);

  useEffect(() => {
    const words = changesInWords(known.current, { rooms, reach, call, screen, callRecording, callLive });
    known.current = knownOf({ rooms, reach, call, callRecording, callLive });
    if (words.length > 0) say(words.join('. '));
  }, [rooms, reach, call, screen, callRecording, callLive, say]);

  return <Spoken said={said} />;
}
