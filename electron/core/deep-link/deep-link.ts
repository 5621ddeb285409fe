import { accept, type Outcome } from '@parley/shared/protocol';
import { formatInvite, parseInvite } from '@parley/shared/sealing';

/** Reads the link that Parley was opened with. A link only fills in the lobby; it never joins. */
export function readDeepLink(text: string): Outcome<string> {
  const invite = parseInvite(text);
  return invite.ok ? accept(formatInvite(invite.value)) : invite;
}
