import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeSockets } from '#core/signaling/testing/fake-sockets.ts';
import { temporaryFolder, testShell } from '#core/testing/test-kit.ts';
import { BRIDGES, type OpenedBridge } from './bridges.ts';

describe.each(BRIDGES)('a backup over $name', ({ open }) => {
  let folder: ReturnType<typeof temporaryFolder>;
  const opened: OpenedBridge[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const bridge of opened.splice(0)) {
      await bridge.close();
      bridge.remove();
    }
    folder.remove();
  });

  /** A computer on which the person chooses `places` where they are asked. */
  async function computer(places: { chosen: string[] }) {
    const bridge = await open({ openSocket: fakeSockets().open, shell: testShell(places) });
    opened.push(bridge);
    const ask = async (name: string, input: unknown): Promise<Record<string, unknown>> => {
      const answer = await bridge.call(name, input);
      expect(answer, name).toMatchObject({ ok: true });
      return (answer as { value: Record<string, unknown> }).value; // its shape was just asserted
    };
    const next = (name: string, isIt: (payload: { at?: string }) => boolean = () => true) =>
      new Promise<unknown>((resolve) => {
        bridge.on(name, (payload) => {
          if (isIt(payload as { at?: string })) resolve(payload); // the core has parsed it
        });
      });
    return { ask, next, bridge };
  }

  it('comes back on a fresh computer by the words alone, behind the same bridge (H8)', async () => {
    const stick = join(folder.path, 'stick');
    mkdirSync(stick);
    const old = await computer({ chosen: [stick] });
    await old.ask('settings.change', { profile: { username: 'ana', displayName: null } });
    await old.ask('rooms.create', { name: 'Kitchen' });
    const { words, asked } = (await old.ask('backup.new-phrase', {})) as { words: string[]; asked: [number, number] };
    const made = old.next('work.changed', ({ at }) => at !== 'running');
    await old.ask('backup.confirm-phrase', { words: asked.map((place) => words[place]) });
    expect(await made).toMatchObject({ at: 'done', result: { kind: 'backup' } });
    const { deviceId } = await old.ask('app.info', {});
    const rooms = await old.ask('rooms.list', {});

    const [name = ''] = readdirSync(stick);
    const fresh = await computer({ chosen: [join(stick, name)] });
    expect(await fresh.ask('backup.choose-file', {})).toEqual({ name });
    const again = fresh.next('app.restarted');
    await fresh.ask('backup.restore', { phrase: words.join(' ') });
    await again;
    expect(await fresh.ask('app.info', {})).toMatchObject({ deviceId });
    expect(((await fresh.ask('rooms.list', {})).items as unknown[]).length).toBe((rooms.items as unknown[]).length);
    expect(await fresh.ask('settings.get', {})).toMatchObject({ profile: { username: 'ana' } });
    // Events go on behind the restored core.
    const changed = fresh.next('settings.changed');
    await fresh.ask('settings.change', { appearance: { theme: 'dark' } });
    expect(await changed).toMatchObject({ appearance: { theme: 'dark' } });
  });
});
