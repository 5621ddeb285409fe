import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transferBox, transferKey, welcomeBytes } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../testing/test-kit.ts';
import { deviceOf, type SeveralComputers, severalComputers, transferred } from './testing/several-computers.ts';
import { listOf, testDevice } from './testing/test-computers.ts';

let at: SeveralComputers;
beforeEach(() => {
  at = severalComputers();
});
afterEach(() => at.close());

describe('a computer that comes in (H9)', () => {
  it('is taken in only once the person agreed outside the page, to one question at a time', async () => {
    const asked: { name: string; answer(yes: boolean): void; withdrawn: AbortSignal }[] = [];
    const { desk } = await at.anas({
      askComputer: (name, withdrawn) => new Promise((answer) => asked.push({ name, answer, withdrawn })),
    });
    const laptop = await at.computer('laptop');
    const wish = await ask(laptop, 'computers.ask', { person: await deviceOf(desk), name: 'Laptop' });
    const welcome = () => ask(desk, 'computers.welcome', { ask: wish });
    const isClosed = async () => {
      expect(await ask(desk, 'computers.state', {})).toMatchObject({ list: null });
      await expect(ask(desk, 'computers.part', { index: 0 })).rejects.toMatchObject({ code: 'computer-refused' });
    };
    const shown = (count: number) => expect.poll(() => asked.length).toBe(count);

    const refused = welcome();
    await shown(1);
    expect(asked[0]?.name).toBe('Laptop');
    await isClosed();
    await expect(welcome()).rejects.toMatchObject({ code: 'computer-unanswered' });
    asked[0]?.answer(false);
    await expect(refused).rejects.toMatchObject({ code: 'cancelled' });
    await isClosed();

    // The person went back in the page while the question was open: a yes that comes after it counts no more.
    const withdrawn = expect(welcome()).rejects.toMatchObject({ code: 'cancelled' });
    await shown(2);
    await ask(desk, 'computers.stop-giving', { failed: true });
    expect(asked[1]?.withdrawn.aborted).toBe(true);
    asked[1]?.answer(true);
    await withdrawn;
    await isClosed();

    const agreed = welcome();
    await shown(3);
    asked[2]?.answer(true);
    expect((await agreed).list.computers).toHaveLength(1);
  });

  it('refuses a part that was sealed for it and holds anything but items', async () => {
    const first = testDevice();
    const laptop = await at.computer('laptop');
    const asked = await ask(laptop, 'computers.ask', { person: first.deviceId, name: 'Laptop' });
    const { device, name, askedAt, consent, boxKey } = asked;
    const { publicKey: eph, privateKey } = await transferKey();
    const list = listOf(first, [{ device, name, askedAt, consent }]);
    const sig = first.sign(welcomeBytes(asked, { eph, parts: 1 }));
    await ask(laptop, 'computers.take-welcome', { welcome: { list, eph, sig, parts: 1 } });
    const keys = { own: privateKey, other: boxKey, boxKey, eph, parts: 1 };
    const box = await transferBox(keys, { person: first.deviceId, device });
    for (const text of ['no JSON', '{}', '[{"kind":"room"}]']) {
      const part = (await box?.seal(0, text)) ?? '';
      await expect(ask(laptop, 'computers.take-part', { index: 0, part }), text).rejects.toMatchObject({
        code: 'computer-refused',
      });
    }
  });

  it('has a fresh key once it asked and did not come to its end, and keeps its own where it did not ask', async () => {
    const { desk, person } = await at.anas();
    const laptop = await at.computer('laptop');
    const restarts = { count: 0 };
    laptop.subscribe((event) => {
      if (event === 'app.restarted') restarts.count += 1;
    });
    const before = await deviceOf(laptop);
    await ask(laptop, 'computers.stop-getting', {});
    expect([await deviceOf(laptop), restarts.count]).toEqual([before, 0]);

    const asked = await ask(laptop, 'computers.ask', { person, name: 'Laptop' });
    await expect(ask(laptop, 'computers.ask', { person, name: 'Laptop' })).rejects.toMatchObject({
      code: 'computer-asked',
    });
    await ask(laptop, 'computers.stop-getting', {});
    const after = await deviceOf(laptop);
    expect(after).not.toBe(before);
    // The first one took the earlier key in, and nobody has that key any more.
    const welcome = await ask(desk, 'computers.welcome', { ask: asked });
    await expect(ask(laptop, 'computers.take-welcome', { welcome })).rejects.toMatchObject({
      code: 'computer-refused',
    });
    await ask(desk, 'computers.stop-giving', { failed: true });

    await transferred(desk, laptop);
    await ask(laptop, 'computers.begin', {});
    expect(await ask(laptop, 'computers.state', {})).toMatchObject({ device: after, person });
  });

  it('is none that is in use and cannot read its settings: its key stays', async () => {
    const { desk } = await at.anas();
    const device = await deviceOf(desk);
    await desk.close();
    writeFileSync(join(at.path, 'desk', 'profile', 'settings.json'), 'no JSON');
    const again = await at.computer('desk');
    expect(await ask(again, 'settings.get', {})).toMatchObject({ profile: null });
    const wish = ask(again, 'computers.ask', { person: testDevice().deviceId, name: 'Desk' });
    await expect(wish).rejects.toMatchObject({ code: 'not-allowed' });
    await ask(again, 'computers.stop-getting', {});
    expect(await deviceOf(again)).toBe(device);
  });

  it('says which rooms are here where the disk gave out in between, and gets the rest by a new code', async () => {
    const { desk } = await at.anas();
    await ask(desk, 'rooms.create', { name: 'Vault' });
    const laptop = await at.computer('laptop');
    const settings = join(at.path, 'laptop', 'profile', 'settings.json.new');
    // The name is written last, and cannot be.
    mkdirSync(settings);
    await expect(transferred(desk, laptop)).rejects.toMatchObject({
      message: expect.stringContaining('2 of 2 rooms are on this computer already'),
    });
    expect(await ask(laptop, 'settings.get', {})).toMatchObject({ profile: null });
    await ask(desk, 'computers.stop-giving', { failed: true });
    rmSync(settings, { recursive: true });
    await ask(laptop, 'computers.stop-getting', {});
    await transferred(desk, laptop);
    expect((await ask(laptop, 'rooms.list', {})).items).toHaveLength(2);
    expect((await ask(desk, 'computers.state', {})).list?.computers).toHaveLength(1);
  });
});
