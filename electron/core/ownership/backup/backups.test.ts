import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WorkState } from '@parley/shared/model';
import { accept, LIMITS, type RoomId, refusalOf } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSecretStore } from '../../adapters/file-secret-store.ts';
import { type Core, createCore } from '../../core.ts';
import { sayByVoice } from '../../files/testing/say-by-voice.ts';
import { migrations } from '../../history/migrations/index.ts';
import { openHistory } from '../../history/open-history.ts';
import {
  ask,
  author,
  newDeviceId,
  newMessageId,
  temporaryFolder,
  testClock,
  testPorts,
  testShell,
} from '../../testing/test-kit.ts';
import { makeBackup } from './make-backup.ts';
import { entropyOf } from './phrase.ts';

let folder: ReturnType<typeof temporaryFolder>;
const open: Core[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((core) => core.close()));
  folder.remove();
});

type Computer = { core: Core; places: { chosen: string[] }; clock: ReturnType<typeof testClock>; profile: string };
/** A computer with a keystore of its own: what another one wrapped cannot be opened here. */
async function computer(name: string): Promise<Computer> {
  const clock = testClock();
  const places = { chosen: [] as string[] };
  const profile = join(folder.path, name, 'profile');
  mkdirSync(join(folder.path, name), { recursive: true });
  const secrets = openFileSecretStore(join(folder.path, name, 'keystore'));
  const core = await createCore(testPorts(profile, { clock, secrets, shell: testShell(places) }));
  open.push(core);
  return { core, places, clock, profile };
}
const next = (core: Core, event: string, isIt: (payload: unknown) => boolean = () => true) =>
  new Promise<unknown>((resolve) => {
    const undo = core.subscribe((name, payload) => {
      if (name !== event || !isIt(payload)) return;
      undo();
      resolve(payload);
    });
  });
const ended = (core: Core) =>
  next(core, 'work.changed', (payload) => (payload as WorkState).at !== 'running') as Promise<WorkState>; // parsed by the hub

/** Sets backups up and answers the phrase and the first backup. */
async function backedUp({ core, places }: Computer): Promise<{ phrase: string; file: string; words: string[] }> {
  const target = join(folder.path, 'stick');
  mkdirSync(target, { recursive: true });
  places.chosen = [target];
  const { words, asked } = await ask(core, 'backup.new-phrase', {});
  const end = ended(core);
  await ask(core, 'backup.confirm-phrase', { words: [words[asked[0]] ?? '', words[asked[1]] ?? ''] });
  const state = await end;
  expect(state).toMatchObject({ at: 'done', result: { kind: 'backup' } });
  const name = state.at === 'done' && state.result.kind === 'backup' ? state.result.name : '';
  return { phrase: words.join(' '), file: join(target, name), words };
}
async function restored({ core, places }: Computer, file: string, phrase: string): Promise<WorkState> {
  places.chosen = [file];
  await ask(core, 'backup.choose-file', {});
  const end = ended(core);
  await ask(core, 'backup.restore', { phrase });
  return end;
}
/** Makes a backup without a core, of a history that `copyTo` writes. */
function made(
  copyTo: (file: string) => Promise<void>,
  phrase: string,
  begun: (part: string) => void = () => undefined,
) {
  const profile = join(folder.path, 'bare');
  mkdirSync(profile, { recursive: true });
  const nothing = async () => undefined;
  const none = async () => [];
  const history = {
    rooms: none,
    servers: none,
    setRoomSecrets: nothing,
    setRight: nothing,
    stopCopying: nothing,
    copyTo,
  };
  const secrets = openFileSecretStore(join(folder.path, 'keystore'));
  return makeBackup(
    { profile, seed: new Uint8Array(32), secrets, now: () => 0, history },
    folder.path,
    entropyOf(phrase),
    { step: () => undefined, grow: () => undefined, signal: new AbortController().signal },
    begun,
  );
}
const codeOf = (state: WorkState) => (state.at === 'failed' ? state.code : state.at);

