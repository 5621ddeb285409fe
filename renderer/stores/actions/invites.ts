import { accept, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import type { LobbyReading } from '../state.ts';
import type { ActionContext } from './context.ts';
import type { NavigationActions } from './navigation.ts';
import type { EnterRoom } from './rooms.ts';

export interface InviteActions {
  openLobby: (invite?: string) => void;
  /** Reads what was pasted while the person types. */
  readInvite: (invite: string) => void;
  joinByInvite: (invite: string, passphrase?: string) => Promise<Outcome<RoomId>>;
  /** The room's invite, for copying. With LAN hosting on it names an address that others can reach. */
  inviteOf: (roomId: RoomId) => Promise<Outcome<string>>;
  copyText: (text: string) => Promise<Outcome<unknown>>;
}

export function createInviteActions(
  context: ActionContext,
  { openRoom, enter }: NavigationActions & { enter: EnterRoom },
): InviteActions {
  const { store, ports, show, tell } = context;
  const { bridge } = ports;
  let readings = 0;

  const readInvite = (invite: string) => {
    const mine = ++readings;
    const showReading = (reading: LobbyReading) => {
      if (mine === readings && store.getState().screen.at === 'lobby') {
        store.setState({ screen: { at: 'lobby', invite, reading } });
      }
    };
    if (invite.trim() === '') return showReading({ at: 'empty' });
    showReading({ at: 'reading' });
    void bridge.call('rooms.read-invite', { invite: invite.trim().slice(0, 2_048) }).then((read) => {
      if (!read.ok) return showReading({ at: 'refused', refusal: read });
      const { host, needsPassphrase, roomId } = read.value;
      showReading({ at: 'ready', host, needsPassphrase: needsPassphrase && roomId === null, known: roomId !== null });
    });
  };

  return {
    openLobby(invite = '') {
      show({ at: 'lobby', invite, reading: { at: 'empty' } });
      readInvite(invite);
    },
    readInvite,
    async joinByInvite(invite, passphrase) {
      const trimmed = invite.trim();
      const { screen } = store.getState();
      const read = await bridge.call('rooms.read-invite', { invite: trimmed.slice(0, 2_048) });
      if (!read.ok) return read;
      const { roomId } = read.value;
      if (roomId !== null) {
        openRoom(roomId);
        return accept(roomId);
      }
      if (read.value.needsPassphrase && !passphrase) return refuse('invite-passphrase', { path: 'passphrase' });
      if (screen.at === 'lobby') store.setState({ screen: { ...screen, reading: { at: 'joining' } } });
      const added = await bridge.call('rooms.add', {
        invite: trimmed,
        ...(read.value.needsPassphrase && passphrase ? { passphrase } : {}),
      });
      if (added.ok) return enter(added.value, 'room');
      if (screen.at === 'lobby') readInvite(invite);
      return added;
    },
    async inviteOf(roomId) {
      const keyring = await bridge.call('rooms.keyring', { roomId });
      return keyring.ok ? accept(keyring.value.invite) : tell(keyring);
    },
    async copyText(text) {
      try {
        await ports.writeClipboard(text);
        return accept(undefined);
      } catch {
        return tell(
          refuse('not-allowed', { message: 'The clipboard could not be used. Select the text and copy it.' }),
        );
      }
    },
  };
}
