import { join } from 'node:path';
import { toBase64Url } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSecretStore } from '../adapters/file-secret-store.ts';
import { silentLog } from '../adapters/stream-log.ts';
import type { Core } from '../core.ts';
import type { Log, SecretStore, Shell } from '../ports.ts';
import { ask, newRoomId, testClock } from '../testing/test-kit.ts';
import { deviceOf, type SeveralComputers, severalComputers, transferred } from './testing/several-computers.ts';

let at: SeveralComputers;
beforeEach(() => {
  at = severalComputers();
});
afterEach(() => at.close());

type Question = { answer(yes: boolean): void; withdrawn: AbortSignal };
/** A host whose question stays open until the test answers it, also where it is withdrawn. */
function slowShell() {
  const questions: Question[] = [];
  const askComputer: Shell['askComputer'] = (_name, withdrawn) =>
    new Promise((answer) => questions.push({ answer, withdrawn }));
  return { questions, shell: { askComputer } };
}
const wishOf = async (fresh: Core, desk: Core) =>
  ask(fresh, 'computers.ask', { person: await deviceOf(desk), name: 'Laptop' });
const computersOf = async (core: Core) => (await ask(core, 'computers.state', {})).list?.computers ?? [];
const shown = (questions: Question[], count = 1) => expect.poll(() => questions.length).toBe(count);