async function livedIn(ana: Computer): Promise<RoomId> {
  const { core, clock } = ana;
  await ask(core, 'settings.change', {
    profile: { username: 'ana', displayName: 'Ana M' },
    appearance: { theme: 'dark' },
  });
  const { roomId } = await ask(core, 'rooms.create', { name: 'Kitchen', passphrase: 'soup of the day' });
  const cem = author('Cem');
  const messages = Array.from({ length: 90 }, (_, index) =>
    cem.write(roomId, { text: `Cem ${index} ${'x'.repeat(500)}`, seq: index + 1, clock: index + 1 }),
  );
  await ask(core, 'history.record', { roomId, messages });
  clock.advance(1_000);
  await ask(core, 'history.compose', {
    id: newMessageId(),
    roomId,
    content: { kind: 'text', text: 'mine' },
    draft: 'a dra',
  });
  return roomId;
}

describe('a backup of the first of several computers (H9)', () => {
  /** A restored computer, and how it signs a list: answers how many computers are on it beside this one. */
  async function comeBack(file: string, phrase: string) {
    const fresh = await computer('new');
    const restarted = next(fresh.core, 'app.restarted');
    expect(await restored(fresh, file, phrase)).toMatchObject({ at: 'done' });
    await restarted;
    const sign = () =>
      ask(fresh.core, 'computers.remove', { device: newDeviceId() }).then(
        (state) => state.list?.computers.length,
        (thrown: unknown) => refusalOf(thrown).code,
      );
    return { ...fresh, sign };
  }

  it('signs no list and tells nothing by its own one, before it heard of the newest', async () => {
    const ana = await computer('old');
    await ask(ana.core, 'settings.change', { profile: { username: 'ana', displayName: null } });
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    const { phrase, file } = await backedUp(ana);
    // After the backup a second computer came.
    const laptop = await computer('laptop');
    const { device: person } = await ask(ana.core, 'computers.state', {});
    const asked = await ask(laptop.core, 'computers.ask', { person, name: 'Laptop' });
    const { list } = await ask(ana.core, 'computers.welcome', { ask: asked });
    await ana.core.close();
    const { core, sign } = await comeBack(file, phrase);
    const own = async () => (await ask(core, 'computers.own', {})).messages.length;
    expect([await sign(), await own()]).toEqual(['computers-in-doubt', 0]);
    // The laptop may have been removed since that list: it alone does not speak for it, however often.
    for (let said = 0; said < 2; said++)
      await ask(core, 'computers.learn', { lists: [list], left: [], by: asked.device, roomId });
    expect([await sign(), await own()]).toEqual(['computers-in-doubt', 0]);
    await ask(core, 'computers.learn', { lists: [], left: [], by: newDeviceId(), roomId });
    expect([await sign(), await own()]).toEqual([1, 1]);
  });

  it('goes by its own list where nobody was heard for a time', async () => {
    const ana = await computer('old');
    await ask(ana.core, 'settings.change', { profile: { username: 'ana', displayName: null } });
    const { phrase, file } = await backedUp(ana);
    await ana.core.close();
    const { clock, sign } = await comeBack(file, phrase);
    clock.advance(LIMITS.computersAskMs - 1);
    expect(await sign()).toBe('computers-in-doubt');
    clock.advance(1);
    expect(await sign()).toBe(0);
  });
});

