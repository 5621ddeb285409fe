import { type HistoryItem, isolated, type PeerStanding, type Room } from '@parley/shared/model';
import type { ParticipantView, ServerConnection } from '../stores/state.ts';
import { formatNames } from '../ui/format.ts';

/** The state of a room's connection in words. `server`: how its server is called on the screen. */
export function connectionSentence(connection: ServerConnection, server: string): string {
  switch (connection.at) {
    case 'online':
      return `Connected to ${server}`;
    case 'connecting':
      return `Connecting to ${server}…`;
    case 'reconnecting':
      return 'Reconnecting, calls go on';
    case 'refused':
      return connection.refusal.message;
    case 'offline':
      return 'Offline. Your messages are kept and sent later.';
  }
}

export type Tone = 'good' | 'waiting' | 'trouble' | 'off';

export const connectionTone = (connection: ServerConnection): Tone =>
  connection.at === 'online'
    ? 'good'
    : connection.at === 'refused'
      ? 'trouble'
      : connection.at === 'offline'
        ? 'off'
        : 'waiting';

const SEALED = 'Everything said here is sealed between your devices.';

/**
 * Says what protects a room and who could listen, in one sentence and a half. With a passphrase the server never can; without,
 * it can where the room's secret was ever given to it for its list, which only the person who made the room knows for sure.
 */
export function protectionSentence(
  room: Pick<Room, 'needsPassphrase' | 'listed' | 'wasListed' | 'mine'>,
  server: string,
): string {
  if (room.listed) return `${listenersSentence(server, room.needsPassphrase)} ${SEALED}`;
  if (room.needsPassphrase)
    return `Only people who have both the invite and the passphrase can join; the server cannot listen. ${SEALED}`;
  if (room.wasListed)
    return `This room was on the list of ${server}: people who found it there can still join, and the person who runs that server could listen. Make a new room to shut them out. ${SEALED}`;
  return room.mine
    ? `Only people who have the invite can join; the server cannot listen. ${SEALED}`
    : `Only people who have the invite can join. The server cannot listen, unless the person who made the room put it on a list. ${SEALED}`;
}

/** How far an invite goes by itself, and how to treat it. */
export const inviteSentence = (needsPassphrase: boolean, isLocked: boolean): string => {
  if (isLocked)
    return 'The room is locked: people who come with the invite knock first, and wait until they are let in.';
  return needsPassphrase
    ? 'The invite lets people in together with the passphrase. Send the passphrase by another way.'
    : 'Everybody who has the invite can join, so send it only to the people you mean.';
};

/** Says who could listen in a room that is on its server's list. */
export const listenersSentence = (server: string, needsPassphrase: boolean): string =>
  needsPassphrase
    ? `On the list of ${server}: everybody there sees its name. Only people who also have the passphrase can join or listen; the person who runs the server cannot.`
    : `On the list of ${server}: everybody who can use that server can join, so the person who runs it could listen too.`;

/** The same in a word, beside the lock. */
export const protectionWord = (room: Pick<Room, 'needsPassphrase' | 'listed' | 'wasListed'>): string =>
  room.listed
    ? room.needsPassphrase
      ? 'Listed, with passphrase'
      : 'Listed: anybody there can join'
    : room.wasListed && !room.needsPassphrase
      ? 'Was on a list'
      : 'Private';

export const standingWords: Record<PeerStanding['standing'], { word: string; sentence: string }> = {
  new: { word: 'New device', sentence: 'Seen for the first time. Compare the safety code to be sure.' },
  pinned: { word: 'Known device', sentence: 'The same device as before.' },
  verified: { word: 'Verified', sentence: 'You compared the safety code.' },
  changed: {
    word: 'Changed device',
    sentence: 'This name was known with another device. Compare the safety code before you trust it.',
  },
};

/** Beside a name that nothing but the message itself speaks for. */
export const UNCONFIRMED = {
  word: 'unconfirmed',
  sentence: 'Only the message itself says that it is from this person. Their device was not met here under that name.',
};

/** The author of something, where there is only text; on the screen it is `AuthorName`. */
export const authorWords = ({ mine, name, confirmed }: Pick<HistoryItem, 'mine' | 'name' | 'confirmed'>): string =>
  mine ? 'You' : confirmed ? name : `${isolated(name)} (${UNCONFIRMED.word})`;

/** Where a participant is, in words. */
export function presenceWords({ link, inCall }: Pick<ParticipantView, 'link' | 'inCall'>): string {
  if (link === 'opening') return 'Connecting…';
  if (link === 'interrupted') return 'Connection interrupted';
  if (link === 'closed') return 'Left';
  return inCall ? 'In the call' : 'Here';
}

/** Names somebody whom the server seems to keep apart from this person. */
export const apartTitle = (name: string, seenBy: readonly string[]): string =>
  `${formatNames(seenBy)} can see ${isolated(name)}, you cannot.`;

export const APART_ADVICE =
  'The server may be keeping you two apart. Ask the others to hand on what you say, or make a new room on another server.';

/** The room's name where it stands alone, or words in its place before a member told it. */
export const roomTitle = (room: Pick<Room, 'name'>): string => room.name ?? 'Unnamed room';

/** The room's name inside a sentence. */
export const roomInWords = (room: Pick<Room, 'name'>): string => isolated(roomTitle(room));

/** Those who are writing right now; empty for nobody. */
export function typingWords(participants: readonly ParticipantView[]): string {
  const names = participants
    .filter(({ typing }) => typing)
    .map(({ name, standing }) => authorWords({ mine: false, name, confirmed: standing !== 'changed' }));
  return names.length === 0 ? '' : `${formatNames(names)} ${names.length === 1 ? 'is' : 'are'} writing…`;
}
