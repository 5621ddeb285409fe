/**
 * An invite as a message that explains itself: what Parley is and what to do with the link. Parley finds
 * the link in the whole message again.
 */
export function inviteMessage(options: {
  invite: string;
  /** The name of the person who invites; null where it is not known. */
  from: string | null;
  roomName: string | null;
  needsPassphrase: boolean;
}): string {
  const { invite, from, roomName, needsPassphrase } = options;
  const room = roomName ? `the room “${roomName}”` : 'a private room';
  return [
    `${from ?? 'Somebody'} invites you to ${room} in Parley, an app for private video calls and chat. It needs no account, and what is said goes straight from computer to computer.`,
    '',
    '1. Open Parley and choose “Join with a link”. If you do not have it yet, ask the person who invites you where to get it.',
    '2. Paste this whole message there, or open this link:',
    '',
    invite,
    '',
    ...(needsPassphrase ? ['The room also has a passphrase. You get it by another way than this message.', ''] : []),
    'Keep this to yourself: the link lets anybody in.',
  ].join('\n');
}
