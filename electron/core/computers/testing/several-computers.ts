import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ComputerAsk, ComputerWelcome } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import { openFileSecretStore } from '../../adapters/file-secret-store.ts';
import { type Core, createCore } from '../../core.ts';
import type { CorePorts, Shell } from '../../ports.ts';
import { ask, newMessageId, temporaryFolder, testClock, testPorts, testShell } from '../../testing/test-kit.ts';

/** Computers of a test, each with a profile below one folder. */
export type SeveralComputers = ReturnType<typeof severalComputers>;

export function severalComputers() {
  const folder = temporaryFolder();
  const open: Core[] = [];
  return {
    path: folder.path,

    /** A computer with a keystore of its own: what another one wrapped cannot be opened here. */
    async computer(name: string, shell: Partial<Shell> = {}, ports: Partial<CorePorts> = {}): Promise<Core> {
      mkdirSync(join(folder.path, name), { recursive: true });
      const secrets = openFileSecretStore(join(folder.path, name, 'keystore'));
      const core = await createCore(
        testPorts(join(folder.path, name, 'profile'), {
          clock: testClock(1_700_000_000_000 + open.length * 1_000),
          secrets,
          serverProcess: null,
          shell: { ...testShell(), ...shell },
          ...ports,
        }),
      );
      open.push(core);
      return core;
    },

    /** Ana's computer with a room and a message in it. */
    async anas(shell: Partial<Shell> = {}, ports: Partial<CorePorts> = {}) {
      const desk = await this.computer('desk', shell, ports);
      await ask(desk, 'settings.change', {
        profile: { username: 'Ana', displayName: 'Ana Ribeiro' },
        appearance: { theme: 'dark' },
        homeServer: 'talk.example',
      });
      const garden = await ask(desk, 'rooms.create', { name: 'Garden' });
      const content = { kind: 'text' as const, text: 'On the desk', of: null };
      await ask(desk, 'history.compose', { id: newMessageId(), roomId: garden.roomId, content });
      return { desk, garden, person: await deviceOf(desk) };
    },

    async close(): Promise<void> {
      await Promise.all(open.splice(0).map((core) => core.close()));
      folder.remove();
    },
  };
}

export const deviceOf = async (core: Core): Promise<DeviceId> => (await ask(core, 'computers.state', {})).device;

/** The new computer asks, and the first one takes it in. */
export async function welcomed(desk: Core, fresh: Core): Promise<{ asked: ComputerAsk; welcome: ComputerWelcome }> {
  const asked = await ask(fresh, 'computers.ask', { person: await deviceOf(desk), name: 'Laptop' });
  return { asked, welcome: await ask(desk, 'computers.welcome', { ask: asked }) };
}
export async function transferred(desk: Core, fresh: Core): Promise<string[]> {
  const { welcome } = await welcomed(desk, fresh);
  await ask(fresh, 'computers.take-welcome', { welcome });
  const sealed: string[] = [];
  for (let index = 0; index < welcome.parts; index++) {
    const { part } = await ask(desk, 'computers.part', { index });
    sealed.push(part);
    await ask(fresh, 'computers.take-part', { index, part });
  }
  await ask(fresh, 'computers.finish', {});
  await ask(desk, 'computers.stop-giving', { failed: false });
  return sealed;
}
