import type {
  ClientEvent,
  ErrorCode,
  FileMessage,
  LinkMessage,
  PairMessage,
  ServerEvent,
} from '@parley/shared/protocol';

/** With what a socket is refused that may not come in. */
export const CONNECT_REFUSALS: readonly ErrorCode[] = [
  'client-too-old',
  'server-too-old',
  'server-draining',
  'server-busy',
  'rate-limited',
  'blocked',
  'access-refused',
  'access-expired',
  'access-revoked',
  'bad-request',
];

/** With what every event can be refused. */
export const ANY_REFUSALS: readonly ErrorCode[] = ['bad-request', 'rate-limited', 'internal'];

/** The sentences of docs/protocol.md about each row of the tables. A row without its sentence does not compile. */
export const CLIENT_PROSE: Readonly<Record<ClientEvent, { does: string; refusals: readonly ErrorCode[] }>> = {
  'challenge:get': {
    does: 'Asks for a fresh challenge. The one before is void, so joins go one after the other.',
    refusals: ['client-too-old', 'server-too-old'],
  },
  'room:join': {
    does: 'Takes a seat in a room, or takes one back. Joining a room where this socket has a seat answers with that seat.',
    refusals: [
      'client-too-old',
      'server-too-old',
      'server-draining',
      'server-busy',
      'challenge-expired',
      'proof-invalid',
      'room-full',
      'too-many-rooms',
    ],
  },
  'room:leave': { does: 'Gives the seat up. Leaving twice is leaving once.', refusals: [] },
  'room:publish': {
    does: 'Puts a room, with its secret, on the server’s list under a name that no other has. Needs a seat in it and the signatures of the owner (above). Said again, with a later `issuedAt`, it replaces what is listed. One address can list only so many. The entry ends a while after the last participant has left.',
    refusals: [
      'not-in-room',
      'challenge-expired',
      'owner-proof-invalid',
      'listing-outdated',
      'room-name-taken',
      'list-full',
      'too-many-listed',
      'room-name-invalid',
    ],
  },
  'room:rename': {
    does: 'Puts a newer entry in the place of the one on the list, with another name.',
    refusals: [
      'not-in-room',
      'challenge-expired',
      'owner-proof-invalid',
      'listing-outdated',
      'room-not-listed',
      'room-name-taken',
      'room-name-invalid',
    ],
  },
  'room:withdraw': {
    does: 'Takes the room off the list. People who copied its invite still have it.',
    refusals: ['not-in-room', 'challenge-expired', 'owner-proof-invalid', 'room-not-listed'],
  },
  'room:list': {
    does: 'A page of the listed rooms, by name. How many are in them may be two seconds old. Counts as four calls.',
    refusals: [],
  },
  'signal:send': {
    does: 'Hands a sealed box to one participant or to everyone else who is here. A box with an `id` that was handed on within the last minute is acknowledged again and not sent again, so whoever is unsure repeats it.',
    refusals: ['not-in-room', 'participant-gone'],
  },
  'stream:start': {
    does: 'Says that a kind of stream is live, for limits and counts. The stream itself goes from peer to peer.',
    refusals: ['not-in-room'],
  },
  'stream:stop': { does: 'Takes that back.', refusals: ['not-in-room'] },
  'turn:get': {
    does: 'Asks for fresh relay credentials before the old ones end.',
    refusals: ['not-in-room', 'turn-unavailable'],
  },
};

export const SERVER_PROSE: Readonly<Record<ServerEvent, string>> = {
  'participant:joined': 'Someone took a seat. They say hello themselves.',
  'participant:away': 'Their socket is gone; the seat waits for the grace time. Boxes do not reach them meanwhile.',
  'participant:back': 'The seat is held again. Messages sent meanwhile are lost, so hello and confirm are said again.',
  'participant:left': 'The seat is over.',
  'signal:received': 'A box from another participant.',
  'seat:moved':
    'Another socket showed the token of the seat that this one had there, and has it now. Nothing is said for that seat from here any more.',
  'server:closing': 'Said right before the server closes this socket on purpose.',
  'server:drain': 'The server is about to stop. Clients come back elsewhere or later, spread out over the time given.',
};

export const PAIR_PROSE: Readonly<Record<PairMessage['type'], string>> = {
  confirm:
    'Proves the device, and says who its person is. Said again after either side got a new seat, or was away before the link was open: a member is reached where their last box came from.',
  wait: 'In the place of the confirm: somebody who may let this device into a locked room heard it, and their person is asked. Signed as the confirm is, and without a name. The confirm follows if they let it in.',
  signal: 'Sets a connection up while no data channel is open.',
  bye: 'This stay is over.',
};

