/** Sizes, counts and times that both ends of a border must agree on. Units are in the names. */
export const LIMITS = {
  usernameMin: 2,
  usernameMax: 50,
  displayNameMax: 64,
  roomNameMin: 2,
  roomNameMax: 100,
  /** Code points of a message's text after trimming (V4; `model/chat-message.ts`). */
  chatTextMax: 1_000,
  /** Characters of a message that are shown above its answer. */
  quoteMax: 160,
  /** Different emoji that are shown under one message. */
  reactionsMax: 20,
  /** Reactions of one author to one message, put there and taken away. */
  reactionChangesMax: 100,
  /** A draft is kept whole, whatever somebody pastes; more than this (UTF-16 units) is not taken into the field. */
  draftMax: 100_000,
  /** The same with what came back from sending in front of it. */
  draftKeptMax: 300_000,
  /** How long a disappearing message may be there. */
  lifetimeMinMs: 1_000,
  lifetimeMaxMs: 31_622_400_000,
  passphraseMax: 256,
  /** A text that a person pastes in the hope that there is a link in it. */
  pastedMaxChars: 20_000,

  /** Reachable participants a server lets into one room unless it is configured otherwise. */
  roomCapacityDefault: 16,
  /** Participants of one call: the honest limit of a mesh. */
  callCapacity: 8,
  /** Highest place in the order in which participants came into a call. */
  callTurnMax: 1_000_000,
  /** Pixels of a side of a screen. */
  shownPixelsMax: 16_384,
  /** How long a call may be said to have been. */
  callLengthMaxMs: 604_800_000,
  /** Times that one author leaves one call, as the history notes it. */
  hangUpsMax: 50,
  /** Rooms in which one socket may hold a seat. */
  seatsPerSocket: 32,

  /** Rooms in one page of a server's listed rooms. */
  listedPageMax: 50,
  /** Names of one server: that it tells, and that an entry on its list is for. */
  serverNamesMax: 16,

  /** STUN addresses, and TURN addresses, that one server names; browsers want no more than a handful. */
  iceUrlsMax: 8,
  iceUrlMaxChars: 512,

  challengeBytes: 32,
  challengeLifetimeMs: 30_000,
  /** A sealed box, before base64url. */
  boxMaxBytes: 16_384,
  /** A frame on the signaling socket. */
  frameMaxBytes: 32_768,

  /** A message on the data channel, as UTF-16 code units of its JSON text. */
  linkMessageMaxChars: 65_536,
  /** Messages of history in one batch between peers: about as many of usual length as fit into one message on the data channel. */
  historyBatchMax: 100,
  historyPageMax: 200,
  /** Gaps in a room's history that are listed at once, the latest ones. */
  gapsMax: 500,
  /** Changes of a room's timer, and as many of its name, that are listed at once, the latest ones. */
  roomChangesMax: 100,
  /** Authors in one statement of what a device has. */
  headsMax: 512,
  /** Spans of one author's messages that a device keeps behind a gap. */
  spansMax: 8,
  /** Messages of one author under one seq: a device that was restored from a copy uses its numbers again. */
  messagesPerSeqMax: 16,
  /** Ids in one list of what a device has of an author. */
  heldIdsMax: 1_000,
  /** Ranges of seqs that one answer names as held differently. */
  rangesMax: 16,
  /** Authors of a room, from which number on nobody who was never met can become one more. */
  roomAuthorsMax: 256,
  /** Messages of history that are taken from one device, and given to one, in each such time. */
  backfillWindowMs: 3_600_000,
  backfillTakenMax: 20_000,
  backfillGivenMax: 40_000,
  receiptsMax: 200,

  /** Computers of one person beside the first. */
  computersMax: 8,
  /** How long an app that came from a backup waits to hear of its person's computers before it goes by what the backup has. */
  computersAskMs: 600_000,
  /** Devices that were ever a computer of one person; further ones do not count. */
  computersEverMax: 64,
  /** Participants of a room in one message about who is linked with whom. */
  aroundMax: 256,
  /** Lists of computers, and computers that left, in one message of a link. */
  computerListsMax: 16,
  /** Rooms in one message between computers of one person. */
  ownRoomsMax: 50,
  /** How long a code for a new computer is good for. */
  computerCodeMs: 600_000,
  /** Sealed parts of what a new computer gets, and characters of one. */
  transferPartsMax: 10_000,
  transferPartMaxChars: 60_000,
  /** The invite of a room, as it travels over a link. */
  inviteMaxChars: 2_048,
  /** The people who were met, as many as are listed. */
  metPeopleMax: 1_000,
  /** Devices on each list of a room's rules, and moderators of a room. */
  ruledDevicesMax: 512,
  moderatorsMax: 16,
  /** One session description. */
  sdpMaxChars: 60_000,
  candidateMaxChars: 1_024,

  /** V5: the size of a file. */
  fileMaxBytes: 500_000_000,
  /** A file is hashed, asked for and written in blocks of this size; the last one may be shorter. */
  fileBlockBytes: 1_048_576,
  /** A frame of the files channel, with its header. */
  fileFrameMaxBytes: 65_536,
  /** A name, and the name of a folder, as its sender has it (UTF-16 units). */
  fileNameMaxChars: 255,
  /** Folders around a file that is part of a folder. */
  fileFoldersMax: 16,
  /** Files in one `offers` message of the files channel. */
  fileOffersMax: 32,
  /** Files of one author that wait for an answer or for their content. */
  filesOfAuthorMax: 512,
  /** Content of one author that this device takes in before it is complete. */
  filesOfAuthorMaxBytes: 4_294_967_296,
  /** Files in one statement of what a device can give. */
  filesHeldMax: 512,

  /** How long a voice message may be, and how large. */
  voiceMaxMs: 900_000,
  voiceMaxBytes: 4_194_304,
  /** A voice message up to this size is loaded by itself, while those of its author, its room and all rooms are no more than that together. */
  voiceLoadedMaxBytes: 2_097_152,
  voicesOfAuthorMaxBytes: 268_435_456,
  voicesOfRoomMaxBytes: 268_435_456,
  voicesMaxBytes: 1_073_741_824,
  /** The pieces of a voice message whose loudness its author tells, and the number for the loudest. */
  voiceLevels: 64,
  voiceLevelMax: 31,

  /** Spans of all people together, and people, in what is kept of the connections of one call; older details are merged. */
  callTimelineSpansMax: 200,
  callTimelinePeopleMax: 32,

  /** Stays in one recorded call that its notes name: whoever comes and goes more often than that is noted until then. */
  recordedStaysMax: 256,
  /** A picture of a call, as PNG. */
  callPictureMaxBytes: 16_777_216,
  /** A picture of their own behind a person: as they chose it, and as it is kept. */
  backgroundChosenMaxBytes: 20_000_000,
  backgroundMaxBytes: 1_048_576,

  /** From the first hello to both confirms; later the attempt is dropped. */
  handshakeTimeoutMs: 10_000,

  /** V6: what counts as spam, per author. */
  spamWindowMs: 10_000,
  spamMessagesMax: 20,
  spamIdenticalMax: 5,
} as const;