describe('the question whether a computer comes in (H9)', () => {
  it('ends after two minutes, and a yes that comes later counts no more', async () => {
    const clock = testClock();
    const { questions, shell } = slowShell();
    const { desk } = await at.anas(shell, { clock });
    const laptop = await at.computer('laptop');
    const wish = await wishOf(laptop, desk);
    const welcome = () => ask(desk, 'computers.welcome', { ask: wish });

    const late = welcome();
    await shown(questions);
    clock.advance(119_999);
    expect(questions[0]?.withdrawn.aborted).toBe(false);
    clock.advance(1);
    expect(questions[0]?.withdrawn.aborted).toBe(true);
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    // This host shows it still: no other one is put in front of it.
    await expect(welcome()).rejects.toMatchObject({ code: 'computer-unanswered' });
    questions[0]?.answer(true);
    expect(await computersOf(desk)).toEqual([]);

    const timers = clock.timers();
    const inTime = welcome();
    await shown(questions, 2);
    questions[1]?.answer(true);
    expect((await inTime).list.computers).toHaveLength(1);
    // Nothing waits for an answer that was given.
    expect(clock.timers()).toBe(timers);
    clock.advance(120_000);
    expect(questions[1]?.withdrawn.aborted).toBe(false);
  });

  it('ends with the page that asked, and with no other', async () => {
    const { questions, shell } = slowShell();
    const { desk } = await at.anas(shell);
    const laptop = await at.computer('laptop');
    const wish = await wishOf(laptop, desk);
    const [page, other] = [desk.openPage(() => undefined), desk.openPage(() => undefined)];
    await ask(other, 'app.info', {});
    const welcome = ask(page, 'computers.welcome', { ask: wish });
    await shown(questions);
    other.close();
    expect(questions[0]?.withdrawn.aborted).toBe(false);
    page.close();
    expect(questions[0]?.withdrawn.aborted).toBe(true);
    questions[0]?.answer(true);
    await expect(welcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(await computersOf(desk)).toEqual([]);
  });

  it('leaves nobody on the list where the page ends right after the yes', async () => {
    const { questions, shell } = slowShell();
    const { desk } = await at.anas(shell);
    const laptop = await at.computer('laptop');
    const wish = await wishOf(laptop, desk);
    const page = desk.openPage(() => undefined);
    const welcome = ask(page, 'computers.welcome', { ask: wish });
    await shown(questions);
    questions[0]?.answer(true);
    page.close();
    await expect(welcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(await computersOf(desk)).toEqual([]);
  });
});

describe('a computer that is given everything (H9)', () => {
  it('is off the list again, and gets nothing more, once the page that gives is over', async () => {
    const { desk } = await at.anas();
    const laptop = await at.computer('laptop');
    const wish = await wishOf(laptop, desk);
    const [page, other] = [desk.openPage(() => undefined), desk.openPage(() => undefined)];
    await ask(other, 'app.info', {});
    await ask(page, 'computers.welcome', { ask: wish });
    other.close();
    expect(await computersOf(desk)).toHaveLength(1);
    await ask(desk, 'computers.part', { index: 0 });
    page.close();
    await expect(ask(desk, 'computers.part', { index: 0 })).rejects.toMatchObject({ code: 'computer-refused' });
    await expect.poll(() => computersOf(desk)).toEqual([]);
  });

  it('stays on the list where the page ends after the giving did', async () => {
    const { desk } = await at.anas();
    const laptop = await at.computer('laptop');
    const wish = await wishOf(laptop, desk);
    const page = desk.openPage(() => undefined);
    await ask(page, 'computers.welcome', { ask: wish });
    await ask(page, 'computers.stop-giving', { failed: false });
    page.close();
    expect(await computersOf(desk)).toHaveLength(1);
  });

  it('is off the list again where the app is closed meanwhile', async () => {
    const { desk } = await at.anas();
    const laptop = await at.computer('laptop');
    await ask(desk, 'computers.welcome', { ask: await wishOf(laptop, desk) });
    await desk.close();
    expect(await computersOf(await at.computer('desk'))).toEqual([]);
  });
});

/** A keystore that can be told not to open, and not to wrap, what the test names. */
function fallibleSecrets(file: string) {
  const store = openFileSecretStore(file);
  const broken = new Set<string>();
  const check = (plain: Uint8Array) => {
    if (broken.has(toBase64Url(plain))) throw new Error('broken');
  };
  const secrets: SecretStore = {
    protectedBy: store.protectedBy,
    async wrap(plain) {
      check(plain);
      return store.wrap(plain);
    },
    async unwrap(wrapped) {
      const plain = await store.unwrap(wrapped);
      check(plain);
      return plain;
    },
  };
  return { secrets, broken };
}
/** A log of what is warned of about rooms. */
function warnings() {
  const said: unknown[] = [];
  const warn: Log['warn'] = (message, fields) => {
    if (message.startsWith('a room ')) said.push([message, fields]);
  };
  return { said, log: { ...silentLog, warn } };
}
const namesOf = async (core: Core) =>
  (await ask(core, 'rooms.list', {})).items
    .map(({ name }) => name ?? '')
    .toSorted((left, right) => left.localeCompare(right));

describe('one room that cannot be had (H9)', () => {
  it('keeps no other from a new computer, nor from the others of this person', async () => {
    const { secrets, broken } = fallibleSecrets(join(at.path, 'fallible'));
    const { said, log } = warnings();
    const { desk, garden } = await at.anas({}, { secrets, log });
    const vault = await ask(desk, 'rooms.create', { name: 'Vault', passphrase: 'lavender' });
    await ask(desk, 'rooms.create', { name: 'Cellar' });
    broken.add((await ask(desk, 'rooms.keyring', { roomId: garden.roomId })).secret);
    broken.add(Buffer.from('lavender').toString('base64url'));
    const laptop = await at.computer('laptop');
    await transferred(desk, laptop);
    expect(await namesOf(laptop)).toEqual(['Cellar']);
    const code = { code: 'secrets-locked' };
    const atGather = ['a room could not be given to a new computer', code];
    expect(said).toEqual([atGather, atGather]);

    said.length = 0;
    const [told] = (await ask(desk, 'computers.own', {})).messages;
    expect(told?.rooms.map(({ name }) => name)).toEqual(['Cellar']);
    const atTell = ['a room could not be told to other computers', code];
    expect(said).toEqual([atTell, atTell]);
    expect(JSON.stringify(said)).not.toContain(vault.roomId);
  });

  it('is left out where another computer tells of it, and so is one whose invite leads elsewhere', async () => {
    const { secrets, broken } = fallibleSecrets(join(at.path, 'fallible'));
    const { said, log } = warnings();
    const { desk } = await at.anas({}, { secrets, log });
    const laptop = await at.computer('laptop');
    await transferred(desk, laptop);
    for (const name of ['Attic', 'Barn', 'Cellar', 'Dairy', 'Shed']) await ask(laptop, 'rooms.create', { name });
    await ask(laptop, 'rooms.create', { name: 'Vault', passphrase: 'lavender' });
    const [told] = (await ask(laptop, 'computers.own', {})).messages;
    if (!told) throw new Error('nothing is told');
    const secretOf = async (roomId: (typeof told)['rooms'][number]['roomId']) =>
      (await ask(laptop, 'rooms.keyring', { roomId })).secret;
    const rooms: (typeof told)['rooms'] = [];
    for (const room of told.rooms) {
      if (room.name === 'Attic') rooms.push({ ...room, invite: 'no invite' });
      else if (room.name === 'Barn') rooms.push({ ...room, roomId: newRoomId() });
      else if (room.name === 'Vault') rooms.push({ ...room, passphrase: null });
      else rooms.push(room);
      if (room.name === 'Cellar') broken.add(await secretOf(room.roomId));
    }
    // The good ones come last.
    const isGood = (name: string | null) => name === 'Dairy' || name === 'Shed';
    rooms.sort((left, right) => Number(isGood(left.name)) - Number(isGood(right.name)));
    await ask(desk, 'computers.take-own', { ...told, rooms, by: await deviceOf(laptop) });
    expect(await namesOf(desk)).toEqual(['Dairy', 'Garden', 'Shed']);
    expect(said).toHaveLength(4);
  });
});