export const LINK_PROSE: Readonly<Record<LinkMessage['type'], string>> = {
  presence:
    'Said when a link opens and whenever something in it changes, 20 times at once and 10 times a second at most; it replaces the last one.',
  view: 'Sizes at which this device shows the camera and the screen of the other, while both are in the call. The other sends no more than that; nothing of what is 0 × 0.',
  decline: 'Answers a ringing call with no.',
  reaction:
    'An emoji that is shown for some seconds, while both are in the call. The receiver shows 5 of one person at once and 2 a second.',
  chat: 'An entry that its author, and nobody else, has just written.',
  receipt:
    'The messages that this device has on its disk, and those that its person has seen. At most one every 100 ms.',
  typing: 'The person is writing. Nothing says that they stopped; it fades after some seconds.',
  have: 'The messages that this device has of the authors it speaks of, and so a question for the rest. Said when a link opens, again after a batch as long as there is more, and once more after anything new came. Not all authors need to fit: one `have` is about those between `above` and `upTo`.',
  ids: 'The messages that this device has in a range which both devices hold differently, newest first, and so a question for the others in it.',
  batch:
    'Answers one `have` or `ids`, also with nothing: what the other lacks, oldest first. A batch that answers no open question is dropped.',
  signal: 'Sets up or mends the connection while the data channel is open.',
  safety: 'A step to the short safety code (section 7).',
  computers:
    'Lists of the computers of people who wrote in the room, its own among them, and computers that left by themselves (section 8). Said when a link opens, also where there are none, and of those that changed; a device takes what is newer than what it has and signed by all that it names. Of each device 12 such messages at once and one in 10 s are heard; whoever has more to say says it later.',
  seen: 'Everything up to this clock was seen. Said between the computers of one person when a link opens and whenever something was read; from anybody else it counts for nothing.',
  own: 'The name of the person and the rooms that they are in. Said between the computers of one person when a link opens and when one of them changed; from anybody else it counts for nothing. A computer takes the later name, and the rooms that it does not have and that were not deleted on it.',
  computer:
    'A step by which a new computer comes to the first one of its person, in the room of a code alone (section 8).',
  rules:
    'The newest record of the room’s rules of its owner and of each moderator, as they signed them (“Rules of a room”). Said when a link opens and when one changes; each member checks them and hands them on.',
  invite:
    'The invite of another room of the sender, shown with the sender’s name. A press fills in the lobby; nothing is joined by it. Three at once and one in five minutes are taken of a participant, and none of a changed device.',
  around:
    'Says who is linked with whom: the stays that this device has an open link to, with the names that it knows them by, and those that it hears of from others and has been unable to reach for 8 s. `missesYou` hands on that a linked stay says this of the receiver. Two stays that miss each other for 20 s while both sit at the server are told of to both people, as a server that keeps a room apart. Said when something of it changed, 4 at once and one in 5 s.',
  bye: 'The person left the room, or the app closes.',
};

export const FILE_PROSE: Readonly<Record<FileMessage['type'], string>> = {
  offers: 'Files of this device. Said when a link opens, the newest 128, and when one is new or offered again.',
  withdraw: 'This device takes an offer of its own back.',
  held: 'Files of the room that this device can give whole. Said when a link opens, in several messages where there are many, and for each that it can give from now on.',
  'ask-hashes': 'Asks for the hashes of the blocks of a file that the other can give.',
  hashes: 'Answers `ask-hashes`.',
  want: 'Asks for a block, from a byte of it on. Blocks are sent in the order in which they were asked for; at most 64 may wait.',
  stop: 'Nothing more of this file is wanted. A block that is being sent may still come to its end.',
  cannot:
    'This device cannot give the file now. Hashes and blocks that were asked for are not coming; they may be asked for again after half a minute, or once it says `held` again.',
  got: 'How much arrived on this channel of this connection, headers included. Said each time 65,536 bytes more are here, in a text that begins with `{"type":"got"` and has at most 64 UTF-16 units. The sender stops 131,072 bytes ahead of it, and further ahead while frames arrive at most 60 ms later than the quickest; it ignores a number above what it sent.',
  progress: 'Tells the author how far the file is: once a second, and when it pauses, is complete or was declined.',
};

/**
 * The meaning of single fields: of every field with that name, or of one path in one event or message. Fields that explain
 * themselves have none.
 */
