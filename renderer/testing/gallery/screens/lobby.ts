import { refuse } from '@parley/shared/protocol';
import type { AppState, LobbyReading } from '../../../stores/state.ts';
import type { GalleryScreen } from '../base-state.ts';
import { sampleInvite as invite } from '../samples/invites.ts';

const lobby = (pasted: string, reading: LobbyReading): Partial<AppState> => ({
  screen: { at: 'lobby', invite: pasted, reading },
});

export const lobbyScreens = {
  lobby: () => lobby('', { at: 'empty' }),
  'lobby-ready': () =>
    lobby(invite, { at: 'ready', host: 'parley.studio.example', needsPassphrase: false, known: false }),
  'lobby-passphrase': () =>
    lobby(invite, { at: 'ready', host: 'parley.studio.example', needsPassphrase: true, known: false }),
  'lobby-refused': () => lobby(invite.slice(0, 40), { at: 'refused', refusal: refuse('invite-cut') }),
} satisfies Record<string, GalleryScreen>;
