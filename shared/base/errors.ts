import { z } from 'zod';

/**
 * Every code that Parley answers with, once, with the sentence a person reads when nothing better is known.
 * Codes are stable: programs may rely on them. Sentences may be improved at any time.
 */
export const ERRORS = {
  // Any border
  'bad-request': 'That was not understood.',
  'unknown-call': 'This version of Parley does not know how to do that.',
  'too-large': 'That is too large.',
  internal: 'Something went wrong inside Parley. Nothing you wrote was lost.',
  cancelled: 'Cancelled.',
  'timed-out': 'That took too long. Try again.',
  'not-allowed': 'That is not allowed here.',

  // Fields (V1–V4, V6)
  'username-invalid': 'A username has 2 to 50 letters, digits, hyphens or underscores.',
  'display-name-invalid': 'A name has 1 to 64 visible characters.',
  'room-name-invalid': 'A room name has 2 to 100 characters.',
  'message-invalid': 'A message has 1 to 1,000 characters.',
  'message-unknown': 'That message is not here any more, or only its author can change it.',
  'message-spam': 'Too many messages in a short time. Wait a few seconds, then send it again.',

  // Invites
  'invite-invalid': 'This is not a Parley invite. Ask for the link again and copy all of it.',
  'invite-cut': 'A part of this invite is missing. Copy the whole link and paste it again.',
  'invite-version': 'This invite was made by a newer Parley. Update Parley to use it.',
  'invite-several': 'There is more than one Parley link in this text. Paste only the one that you want to use.',
  'invite-passphrase': 'This room needs a passphrase as well.',
  'room-unknown': 'This room is not on this computer.',

  // Signaling
  'server-unreachable': 'The server does not answer. Check the address and your connection; Parley keeps trying.',
  'not-a-server': 'Something answers at that address, but it is not a Parley server.',
  'client-too-old': 'This server needs a newer Parley. Update Parley to join.',
  'server-too-old': 'This server is older than your Parley. Ask the person who runs it to update it.',
  'server-busy': 'The server is very busy. Parley tries again by itself.',
  'server-draining': 'The server is about to restart. Parley comes back by itself.',
  'origin-refused': 'The server does not accept connections from this app.',
  'challenge-expired': 'The server waited too long for this app. Parley tries again by itself.',
  'proof-invalid': 'The server refused this invite. It may be wrong or meant for another server.',
  'room-full': 'This room is full.',
  'too-many-rooms': 'This app is in too many rooms at once. Leave one first.',
  'seat-expired': 'You were away too long and have to join again.',
  'seat-moved':
    'Another window or device took over your place in this room. Try again to come in with a place of your own.',
  'not-in-room': 'You are not in this room.',
  'participant-gone': 'That person is no longer in the room.',
  'rate-limited': 'Too many attempts. Wait a moment, then try again.',
  blocked: 'The server has blocked this address for a while.',
  'slow-consumer': 'The connection was too slow and was closed. Parley reconnects by itself.',
  'room-name-taken': 'Another room on this server has that name. Choose a different one.',
  'room-not-listed': 'This room is not on the server’s list.',
  'owner-proof-invalid': 'Only the person who made this room can list it or change its entry.',
  'listing-outdated': 'A newer entry of this room is on the list already.',
  'list-full': 'The list of rooms on this server is full.',
  'too-many-listed': 'As many rooms as one address may list are on this server’s list. Take one off first.',
  'access-refused': 'This server lets in only people who have its password or an invitation.',
  'access-expired': 'Your invitation to this server has ended. Ask the person who runs it for a new one.',
  'access-revoked': 'The person who runs this server took your invitation back. Ask them for a new one.',
  'turn-unavailable': 'This server offers no relay.',

  // Links and identity
  'handshake-failed': 'This person could not prove who they are, so no call was opened.',
  'fingerprint-mismatch': 'The connection was not with the person it claimed to be. It was closed.',
  'certificate-missing':
    'The certificate could not be compared, so nothing was sent. Update Parley on this computer, then come in again.',
  'identity-changed': 'This name was known with another device. Compare the safety code before you trust it.',
  'peer-blocked': 'You blocked this person. Unblock them in Settings, Privacy, to meet them again.',
  'peer-away': 'This person is not connected right now. Try again when they are here.',
  'link-failed': 'No direct connection could be made. A relay may be needed.',
  'removed-from-room': 'You were removed from this room by its owner.',
  'rules-forged': 'Rules of this room came that its owner did not sign. They were ignored.',
  'rules-full': 'This room’s lists of people are full. Make a new room for more people.',
  'call-full': 'A call holds at most 8 people. You can still write in the chat.',

  // Devices
  'camera-missing': 'No camera was found. You can join without one.',
  'camera-denied': 'Parley may not use the camera. Allow it in the system settings, then try again.',
  'camera-busy': 'Another program is using the camera.',
  'microphone-missing': 'No microphone was found. You can join and listen.',
  'microphone-denied': 'Parley may not use the microphone. Allow it in the system settings, then try again.',
  'microphone-busy': 'Another program is using the microphone.',
  'background-failed':
    'Your background could not be hidden, so your camera is off. Turn it on to try again, or choose “Show my room” under Background.',
  'background-slow':
    'This computer is too busy to hide your background, so your camera is off. Close other programs and turn it on again, or choose “Show my room” under Background.',
  'picture-unsuitable': 'This file cannot be your background. Choose a picture as PNG, JPEG or WebP of at most 20 MB.',
  'noise-strong-failed':
    'Strong noise suppression does not run well on this computer right now. Parley uses the standard one until you choose again.',
  'screen-denied': 'The screen was not shared.',
  'screen-failed': 'The screen could not be captured.',

  // History and disk
  'history-from-future':
    'These messages were written by a newer Parley. Update Parley to read them; nothing was changed.',
  'history-damaged': 'The message store is damaged. Start Parley again to have it repaired.',
  'history-repaired': 'The search index was damaged and was made anew. Every message is there.',
  'history-locked': 'Another program is using the message store.',
  'disk-full': 'The disk is full. Nothing stored was lost; make some room and try again.',
  'disk-read-only': 'Parley cannot write to its folder. Nothing stored was lost.',
  'room-key-lost': 'The key of this room is not on this computer. Open its invite again to meet its people.',
  'message-forged': 'A message was not signed by its author and was refused.',
  'settings-damaged': 'The settings could not be read and were set aside. Parley started with the usual ones.',

  // Files
  'file-unknown': 'This file is not known here any more.',
  'file-too-large': 'A file can have at most 500 MB.',
  'file-too-many': 'Too many files of this person wait already. Take or decline some of them first.',
  'file-block-wrong': 'A part of a file arrived changed and was not used.',
  'file-missing': 'The file is not where it was. Choose it again to go on sending it.',
  'file-changed': 'The file was changed after it was offered. Offer it again to send what it is now.',
  'voice-invalid': 'This is no recording that Parley can play. It was deleted here.',
  'file-not-open': 'No program could open this file.',

  // Recordings of calls
  'recording-unknown': 'This recording is not known here any more.',
  'recording-running': 'A call is recorded already. Stop that recording first.',
  'recording-slow': 'The disk is too slow for the recording. What was recorded until now is kept.',
  'recording-failed': 'The recording could not go on. What was recorded until now is kept.',
  'recording-kept': 'The recording of a call was kept although Parley ended.',

  // Going live
  'live-address-invalid':
    'This is no address of a receiver. It begins with https://; http:// is possible in your own network alone.',
  'live-token-invalid': 'A key has letters, digits and a few signs, and no spaces. Copy it once more.',
  'live-running': 'A call is live from another window already. Stop that first.',
  'live-denied': 'The receiver wants a key, or refused this one. Copy it once more, or ask for a new one.',
  'live-address-unknown': 'The receiver knows no stream at this address. Check the address.',
  'live-busy': 'The receiver takes nobody more right now. Try again in a while.',
  'live-not-taken': 'The receiver did not take this stream. It may want another kind of picture or sound.',
  'live-receiver-failed': 'The receiver has a trouble of its own. Try again in a while.',
  'live-unreachable': 'The receiver could not be reached. Check the address and your connection.',
  'live-silent': 'The receiver did not answer. Check the address and your connection.',
  'live-not-whip': 'Something answers at this address, but it takes no live pictures by WHIP.',
  'live-no-way': 'The receiver answered, but no picture got through to it. A firewall may be in the way.',
  'live-lost': 'The connection to the receiver was lost, and it did not come back.',
  'live-failed': 'This computer cannot send a call live. Nothing went out.',

  // Export and import
  'work-running': 'Parley is still busy with another export, import or backup. Wait until it is done, or cancel it.',
  'import-invalid': 'This file is not an export of a Parley room.',
  'import-version': 'This export was made by a newer Parley. Update Parley to import it.',
  'import-damaged': 'This export is cut off or damaged. Everything before the damage was imported.',

  // Backups
  'phrase-invalid': 'These are not the 12 words of a recovery phrase. Check their spelling and their order.',
  'phrase-words-wrong': 'These are not the words. Look at your note and try again.',
  'backup-invalid': 'This file is not a Parley backup.',
  'backup-version': 'This backup was made by a newer Parley. Update Parley to restore it.',
  'backup-phrase-wrong': 'This phrase does not open this backup. It belongs to another one, or a word is wrong.',
  'backup-damaged': 'This backup is cut off or damaged. Nothing was restored; try another one.',
  'profile-begun':
    'A profile was begun here while the backup was unpacked. It is kept as it is, and nothing was restored.',
  'backup-folder-missing': 'The folder for backups is not there. Plug in its disk, or choose another folder.',

  // Several computers
  'computer-code-invalid': 'This is not a code for a new computer. Make one in Settings of your other computer.',
  'computer-code-expired': 'This code was good for 10 minutes. Make a new one.',
  'computer-code-crowded':
    'More than one computer came with this code, so it is void. Make a new one, and show it to nobody else.',
  'computer-cancelled': 'The other computer did not go on. Nothing went over.',
  'computer-lost': 'The connection to the other computer was lost. Make a new code and try again.',
  'computer-refused': 'What the other computer sent was not what it has to be. Nothing was taken over.',
  'computer-not-first': 'Only your first computer adds and removes others.',
  'computer-asked': 'An earlier try was not finished. Close this, and connect once more.',
  'computer-unanswered': 'Parley still asks you about another computer, in a window of its own. Answer that first.',
  'computers-in-doubt':
    'Your history came from a backup, so Parley first has to hear which computers you use by now. Open Parley on another one of them, or try again in 10 minutes.',
  'computers-full': 'You use as many computers as one person can. Remove one first.',

  // Hosts
  'secrets-locked':
    'The keys of this profile are locked by this system’s keystore. Open Parley the way you usually do; nothing was changed.',
  'already-running': 'Parley is already open.',
  'port-in-use': 'Another program is using that port.',
  'sender-refused': 'A page that is not Parley tried to use it. It was refused.',
  'link-refused': 'Parley opens only https and mail links.',
  'configuration-invalid': 'The configuration is not valid.',
} as const;

export type ErrorCode = keyof typeof ERRORS;
export const ErrorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

/** The sentence a person reads for `code`. */
export const sentenceOf = (code: ErrorCode): string => ERRORS[code];
