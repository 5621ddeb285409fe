import type { BridgeOutput } from '@parley/shared/bridge';
import type { Server, ServerHost } from '@parley/shared/model';
import type { Outcome } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';
import type { SettingsActions } from './settings.ts';

export type ReadServer = BridgeOutput<'servers.read'>;
export type CheckedServer = BridgeOutput<'servers.check'>;

export interface ServerActions {
  /** Which server a text names, without asking that server anything. */
  readServer: (text: string) => Promise<Outcome<ReadServer>>;
  /** Asks a server who it is, and stores nothing. */
  checkServer: (text: string, password?: string) => Promise<Outcome<CheckedServer>>;
  addServer: (server: { text: string; name: string; password?: string }) => Promise<Outcome<Server>>;
  /** An empty name takes the person's own name for it away. */
  renameServer: (host: ServerHost, name: string) => Promise<Outcome<unknown>>;
  /** Gets in again, with a password or a new invitation. */
  authorizeServer: (host: ServerHost, right: { password: string } | { text: string }) => Promise<Outcome<unknown>>;
  removeServer: (host: ServerHost) => Promise<Outcome<unknown>>;
  /** Where new rooms are made; null is this computer. */
  chooseHomeServer: (host: ServerHost | null) => Promise<Outcome<unknown>>;
}

export function createServerActions(
  { store, ports, running, tell }: ActionContext,
  { changeSettings }: Pick<SettingsActions, 'changeSettings'>,
): ServerActions {
  const { bridge } = ports;

  const put = (server: Server) =>
    store.setState(({ servers }) => ({
      servers: servers.some(({ host }) => host === server.host)
        ? servers.map((each) => (each.host === server.host ? server : each))
        : [...servers, server],
    }));

  return {
    readServer: (text) => bridge.call('servers.read', { text: text.trim() }),
    async checkServer(text, password) {
      const checked = await bridge.call('servers.check', { text: text.trim(), ...(password ? { password } : {}) });
      if (!checked.ok) return checked;
      const { host, check } = checked.value;
      store.setState(({ servers }) => ({
        servers: servers.map((server) => (server.host === host ? { ...server, check } : server)),
      }));
      return checked;
    },
    async addServer({ text, name, password }) {
      const added = await bridge.call('servers.add', {
        text: text.trim(),
        name: name.trim() || null,
        ...(password ? { password } : {}),
      });
      if (added.ok) put(added.value);
      return added;
    },
    async renameServer(host, name) {
      const renamed = await bridge.call('servers.rename', { host, name: name.trim() || null });
      if (renamed.ok) put(renamed.value);
      return renamed;
    },
    async authorizeServer(host, right) {
      const authorized = await bridge.call('servers.authorize', { host, ...right });
      if (!authorized.ok) return authorized;
      put(authorized.value);
      // Its rooms were refused before; now they may be tried again.
      for (const { roomId } of store.getState().rooms.filter((room) => room.host === host)) {
        if (store.getState().reach[roomId]?.connection.at === 'refused') running()?.reach.get(roomId)?.retry();
      }
      return authorized;
    },
    async removeServer(host) {
      if (store.getState().settings.homeServer === host) {
        const moved = await changeSettings({ homeServer: null });
        if (!moved.ok) return moved;
      }
      const removed = await bridge.call('servers.remove', { host });
      if (!removed.ok) return tell(removed);
      store.setState(({ servers }) => ({ servers: servers.filter((server) => server.host !== host) }));
      await running()?.reach.sync();
      return removed;
    },
    chooseHomeServer: (homeServer) => changeSettings({ homeServer }),
  };
}
