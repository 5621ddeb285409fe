import type { AppStore } from './app-store.ts';
import type { Invitation } from './state.ts';

const SHOWN_MAX = 3;

/** Shows that somebody invites this person; the same invite of one person once, and of many the newest. */
export function takeInvitation(store: AppStore, invitation: Invitation): void {
  const others = store
    .getState()
    .invitations.filter(({ person, invite }) => person !== invitation.person || invite !== invitation.invite);
  store.setState({ invitations: [...others, invitation].slice(-SHOWN_MAX) });
}