export const FIELD_PROSE: Readonly<Record<string, string>> = {
  v: 'the protocol version',
  challenge: 'what the next `room:join` signs',
  expiresInMs: 'from now; absent: they do not end',
  'challenge:get ack expiresInMs': 'from now',
  'auth password': 'of a server that asks for one',
  'auth token': 'an access token, of a server that asks for one',
  roomId: 'see section 2',
  participantId: 'a seat; public, chosen by the server',
  authPub: 'see section 2',
  'room:join sig': 'see "Joining"',
  'room:join resumeToken': 'of the seat to take back',
  'room:join ack resumeToken': 'secret; proves this seat to the server',
  'room:join ack participantId': 'this seat, as the others see it',
  resumed: 'whether the seat of the token was taken back',
  participants: 'who else has a seat; a hint',
  away: 'whether their socket is gone',
  capacity: 'seats in this room',
  'room:join ack ice': 'as for RTCPeerConnection',
  'room:publish sig': 'by the owner’s key, see "Listed rooms"',
  'room:rename sig': 'by the owner’s key, see "Listed rooms"',
  'room:list ack items[].sig': 'by the owner’s key, see "Listed rooms"',
  proof: 'by the owner’s key over the challenge',
  issuedAt: 'ms since 1970, by the owner’s clock; the newest stands',
  hosts: 'SHA-256 of each name of the server that it is for',
  'rules records[].by': 'null for the owner, else the device of the moderator',
  'rules records[].grant': 'null for the owner; of a moderator that by which they are one',
  'rules records[].seq': 'counts the records of the signer',
  'rules records[].locked': 'null: a moderator who says nothing of it',
  'rules records[].owners': 'the owner’s own devices; none in a moderator’s record',
  'rules records[].moderators[].grant': 'the seq of the owner’s record that made them a moderator',
  'rules records[].moderators[].taken': 'the seq of their record that this one holds already',
  secret: 'of the invite',
  ownerPub: 'of the invite',
  needsPassphrase: 'whether the secret alone is not enough',
  'room:list after': 'the `cursor` of the page before',
  cursor: 'absent on the last page',
  search: 'a part of the name, whatever its case',
  'signal:send to': 'everyone else, or a participant',
  'signal:send id': 'fresh and random',
  handedTo: 'to how many it was handed',
  from: 'stamped by the server',
  toAll: 'whether it was sent to everyone',
  'signal:received id': 'as the sender chose it',
  box: 'see section 4',
  'server:closing code': 'see section 10',
  'server:drain retryAfterMs': 'over which to spread the return',
  'confirm sig': 'see above',
  epoch: 'counts the connections of a link from 1; lower than the current one: late, dropped; higher: begin afresh',
  'signal signal.kind="peer"': 'from WebRTC to WebRTC',
  'signal signal.kind="restart"': '`hi` asks `lo` for an ICE restart',
  'signal signal.kind="reopen"': '`hi` asks `lo` for a fresh connection; `epoch` is the new one’s',
  'presence call': 'null: reachable, not in a call',
  callId: 'random, by whoever starts the call',
  startedAt: 'ms since 1970, by the starter’s clock',
  ranMs: 'ms that the call has run, when this is said',
  turn: 'one more than the highest in the call when coming in',
  hand: 'raised',
  troubles:
    'troubles of this participant’s own end, as long as they last: its computer, its way out or in, or a microphone without sound. Absent: none',
  handTurn:
    'one more than the highest of the hands that were up; one that leaps more than 1,000 beyond the others does not count',
  quiet:
    'true: the call was started without ringing; whoever comes in says what the first in the call says. Absent: it rings',
  recording:
    'true: this participant records the call. Everybody in it sees that, and who comes to it reads it before joining. Absent: they do not',
  music:
    'true: this participant sends music, which the others play as it comes; voices they may bring to one loudness. Absent: a voice',
  live: 'true: this participant sends the call to a receiver that shows it live; never to which. Everybody in it sees that, and who comes to it reads it before joining. Absent: they do not',
  busy: 'true: the person is in a call in another room, which is not named',
  author: 'device',
  authorName: 'what the author claims to be called; the name to show is the one by which the device is known',
  question: 'a number that rises on each link; the answer bears the same one',
  'have heads[].seq': 'highest without a gap',
  print: 'XOR of the ids of the messages that it stands for',
  'ids from': 'the lowest seq that `ids` lists',
  'ids print': 'of the messages from `first` to just before `from`',
  differing: 'ranges of which both have every seq, but not the same messages',
  'have heads[].floor': 'up to here this device has dropped what it had, and gives nothing',
  'have heads[].beyond': 'what is here behind that gap',
  above: 'about authors above this one alone, in the order of their characters; null: from the first',
  upTo: 'and up to this one; null: to the last. An author in between who is not named is one of whom nothing is here',
  'have after': 'nothing up to this place: it was offered before; null: from the beginning',
  seq: 'counts the author’s messages in the room from 1',
  clock: 'see below',
  sentAt: 'ms since 1970',
  expires: 'ms after `sentAt` until its body is to be gone; absent: never',
  lifetimeMs: 'for the messages that are written from then on; null: without end',
  'chat message.sig': 'see below',
  'chat message.digest': 'SHA-256 of the body',
  'batch messages[].digest': 'SHA-256 of the body',
  of: 'the message that it is about',
  emoji: 'one',
  lengthMs: 'how long the call had run',
  on: 'false takes it away again',
  'batch messages[].sig': 'see below',
  fileId: 'see "Files"',
  salt: 'random',
  'offers offers[].name': 'as the sender’s system has it',
  folders: 'around it, the outermost first',
  root: 'see "Files"',
  offeredAt: 'ms since 1970, by the author’s clock',
  voice: 'only there where the file is a voice message',
  durationMs: 'how long it is',
  levels: 'how loud it is over its time',
  round: 'one more each time it is offered again',
  hashes: 'SHA-256 of each block, 32 bytes each, in order; base64url',
  index: 'of the block, from 0',
  'want offset': 'of the first byte that is wanted',
  'got bytes': 'of binary messages, since the connection began',
  'progress bytes': 'that are there',
  delivered: 'on disk here',
  read: 'seen; only if the person lets others know',
};
