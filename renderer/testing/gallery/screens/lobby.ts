import { refuse } from '@parley/shared/protocol';
import type { AppState, InviteRead, LobbyReading } from '../../../stores/state.ts';
import type { GalleryScreen } from '../base-state.ts';
import { sampleInvite as invite } from '../samples/invites.ts';
import { quotedRefusal } from '../samples/servers.ts';

const lobby = (pasted: string, reading: LobbyReading): Partial<AppState> => ({
  screen: { at: 'lobby', invite: pasted, reading },
});
const studio: InviteRead = {
  host: 'parley.studio.example',
  needsPassphrase: false,
  known: false,
  server: 'known',
};
const elsewhere: InviteRead = { ...studio, host: 'talk.orchard.example', server: 'new' };
const neighbour: InviteRead = { ...elsewhere, host: '192.168.4.20:7420' };

export const lobbyScreens = {
  lobby: () => lobby('', { at: 'empty' }),
  'lobby-ready': () => lobby(invite, { at: 'ready', ...studio }),
  'lobby-passphrase': () => lobby(invite, { at: 'ready', ...studio, needsPassphrase: true }),
  'lobby-refused': () => lobby(invite.slice(0, 40), { at: 'refused', refusal: refuse('invite-cut') }),
  'lobby-new-server': () => lobby(invite, { at: 'ready', ...elsewhere }),
  'lobby-password': () => lobby(invite, { at: 'access', access: 'password', refusal: null, ...elsewhere }),
  'lobby-password-refused': () =>
    lobby(invite, { at: 'access', access: 'password', refusal: refuse('access-refused'), ...elsewhere }),
  'lobby-token': () => lobby(invite, { at: 'access', access: 'token', refusal: null, ...elsewhere }),
  'lobby-unreachable': () => lobby(invite, { at: 'unreachable', refusal: refuse('server-unreachable'), ...neighbour }),
  'lobby-quoted': () => lobby(invite, { at: 'unreachable', refusal: quotedRefusal, ...elsewhere }),
  'lobby-one-computer': () => lobby(invite, { at: 'ready', ...elsewhere, host: '127.0.0.1:9000' }),
  'lobby-server': () => lobby(invite, { at: 'server', host: elsewhere.host, known: false }),
  'lobby-long-names': () =>
    lobby(invite, {
      at: 'access',
      access: 'password',
      refusal: refuse('access-refused'),
      ...elsewhere,
      needsPassphrase: true,
      host: `${'department-'.repeat(12)}1.example:18443`,
    }),
} satisfies Record<string, GalleryScreen>;
