import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkState } from '@parley/shared/model';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Core, createCore } from '../../core.ts';
import type { CorePorts } from '../../ports.ts';
import { ask, temporaryFolder, testClock, testPorts, testShell } from '../../testing/test-kit.ts';

export type Person = {
  core: Core;
  places: { chosen: string[] };
  clock: ReturnType<typeof testClock>;
  /** Where received files of this person are put. */
  downloads: string;
};

export const everything = { rooms: null, json: true, html: true, files: true } as const;

/** Resolves with how the work that is begun here ends. */
export async function ended({ core }: Person, begin: () => Promise<unknown>): Promise<WorkState> {
  const end = new Promise<WorkState>((resolve) => {
    const undo = core.subscribe((event, payload) => {
      const state = payload as WorkState; // the hub has parsed it
      if (event !== 'work.changed' || state.at === 'running') return;
      undo();
      resolve(state);
    });
  });
  await begin();
  return end;
}

/** People with a core each, who export and import rooms; they and their folder are gone after each test. */
export function exportPeople() {
  let folder: ReturnType<typeof temporaryFolder>;
  const open: Core[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((core) => core.close()));
    folder.remove();
  });
  return {
    get folder(): string {
      return folder.path;
    },
    async person(name: string, more: Partial<CorePorts> = {}): Promise<Person> {
      const clock = testClock();
      const places = { chosen: [] as string[] };
      const profile = join(folder.path, name, 'profile');
      mkdirSync(join(folder.path, name), { recursive: true });
      const core = await createCore(testPorts(profile, { clock, shell: testShell(places), ...more }));
      open.push(core);
      await ask(core, 'settings.change', { profile: { username: name, displayName: null } });
      return { core, places, clock, downloads: join(folder.path, name, 'downloads') };
    },
    async exported(ana: Person, wish: Parameters<typeof ask<'work.export'>>[2] = everything): Promise<string> {
      ana.places.chosen = [folder.path];
      const state = await ended(ana, () => ask(ana.core, 'work.export', wish));
      expect(state).toMatchObject({ at: 'done', result: { kind: 'export' } });
      return state.at === 'done' && state.result.kind === 'export' ? state.result.folder : '';
    },
    imported(ben: Person, ...paths: string[]): Promise<WorkState> {
      ben.places.chosen = paths;
      return ended(ben, () => ask(ben.core, 'work.import', {}));
    },
  };
}
