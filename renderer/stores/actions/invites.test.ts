import type { BridgeCall } from '@parley/shared/bridge';
import type { Server, ServerCheck } from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../../testing/fake-clock.ts';
import { inviteOn } from '../../testing/gallery/samples/invites.ts';
import { roomOf } from '../../testing/gallery/samples/rooms.ts';
import { foundCheck, serverOf } from '../../testing/gallery/samples/servers.ts';
import { createAppStore } from '../app-store.ts';
import type { ActionContext } from './context.ts';
import { createInviteActions } from './invites.ts';
import type { NavigationActions } from './navigation.ts';
import { createServerActions } from './servers.ts';

const host = 'parley.example';
const invite = inviteOn(host);
const message = `Ana invites you to “Choir” in Parley.\n\n1. Get Parley: https://parley.example\n2. Open this:\n\n${invite}\n\nSee you!`;

type Given = { servers?: Server[]; check?: ServerCheck; added?: Outcome<Server>; needsPassphrase?: boolean };

/** The actions over a core that knows `servers`, and over a server that a check finds as `check`. */
function opened({ servers = [], check = foundCheck(), added, needsPassphrase = false }: Given = {}) {
  const store = createAppStore();
  store.setState({ servers });
  const asked: [name: BridgeCall, input: unknown][] = [];
  const opens: string[] = [];
  const answers: Partial<Record<BridgeCall, () => Outcome<unknown>>> = {
    'rooms.read-invite': () => accept({ host, needsPassphrase, roomId: null }),
    'rooms.add': () => accept(roomOf('Choir', 0, { host })),
    'servers.check': () => accept({ host, check }),
    'servers.add': () => added ?? accept(serverOf(host)),
  };
  const context = {
    store,
    ports: {
      bridge: {
        call: async (name: BridgeCall, input: unknown) => {
          asked.push([name, input]);
          return answers[name]?.() ?? refuse('unknown-call');
        },
      },
    },
    running: () => undefined,
    show: (screen) => store.setState({ screen }),
    tell: (outcome) => outcome,
  } as Partial<ActionContext> as ActionContext;
  const serverActions = createServerActions(context, { changeSettings: async () => accept(null) });
  const actions = createInviteActions(context, {
    ...serverActions,
    ...({ openRoom: () => {} } as Partial<NavigationActions> as NavigationActions),
    enter: async ({ roomId }) => {
      opens.push(roomId);
      return accept(roomId as RoomId);
    },
  });
  const names = () => asked.map(([name]) => name);
  const reading = () => {
    const { screen } = store.getState();
    return screen.at === 'lobby' ? screen.reading : null;
  };
  return { actions, asked, names, opens, reading };
}

describe('joining by an invite', () => {
  it('takes a whole message, and asks no server before the person says so', async () => {
    const { actions, names, asked, reading } = opened();
    actions.openLobby(message);
    await settled();
    expect(reading()).toEqual({ at: 'ready', host, needsPassphrase: false, known: false, server: 'new' });
    expect(names()).toEqual(['rooms.read-invite']);
    expect(asked[0]?.[1]).toEqual({ invite });
  });

  it('knows an invitation to a server for what it is, and takes a web address for no invite', async () => {
    const { actions, reading, names } = opened({ servers: [serverOf(host)] });
    actions.openLobby(`For you: parley://server/${host}#1.parley_${'a'.repeat(12)}_1_${'b'.repeat(43)}`);
    await settled();
    expect(reading()).toEqual({ at: 'server', host, known: true });
    actions.openLobby('https://parley.example/');
    await settled();
    expect(reading()).toMatchObject({ at: 'refused', refusal: { code: 'invite-invalid' } });
    expect(names()).toEqual([]);
  });

  it('checks a new server first and joins where it is open', async () => {
    const { actions, names, opens } = opened();
    actions.openLobby(message);
    expect(await actions.joinByInvite(message)).toMatchObject({ ok: true });
    expect(names()).toEqual(['rooms.read-invite', 'rooms.read-invite', 'servers.check', 'rooms.add']);
    expect(opens).toHaveLength(1);
  });

  it('goes straight to the room on a server that this computer knows', async () => {
    const { actions, names } = opened({ servers: [serverOf(host)] });
    await actions.joinByInvite(invite);
    expect(names()).toEqual(['rooms.read-invite', 'rooms.add']);
  });

  it('asks for the server’s password in place, says when it is wrong, and joins with the right one', async () => {
    const { actions, reading, opens, names } = opened({ check: foundCheck({ access: 'password' }) });
    actions.openLobby(invite);
    await settled();
    expect(await actions.joinByInvite(invite)).toMatchObject({ ok: false });
    expect(reading()).toMatchObject({ at: 'access', access: 'password', refusal: null });
    expect(names()).not.toContain('rooms.add');
    expect(await actions.joinByInvite(invite, { password: 'right' })).toMatchObject({ ok: true });
    expect(opens).toHaveLength(1);

    const wrong = opened({ check: foundCheck({ access: 'password' }), added: refuse('access-refused') });
    wrong.actions.openLobby(invite);
    await wrong.actions.joinByInvite(invite, { password: 'wrong' });
    expect(wrong.reading()).toMatchObject({ at: 'access', refusal: { code: 'access-refused' } });
    expect(wrong.opens).toEqual([]);
  });

  it('does not take an invitation to another server for this one', async () => {
    const { actions, reading, opens } = opened({ added: accept(serverOf('other.example')) });
    actions.openLobby(invite);
    await actions.joinByInvite(invite, { serverInvite: 'parley://server/other.example#…' });
    expect(reading()).toMatchObject({ at: 'access', refusal: { message: expect.stringContaining('other.example') } });
    expect(opens).toEqual([]);
  });

  it('says when the server does not answer, and adds the room where the person wants that', async () => {
    const check: ServerCheck = { at: 'failed', code: 'server-unreachable', message: 'No answer.', checkedAt: 1 };
    const { actions, reading, opens } = opened({ check });
    actions.openLobby(invite);
    await settled();
    expect(await actions.joinByInvite(invite)).toMatchObject({ ok: false, code: 'server-unreachable' });
    expect(reading()).toMatchObject({ at: 'unreachable', host });
    expect(await actions.joinByInvite(invite, { unreached: true })).toMatchObject({ ok: true });
    expect(opens).toHaveLength(1);
  });

  it('asks for the room’s passphrase before it asks any server', async () => {
    const { actions, names } = opened({ needsPassphrase: true });
    expect(await actions.joinByInvite(invite)).toMatchObject({ code: 'invite-passphrase' });
    expect(names()).toEqual(['rooms.read-invite']);
  });
});