describe('a backup with a recovery phrase (H8)', () => {
  it('brings everything to a fresh profile on another computer, with the phrase alone', async () => {
    const ana = await computer('old');
    const roomId = await livedIn(ana);
    const { fileId } = await sayByVoice(ana.core, roomId);
    const picture = Uint8Array.from([0xff, 0xd8, 0xff, 7]);
    await ana.core.content.answer('PUT', '/background', async () => accept(picture));
    const { phrase, file } = await backedUp(ana);
    const of = async ({ core }: Computer) => ({
      device: (await ask(core, 'app.info', {})).deviceId,
      settings: await ask(core, 'settings.get', {}),
      rooms: await ask(core, 'rooms.list', {}),
      keyring: await ask(core, 'rooms.keyring', { roomId }),
      page: await ask(core, 'history.page', { roomId, limit: 200 }),
      heads: await ask(core, 'history.heads', { roomId }),
      voice: (await core.content.answer('GET', `/files/${fileId}/blocks/0`, async () => accept(new Uint8Array()))).body,
      background: (await core.content.answer('GET', '/background', async () => accept(picture))).body,
      found: (await ask(core, 'history.search', { query: 'mine' })).items.length,
    });
    const before = await of(ana);
    expect([...(before.background as Uint8Array)]).toEqual([...picture]);
    await ana.core.close();

    const fresh = await computer('new');
    const page = fresh.core.openPage(() => undefined);
    const first = await page.call('app.info', {});
    const again = next(fresh.core, 'app.restarted');
    expect(await restored(fresh, file, phrase.toUpperCase().replaceAll(' ', ',\n '))).toMatchObject({
      at: 'done',
      result: { kind: 'restore' },
    });
    await again;
    expect(await of(fresh)).toEqual(before);
    // A page that was open before speaks with what was restored.
    const now = await page.call('app.info', {});
    expect(now).toMatchObject({ ok: true, value: { deviceId: before.device } });
    expect(now).not.toEqual(first);
    expect(readdirSync(fresh.profile).filter((name) => /restore|copy/.test(name))).toEqual([]);
    // The restored device goes on writing.
    fresh.clock.advance(60_000);
    const { entry } = await ask(fresh.core, 'history.compose', {
      id: newMessageId(),
      roomId,
      content: { kind: 'text', text: 'back again' },
    });
    expect(entry).toMatchObject({ author: before.device, seq: 4 });

    await fresh.core.close();
    const restarted = await createCore(
      testPorts(fresh.profile, { secrets: openFileSecretStore(join(folder.path, 'new', 'keystore')) }),
    );
    open.push(restarted);
    expect(await ask(restarted, 'rooms.keyring', { roomId })).toEqual(before.keyring);
  });

  it('keeps neither the phrase nor any word of a message or key in the backup', async () => {
    const ana = await computer('old');
    const roomId = await livedIn(ana);
    const { secret } = await ask(ana.core, 'rooms.keyring', { roomId });
    const { file, words } = await backedUp(ana);
    const bytes = readFileSync(file).toString('latin1');
    for (const word of [secret, 'Kitchen', 'Cem 7', 'SQLite format', words.join(' ')])
      expect(bytes).not.toContain(word);
    // Without the names of its fields and how often it is made: 'version', 'day' and 'week' are words that a phrase can have.
    const kept = readFileSync(join(ana.profile, 'backup.json'), 'utf8').replaceAll(/"every":\s*"\w+"|"\w+":/g, '');
    for (const word of words) expect(kept).not.toContain(`"${word}`);
  });

  it('opens with no other phrase, and not when it is cut, changed or something else', async () => {
    const ana = await computer('old');
    await livedIn(ana);
    const { phrase, file } = await backedUp(ana);
    const fresh = await computer('new');
    const whole = readFileSync(file);
    const from = async (bytes: Uint8Array, words = phrase) => {
      writeFileSync(join(folder.path, 'try'), bytes);
      return codeOf(await restored(fresh, join(folder.path, 'try'), words));
    };
    const { words: others } = await ask(fresh.core, 'backup.new-phrase', {});
    expect(await from(whole, others.join(' '))).toBe('backup-phrase-wrong');
    expect(await from(new Uint8Array(500))).toBe('backup-invalid');
    expect(await from(new Uint8Array())).toBe('backup-invalid');
    const later = Uint8Array.from(whole);
    later[7] = 0x32;
    expect(await from(later)).toBe('backup-version');
    for (const length of [40, 41, 60, 1_000, 40 + 262_144 + 16, whole.length - 1]) {
      expect(await from(whole.subarray(0, Math.min(length, whole.length - 1))), String(length)).toBe('backup-damaged');
    }
    expect(await from(Buffer.concat([whole, Buffer.from('x')]))).toBe('backup-damaged');
    const changed = Uint8Array.from(whole);
    changed[whole.length - 40] = (changed[whole.length - 40] ?? 0) ^ 1;
    expect(await from(changed)).toBe('backup-damaged');
    expect(await fresh.core.call('backup.restore', { phrase: 'abandon '.repeat(12) })).toMatchObject({
      code: 'phrase-invalid',
    });
    expect(await fresh.core.call('backup.restore', { phrase: '' })).toMatchObject({ code: 'phrase-invalid' });
    // Nothing of it came into the profile.
    expect(existsSync(join(fresh.profile, 'restore'))).toBe(false);
    expect(await ask(fresh.core, 'rooms.list', {})).toEqual({ items: [] });
  });

  it('is refused where its history is of a later Parley, which could not be opened', async () => {
    const fresh = await computer('new');
    const { words } = await ask(fresh.core, 'backup.new-phrase', {});
    const madeWith = async (version: number) => {
      const copyTo = async (file: string) => {
        const { db } = openHistory(file, () => 0);
        db.pragma(`user_version = ${version}`);
        db.close();
      };
      return (await made(copyTo, words.join(' '))).path;
    };
    const later = await madeWith(migrations.length + 1);
    expect(codeOf(await restored(fresh, later, words.join(' ')))).toBe('backup-version');
    expect(existsSync(join(fresh.profile, 'restore'))).toBe(false);
    expect(codeOf(await restored(fresh, await madeWith(migrations.length), words.join(' ')))).toBe('done');
  });

  it('is not put over a profile that is in use', async () => {
    const ana = await computer('old');
    await livedIn(ana);
    const { phrase, file } = await backedUp(ana);
    ana.places.chosen = [file];
    await ask(ana.core, 'backup.choose-file', {});
    expect(await ana.core.call('backup.restore', { phrase })).toMatchObject({ ok: false, code: 'not-allowed' });
  });

  it('is not put over a profile that was begun while it was unpacked', async () => {
    const ana = await computer('old');
    await livedIn(ana);
    const { phrase, file } = await backedUp(ana);
    const fresh = await computer('new');
    const { deviceId } = await ask(fresh.core, 'app.info', {});
    fresh.places.chosen = [file];
    await ask(fresh.core, 'backup.choose-file', {});
    const end = ended(fresh.core);
    await ask(fresh.core, 'backup.restore', { phrase });
    await ask(fresh.core, 'settings.change', { profile: { username: 'ben', displayName: 'Ben' } });
    expect(codeOf(await end)).toBe('profile-begun');
    expect(existsSync(join(fresh.profile, 'restore'))).toBe(false);
    await fresh.core.close();
    const again = await computer('new');
    expect((await ask(again.core, 'app.info', {})).deviceId).toBe(deviceId);
    expect(await ask(again.core, 'settings.get', {})).toMatchObject({ profile: { username: 'ben' } });
  });
});

