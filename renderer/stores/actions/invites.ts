import type { ServerHost } from '@parley/shared/model';
import { accept, type ErrorCode, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { readPasted } from '@parley/shared/sealing';
import { errorFields } from '../../log.ts';
import type { InviteRead, LobbyReading } from '../state.ts';
import type { ActionContext } from './context.ts';
import type { NavigationActions } from './navigation.ts';
import type { EnterRoom } from './rooms.ts';
import type { ServerActions } from './servers.ts';

/** The things that a person gives beside the invite, where they are asked for. */
export type JoinAnswers = {
  passphrase?: string;
  /** The password of a server that this computer does not know yet. */
  password?: string;
  /** An invitation to that server, as it was pasted. */
  serverInvite?: string;
  /** Add the room although its server does not answer now. */
  unreached?: boolean;
};

export interface InviteActions {
  openLobby: (invite?: string) => void;
  /** Reads what was pasted while the person types. Asks no server. */
  readInvite: (invite: string) => void;
  /** Joins; what is missing is asked for in the lobby. */
  joinByInvite: (invite: string, answers?: JoinAnswers) => Promise<Outcome<RoomId>>;
  /** The room's invite, for copying. With LAN hosting on it names an address that others can reach. */
  inviteOf: (roomId: RoomId) => Promise<Outcome<string>>;
  copyText: (text: string) => Promise<Outcome<unknown>>;
}

export function createInviteActions(
  context: ActionContext,
  actions: NavigationActions & ServerActions & { enter: EnterRoom },
): InviteActions {
  const { store, ports, show, tell } = context;
  const { bridge } = ports;
  let readings = 0;

  const serverOf = (host: ServerHost): InviteRead['server'] =>
    store.getState().servers.some((server) => server.host === host) ? 'known' : 'new';

  const showReading = (invite: string, reading: LobbyReading) => {
    if (store.getState().screen.at === 'lobby') store.setState({ screen: { at: 'lobby', invite, reading } });
  };

  const read = async (invite: string): Promise<LobbyReading> => {
    const pasted = readPasted(invite);
    if (!pasted.ok) return { at: 'refused', refusal: pasted };
    switch (pasted.value.kind) {
      case 'server':
        return { at: 'server', host: pasted.value.invite.host, known: serverOf(pasted.value.invite.host) === 'known' };
      case 'address':
      case 'token':
        return { at: 'refused', refusal: refuse('invite-invalid') };
      case 'room':
    }
    const answer = await bridge.call('rooms.read-invite', { invite: pasted.value.link });
    if (!answer.ok) return { at: 'refused', refusal: answer };
    const { host, needsPassphrase, roomId } = answer.value;
    const known = roomId !== null;
    return { at: 'ready', host, needsPassphrase: needsPassphrase && !known, known, server: serverOf(host) };
  };

  const readInvite = (invite: string) => {
    const mine = ++readings;
    if (invite.trim() === '') return showReading(invite, { at: 'empty' });
    showReading(invite, { at: 'reading' });
    void read(invite).then((reading) => {
      if (mine === readings) showReading(invite, reading);
    });
  };

  /**
   * Gets to know the server of an invite before the room is added. Resolves with null when the room may be joined, else
   * with what the lobby has to ask or say.
   */
  async function meetServer(invite: InviteRead, answers: JoinAnswers): Promise<LobbyReading | null> {
    const { host } = invite;
    if (serverOf(host) === 'known' || answers.unreached) return null;
    if (answers.password !== undefined || answers.serverInvite !== undefined) {
      const { password, serverInvite } = answers;
      const access = password === undefined ? 'token' : 'password';
      const added = await actions.addServer({
        text: serverInvite ?? host,
        name: '',
        ...(password === undefined ? {} : { password }),
      });
      if (added.ok && added.value.host === host) return null;
      const refusal = added.ok
        ? refuse('access-refused', { message: `That invitation is for ${added.value.host}, not for ${host}.` })
        : added;
      return { ...invite, at: 'access', access, refusal };
    }
    const checked = await actions.checkServer(host);
    if (!checked.ok) return { ...invite, at: 'unreachable', refusal: checked };
    const { check } = checked.value;
    if (check.at === 'failed') {
      const refusal = refuse(check.code as ErrorCode, { message: check.message });
      return { ...invite, at: 'unreachable', refusal };
    }
    return check.access === 'open' ? null : { ...invite, at: 'access', access: check.access, refusal: null };
  }

  return {
    openLobby(invite = '') {
      show({ at: 'lobby', invite, reading: { at: 'empty' } });
      readInvite(invite);
    },
    readInvite,
    async joinByInvite(invite, answers = {}) {
      const pasted = readPasted(invite);
      if (!pasted.ok) return pasted;
      if (pasted.value.kind !== 'room') return refuse('invite-invalid');
      const { link } = pasted.value;
      const answer = await bridge.call('rooms.read-invite', { invite: link });
      if (!answer.ok) return answer;
      const { roomId, host, needsPassphrase } = answer.value;
      if (roomId !== null) {
        actions.openRoom(roomId);
        return accept(roomId);
      }
      const { passphrase } = answers;
      if (needsPassphrase && !passphrase) return refuse('invite-passphrase', { path: 'passphrase' });
      readings += 1;
      showReading(invite, { at: 'joining' });
      const missing = await meetServer({ host, needsPassphrase, known: false, server: serverOf(host) }, answers);
      if (missing) {
        showReading(invite, missing);
        return 'refusal' in missing && missing.refusal ? missing.refusal : refuse('access-refused');
      }
      const added = await bridge.call('rooms.add', {
        invite: link,
        ...(needsPassphrase && passphrase ? { passphrase } : {}),
      });
      if (added.ok) return actions.enter(added.value, 'room');
      readInvite(invite);
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
      } catch (error) {
        ports.log.area('app').info('the clipboard could not be used', errorFields(error));
        return tell(
          refuse('not-allowed', { message: 'The clipboard could not be used. Select the text and copy it.' }),
        );
      }
    },
  };
}