describe('when backups are made (H8)', () => {
  it('counts a phrase only when two of its words came back', async () => {
    const ana = await computer('old');
    expect(await ana.core.call('backup.confirm-phrase', { words: ['a', 'b'] })).toMatchObject({
      code: 'phrase-words-wrong',
    });
    await ask(ana.core, 'backup.new-phrase', {});
    expect(await ana.core.call('backup.confirm-phrase', { words: ['a', 'b'] })).toMatchObject({
      code: 'phrase-words-wrong',
    });
    expect(await ask(ana.core, 'backup.state', {})).toEqual({ at: 'off' });
    expect(await ana.core.call('backup.make', {})).toMatchObject({ code: 'not-allowed' });
  });

  it('makes one each day by itself, keeps the last three, and touches no other file', async () => {
    const ana = await computer('old');
    await livedIn(ana);
    const { file } = await backedUp(ana);
    const stick = join(file, '..');
    writeFileSync(join(stick, 'holiday.jpg'), 'x');
    const backups = () => readdirSync(stick).filter((name) => name.endsWith('.parley-backup'));
    ana.clock.advance(2 * 3_600_000);
    expect(await ask(ana.core, 'work.state', {})).toMatchObject({ at: 'done' });
    expect(backups()).toHaveLength(1);
    for (let day = 2; day <= 5; day++) {
      const end = ended(ana.core);
      ana.clock.advance(25 * 3_600_000);
      expect(await end).toMatchObject({ at: 'done' });
      expect(backups()).toHaveLength(Math.min(3, day));
    }
    expect(backups()).not.toContain(file);
    expect(existsSync(join(stick, 'holiday.jpg'))).toBe(true);
    await ask(ana.core, 'backup.turn-off', {});
    expect(backups()).toHaveLength(3);
  });

  it('takes new words only while no backup is made with the words before', async () => {
    const ana = await computer('old');
    await backedUp(ana);
    const kept = (): unknown => JSON.parse(readFileSync(join(ana.profile, 'backup.json'), 'utf8'));
    const before = kept();
    const { words, asked } = await ask(ana.core, 'backup.new-phrase', {});
    const typed = { words: [words[asked[0]] ?? '', words[asked[1]] ?? ''] };
    const end = ended(ana.core);
    await ask(ana.core, 'backup.make', {});
    expect(await ana.core.call('backup.confirm-phrase', typed)).toMatchObject({ code: 'work-running' });
    expect(kept()).toEqual(before);
    expect(await end).toMatchObject({ at: 'done' });
    // The words still wait.
    const again = ended(ana.core);
    expect(await ana.core.call('backup.confirm-phrase', typed)).toMatchObject({ ok: true, value: { last: null } });
    expect(await again).toMatchObject({ at: 'done' });
  });

  it('ends one well that backups were turned off under, and remembers nothing of it', async () => {
    const ana = await computer('old');
    await backedUp(ana);
    const end = ended(ana.core);
    await ask(ana.core, 'backup.make', {});
    await ask(ana.core, 'backup.turn-off', {});
    expect(await end).toMatchObject({ at: 'done' });
    expect(await ask(ana.core, 'backup.state', {})).toEqual({ at: 'off' });
    expect(existsSync(join(ana.profile, 'backup.json'))).toBe(false);
  });

  it('names a backup as one only when it is whole', async () => {
    const listed = () => readdirSync(folder.path).filter((name) => name.includes('parley-backup'));
    const begun: string[] = [];
    const during: string[] = [];
    const copyTo = async (file: string) => {
      during.push(...listed());
      writeFileSync(file, 'x');
    };
    const phrase = `${'abandon '.repeat(11)}about`;
    const { name } = await made(copyTo, phrase, (part) => begun.push(basename(part)));
    expect(during).toEqual([expect.stringMatching(/\.part$/)]);
    expect(begun).toEqual(during);
    expect(listed()).toEqual([name]);
    expect(name).toMatch(/\.parley-backup$/);
    expect((await made(copyTo, phrase)).name).not.toBe(name);
    expect(listed()).toHaveLength(2);
  });

  it('removes what is left of its own one that was broken off', async () => {
    const ana = await computer('old');
    const { file } = await backedUp(ana);
    await ana.core.close();
    const [left, other] = ['left.part', 'other.part'].map((name) => join(file, '..', name));
    for (const part of [left, other]) writeFileSync(part ?? '', 'x');
    const kept = join(ana.profile, 'backup.json');
    writeFileSync(kept, JSON.stringify({ ...JSON.parse(readFileSync(kept, 'utf8')), part: left }));
    const again = await computer('old');
    const end = ended(again.core);
    await ask(again.core, 'backup.make', {});
    expect(await end).toMatchObject({ at: 'done' });
    expect(readdirSync(join(file, '..')).filter((name) => name.endsWith('.part'))).toEqual(['other.part']);
  });

  it('keeps the newest also where it has the name of one that the person removed', async () => {
    const ana = await computer('old');
    const { file } = await backedUp(ana);
    for (let times = 0; times < 3; times++) {
      rmSync(file);
      const end = ended(ana.core);
      await ask(ana.core, 'backup.make', {});
      expect(await end).toMatchObject({ at: 'done' });
      expect(existsSync(file)).toBe(true);
    }
  });

  it('leaves nothing of one that is cancelled', async () => {
    const ana = await computer('old');
    await livedIn(ana);
    const { file } = await backedUp(ana);
    const end = ended(ana.core);
    await ask(ana.core, 'backup.make', {});
    await ask(ana.core, 'work.cancel', {});
    expect(await end).toEqual({ at: 'idle' });
    expect(readdirSync(join(file, '..'))).toHaveLength(1);
    expect(readdirSync(ana.profile).filter((name) => name.includes('copy'))).toEqual([]);
    expect(await ask(ana.core, 'backup.state', {})).toMatchObject({ last: { ok: true } });
  });

  it('says what went wrong, and tries again', async () => {
    const ana = await computer('old');
    await livedIn(ana);
    const { file } = await backedUp(ana);
    const state = await ask(ana.core, 'backup.state', {});
    expect(state).toMatchObject({ at: 'on', every: 'day', last: { ok: true, bytes: readFileSync(file).length } });
    const stick = join(file, '..');
    const away = join(folder.path, 'unplugged');
    renameSync(stick, away);
    const failed = ended(ana.core);
    await ask(ana.core, 'backup.make', {});
    expect(codeOf(await failed)).toBe('backup-folder-missing');
    const after = await ask(ana.core, 'backup.state', {});
    expect(after).toMatchObject({ last: { ok: false, code: 'backup-folder-missing' } });
    renameSync(away, stick);
    const made = ended(ana.core);
    ana.clock.advance(2 * 3_600_000);
    expect(await made).toMatchObject({ at: 'done' });
  });
});
