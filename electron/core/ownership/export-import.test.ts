import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RoomExport, RoomName, type WorkState } from '@parley/shared/model';
import { type DeviceId, type ErrorCode, FileId, MessageId, RoomId } from '@parley/shared/protocol';
import { fileIdOf, fileRootOf } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { SAMPLE_VOICE, sayByVoice } from '../files/testing/say-by-voice.ts';
import { ask, author, newMessageId, randomId } from '../testing/test-kit.ts';
import { ended, everything, exportPeople, type Person } from './testing/export-people.ts';

const people = exportPeople();
const { person, exported, imported } = people;
const codeOf = (state: WorkState): ErrorCode | null => (state.at === 'failed' ? state.code : null);

async function write({ core, clock }: Person, roomId: RoomId, text: string) {
  clock.advance(1_000);
  return (await ask(core, 'history.compose', { id: newMessageId(), roomId, content: { kind: 'text', text } })).item;
}
/** A room in which two people wrote, answered, edited, deleted and reacted, with more entries than one page holds. */
async function livelyRoom(ana: Person, name: string): Promise<RoomId> {
  const { roomId } = await ask(ana.core, 'rooms.create', { name });
  const cem = author('Cem');
  const theirs = Array.from({ length: 230 }, (_, index) =>
    cem.write(roomId, { text: `Cem ${index} <b>&"'`, seq: index + 1, clock: index + 1 }),
  );
  for (const from of [0, 100, 200]) {
    await ask(ana.core, 'history.record', { roomId, messages: theirs.slice(from, from + 100) });
  }
  await write(ana, roomId, 'Ask @Cem#0a1b2c3d');
  const first = await write(ana, roomId, 'שלום, עולם');
  const second = await write(ana, roomId, 'a typo');
  const third = await write(ana, roomId, 'not for long');
  const about = ({ author: by, id }: typeof first) => ({ author: by, id });
  const change = (content: Parameters<typeof ask<'history.compose'>>[2]['content']) => {
    ana.clock.advance(1_000);
    return ask(ana.core, 'history.compose', { id: newMessageId(), roomId, content });
  };
  await change({ kind: 'edit', text: 'no typo', of: about(second) });
  await change({ kind: 'delete', of: about(third) });
  await change({ kind: 'reaction', emoji: '👍', on: true, of: about(first) });
  await change({ kind: 'text', text: 'an answer', of: about(first) });
  return roomId;
}
async function contentOf({ core }: Person, roomId: RoomId) {
  const items = [];
  let before: Parameters<typeof ask<'history.page'>>[2]['before'];
  for (;;) {
    const page = await ask(core, 'history.page', { roomId, limit: 200, ...(before ? { before } : {}) });
    items.unshift(...page.items);
    if (page.cursor === null) break;
    before = page.cursor;
  }
  // Names, states and who is 'me' belong to the device, not to the history.
  return items.map(
    ({ mine: _m, state: _s, deliveredTo: _d, readBy: _r, name: _n, confirmed: _c, quote, reactions, ...item }) => ({
      ...item,
      quote: quote && { id: quote.id, text: quote.text },
      reactions: reactions.map(({ emoji, people }) => ({ emoji, people: people.map(({ author }) => author) })),
    }),
  );
}

describe('export and import of rooms (H8)', () => {
  it('brings equal content into a fresh profile, and twice is once', async () => {
    const ana = await person('ana');
    const roomId = await livelyRoom(ana, 'Kitchen');
    const other = await livelyRoom(ana, 'Garden');
    const out = await exported(ana);
    const ben = await person('ben');
    const files = readdirSync(out).filter((name) => name.endsWith('.json'));
    expect(files).toHaveLength(2);
    const paths = files.map((name) => join(out, name));
    // With the name of the room.
    const entries = 1 + 230 + 8;
    const noFiles = { files: 0, filesMissing: 0, filesWrong: 0, filesNotStored: 0 };
    expect(await imported(ben, ...paths)).toEqual({
      at: 'done',
      result: { kind: 'import', rooms: 2, added: 2 * entries, known: 0, refused: 0, forged: 0, ...noFiles },
    });
    for (const each of [roomId, other]) expect(await contentOf(ben, each)).toEqual(await contentOf(ana, each));
    const rooms = await ask(ben.core, 'rooms.list', {});
    expect(Object.fromEntries(rooms.items.map(({ name, unread }) => [name, unread]))).toEqual({
      Garden: 0,
      Kitchen: 0,
    });
    const heads = async (of: Person) => (await ask(of.core, 'history.heads', { roomId })).heads;
    expect(await heads(ben)).toEqual(await heads(ana));

    expect(await imported(ben, ...paths)).toEqual({
      at: 'done',
      result: { kind: 'import', rooms: 2, added: 0, known: 2 * entries, refused: 0, forged: 0, ...noFiles },
    });
    expect(await contentOf(ben, roomId)).toEqual(await contentOf(ana, roomId));
  });

  it('holds no key of the room, which its invite opens again', async () => {
    const ana = await person('ana');
    const roomId = await livelyRoom(ana, 'Kitchen');
    const { secret, invite } = await ask(ana.core, 'rooms.keyring', { roomId });
    const out = await exported(ana);
    for (const name of readdirSync(out)) expect(readFileSync(join(out, name), 'utf8')).not.toContain(secret);
    const ben = await person('ben');
    await imported(ben, join(out, 'Kitchen.json'));
    expect(await ben.core.call('rooms.keyring', { roomId })).toMatchObject({ ok: false, code: 'room-key-lost' });
    expect(await ask(ben.core, 'rooms.add', { invite })).toMatchObject({ roomId, name: 'Kitchen' });
    expect(await ask(ben.core, 'rooms.keyring', { roomId })).toMatchObject({ secret });
    expect(await contentOf(ben, roomId)).toEqual(await contentOf(ana, roomId));
  });

  it('writes what the schema says', async () => {
    const ana = await person('ana');
    const roomId = await livelyRoom(ana, 'Kitchen');
    const out = await exported(ana);
    const parsed = RoomExport.parse(JSON.parse(readFileSync(join(out, 'Kitchen.json'), 'utf8')));
    expect(parsed).toMatchObject({ format: 'parley-room', version: 1, room: { roomId, name: 'Kitchen' } });
    expect(parsed.entries).toHaveLength(239);
  });

  it('keeps no words that are to disappear', async () => {
    const ana = await person('ana');
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    const content = { kind: 'text', text: 'gone by tomorrow', lifetimeMs: 86_400_000 } as const;
    await ask(ana.core, 'history.compose', { id: newMessageId(), roomId, content });
    await write(ana, roomId, 'here to stay');
    const out = await exported(ana);
    for (const name of ['Kitchen.json', 'Kitchen.html']) {
      expect(readFileSync(join(out, name), 'utf8')).toContain('here to stay');
      expect(readFileSync(join(out, name), 'utf8')).not.toContain('gone by tomorrow');
    }
    const ben = await person('ben');
    expect(await imported(ben, join(out, 'Kitchen.json'))).toMatchObject({ result: { refused: 0, forged: 0 } });
    expect((await contentOf(ben, roomId)).map(({ text }) => text)).toEqual(['here to stay']);
  });

  it('keeps no words that are to disappear in an answer to them', async () => {
    const ana = await person('ana');
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    const passing = { kind: 'text', text: 'gone by tomorrow', lifetimeMs: 86_400_000 } as const;
    const { item } = await ask(ana.core, 'history.compose', { id: newMessageId(), roomId, content: passing });
    const answer = { kind: 'text', text: 'here to stay', of: { author: item.author, id: item.id } } as const;
    await ask(ana.core, 'history.compose', { id: newMessageId(), roomId, content: answer });
    const out = await exported(ana);
    for (const name of ['Kitchen.json', 'Kitchen.html']) {
      expect(readFileSync(join(out, name), 'utf8')).not.toContain('gone by tomorrow');
    }
    expect(readFileSync(join(out, 'Kitchen.html'), 'utf8')).toContain('A message that disappears</blockquote>');
  });

  it('keeps voice messages beside the pages, and none that was not sent (H10)', async () => {
    const ana = await person('ana');
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    const { fileId, bytes } = await sayByVoice(ana.core, roomId);
    await sayByVoice(ana.core, roomId, false);
    expect((await ask(ana.core, 'files.list', { roomId })).items.map(({ state }) => state)).toEqual([
      'shared',
      'recorded',
    ]);
    expect((await ask(ana.core, 'storage.overview', {})).rooms).toMatchObject([
      { roomId, files: 2, fileBytes: 2 * bytes.length },
    ]);
    const out = await exported(ana);
    expect(readdirSync(join(out, 'Kitchen - files'))).toEqual(['Voice message.webm']);
    expect(new Uint8Array(readFileSync(join(out, 'Kitchen - files', 'Voice message.webm')))).toEqual(bytes);
    const { entries } = RoomExport.parse(JSON.parse(readFileSync(join(out, 'Kitchen.json'), 'utf8')));
    expect(entries.filter(({ kind }) => kind === 'file')).toMatchObject([
      { id: fileId, body: { voice: SAMPLE_VOICE } },
    ]);
    const ben = await person('ben');
    expect(await imported(ben, join(out, 'Kitchen.json'))).toMatchObject({
      result: { added: 2, refused: 0, forged: 0 },
    });
    await ask(ana.core, 'history.compose', {
      id: newMessageId(),
      roomId,
      content: { kind: 'delete', of: { author: entries[0]?.author as DeviceId, id: MessageId.parse(fileId) } },
    });
    expect((await ask(ana.core, 'files.list', { roomId })).items.map(({ state }) => state)).toEqual(['recorded']);
  });

  it('keeps no file of a message that disappears', async () => {
    const ana = await person('ana');
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    const cem = author('Cem');
    const root = await fileRootOf(0, new Uint8Array());
    const receive = async (name: string, seq: number, lifetime: { expires?: number }) => {
      const facts = { salt: randomId(16), name, folders: [], sizeBytes: 0, root };
      const fileId = FileId.parse(await fileIdOf({ author: cem.deviceId, salt: facts.salt, root }));
      const of = { id: MessageId.parse(fileId), kind: 'file', seq, clock: seq, sentAt: ana.clock.now() } as const;
      const entry = cem.write(roomId, { ...of, ...lifetime, body: facts } as never);
      expect(await ask(ana.core, 'history.record', { roomId, messages: [entry] })).toMatchObject({ refused: 0 });
      const offers = [{ ...facts, fileId, offeredAt: seq, round: 1 }];
      await ask(ana.core, 'files.learn', { roomId, author: cem.deviceId, offers });
      expect(await ask(ana.core, 'files.accept', { fileId })).toMatchObject({ state: 'received' });
    };
    await receive('stays.txt', 1, {});
    await receive('passes.txt', 2, { expires: 86_400_000 });
    const out = await exported(ana);
    expect(readdirSync(join(out, 'Kitchen - files'))).toEqual(['stays.txt']);
    for (const name of ['Kitchen.json', 'Kitchen.html']) {
      expect(readFileSync(join(out, name), 'utf8')).toContain('stays.txt');
      expect(readFileSync(join(out, name), 'utf8')).not.toContain('passes.txt');
    }
  });

  it('pins no name of a room: the signed ones count, whatever stands beside them', async () => {
    const ana = await person('ana');
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    await write(ana, roomId, 'Hello');
    const file = join(await exported(ana), 'Kitchen.json');
    const parsed = RoomExport.parse(JSON.parse(readFileSync(file, 'utf8')));
    writeFileSync(file, JSON.stringify({ ...parsed, room: { ...parsed.room, name: 'Pinned' } }));
    const nameOf = async ({ core }: Person) => (await ask(core, 'rooms.list', {})).items.map(({ name }) => name);
    await imported(ana, file);
    expect(await nameOf(ana)).toEqual(['Kitchen']);

    // Only an entry says what a room is called; without any, what stands beside them is better than nothing.
    const ben = await person('ben');
    await imported(ben, file);
    expect(await nameOf(ben)).toEqual(['Kitchen']);
    const cem = await person('cem');
    writeFileSync(file, JSON.stringify({ ...parsed, room: { roomId, name: 'Pinned' }, entries: [] }));
    await imported(cem, file);
    expect(await nameOf(cem)).toEqual(['Pinned']);
    writeFileSync(file, JSON.stringify(parsed));
    await imported(cem, file);
    expect(await nameOf(cem)).toEqual(['Kitchen']);
  });

  it('refuses forged and broken entries, counts them, and takes the others', async () => {
    const ana = await person('ana');
    const roomId = await livelyRoom(ana, 'Kitchen');
    const file = join(await exported(ana), 'Kitchen.json');
    const parsed = RoomExport.parse(JSON.parse(readFileSync(file, 'utf8')));
    const entries: unknown[] = [...parsed.entries];
    const at = parsed.entries.findIndex(({ kind }) => kind === 'text');
    const [first, second] = parsed.entries.slice(at);
    entries[at] = { ...first, body: first?.body && { ...first.body, text: 'words put into a mouth' } };
    entries[at + 1] = { ...second, sentAt: 17 };
    entries[at + 2] = { nonsense: true };
    writeFileSync(file, JSON.stringify({ ...parsed, entries }));
    const ben = await person('ben');
    expect(await imported(ben, file)).toMatchObject({
      result: { added: entries.length - 3, refused: 3, forged: 2, known: 0 },
    });
    const texts = (await contentOf(ben, roomId)).map(({ text }) => text);
    expect(texts).not.toContain('words put into a mouth');
  });

  it('answers bad files with a code, and keeps what came before the damage', async () => {
    const ana = await person('ana');
    const roomId = await livelyRoom(ana, 'Kitchen');
    const file = join(await exported(ana), 'Kitchen.json');
    const whole = readFileSync(file, 'utf8');
    const ben = await person('ben');
    const from = async (content: string | Uint8Array) => {
      writeFileSync(join(people.folder, 'bad.json'), content);
      return codeOf(await imported(ben, join(people.folder, 'bad.json')));
    };
    expect(await from('')).toBe('import-invalid');
    expect(await from('not JSON at all')).toBe('import-invalid');
    expect(await from(new Uint8Array([0, 255, 254, 1, 2, 3]))).toBe('import-invalid');
    expect(await from('{"entries":[]}')).toBe('import-invalid');
    expect(await from(JSON.stringify({ entries: [], format: 'parley-room', version: 1 }))).toBe('import-invalid');
    expect(await from(whole.replace('"version":1', '"version":2'))).toBe('import-version');
    expect(await from(whole.replace('"version":1', '"version":"1"'))).toBe('import-invalid');
    expect((await ask(ben.core, 'rooms.list', {})).items).toEqual([]);
    expect(await from(whole.slice(0, Math.floor(whole.length / 2)))).toBe('import-damaged');
    expect((await contentOf(ben, roomId)).length).toBeGreaterThan(100);
    ben.places.chosen = [join(people.folder, 'not-there.json')];
    expect(await ben.core.call('work.import', {})).toMatchObject({ ok: false });
  });

  it('overwrites nothing, and removes what it wrote when it is cancelled', async () => {
    const ana = await person('ana');
    await livelyRoom(ana, 'Kitchen');
    await livelyRoom(ana, 'Kitchen');
    const first = await exported(ana);
    const before = readdirSync(first).map((name) => [name, statSync(join(first, name)).mtimeMs]);
    expect(before.map(([name]) => name)).toEqual([
      'Kitchen (2).html',
      'Kitchen (2).json',
      'Kitchen.html',
      'Kitchen.json',
    ]);
    const second = await exported(ana);
    expect(second).not.toBe(first);
    expect(readdirSync(first).map((name) => [name, statSync(join(first, name)).mtimeMs])).toEqual(before);

    ana.places.chosen = [people.folder];
    const state = await ended(ana, async () => {
      await ask(ana.core, 'work.export', everything);
      expect(await ana.core.call('work.export', everything)).toMatchObject({ code: 'work-running' });
      await ask(ana.core, 'work.cancel', {});
    });
    expect(state).toEqual({ at: 'idle' });
    expect(readdirSync(people.folder).filter((name) => name.startsWith('Parley export'))).toHaveLength(2);
  });

  it('asks for a folder, and does nothing where none is chosen', async () => {
    const ana = await person('ana');
    expect(await ana.core.call('work.export', everything)).toMatchObject({ code: 'cancelled' });
    expect(await ana.core.call('work.import', {})).toMatchObject({ code: 'cancelled' });
    expect(await ask(ana.core, 'work.state', {})).toEqual({ at: 'idle' });
    expect(await ana.core.call('work.export', { ...everything, rooms: [RoomId.parse('A'.repeat(22))] })).toMatchObject({
      ok: false,
    });
  });
});

describe('a room as a page (H8)', () => {
  it('shows every message, escaped and in its own direction, without a script or an address elsewhere', async () => {
    const ana = await person('ana');
    await livelyRoom(ana, '<img src=x onerror=alert(1)> & "Küche"');
    const out = await exported(ana, { ...everything, json: false });
    const [name = ''] = readdirSync(out);
    const html = readFileSync(join(out, name), 'utf8');
    expect(html.match(/<article/g)).toHaveLength(235);
    expect(html).toContain('<h1 dir="auto">&lt;img src=x onerror=alert(1)&gt; &amp; &quot;Küche&quot;</h1>');
    expect(html).toContain('Cem 7 &lt;b&gt;&amp;&quot;&#39;');
    expect(html).toContain('<p dir="auto">שלום, עולם</p>');
    expect(html).toContain('<p class="soft">Message deleted</p>');
    expect(html).toContain('Ask @Cem</p>');
    expect(html).toContain('no typo');
    expect(html).not.toContain('not for long');
    expect(html).not.toContain('a typo<');
    expect(html).toContain('👍 <bdi>ana</bdi>');
    expect(html).not.toMatch(/<script|\son\w+=["']|<b>Cem|https?:|src="\/\//i);
    expect(html).toContain("default-src 'none'");
    expect(existsSync(join(out, 'Kitchen.json'))).toBe(false);
  });

  it('says between the messages who changed the time after which they disappear, and who named the room', async () => {
    const ana = await person('ana');
    const { roomId } = await ask(ana.core, 'rooms.create', { name: 'Kitchen' });
    const set = async (lifetimeMs: number | null) => {
      ana.clock.advance(1_000);
      const content = { kind: 'timer', lifetimeMs } as const;
      await ask(ana.core, 'history.compose', { id: newMessageId(), roomId, content });
    };
    await set(7 * 86_400_000);
    await set(null);
    await write(ana, roomId, 'in between');
    ana.clock.advance(1_000);
    const renamed = { kind: 'name', name: RoomName.parse('<b>גינה') } as const;
    await ask(ana.core, 'history.compose', { id: newMessageId(), roomId, content: renamed });
    await set(3_600_000);
    const out = await exported(ana, { ...everything, json: false });
    const html = readFileSync(join(out, readdirSync(out)[0] ?? ''), 'utf8');
    const told = [...html.matchAll(/<p class="note">(.*?) <time|<p dir="auto">(.*?)<\/p>/g)].map(
      (match) => match[1] ?? match[2],
    );
    expect(told).toEqual([
      '<bdi>ana</bdi> named the room “<bdi>Kitchen</bdi>”',
      '<bdi>ana</bdi> set messages to disappear after 7 days',
      '<bdi>ana</bdi> turned disappearing messages off',
      'in between',
      '<bdi>ana</bdi> renamed the room to “<bdi>&lt;b&gt;גינה</bdi>”',
      '<bdi>ana</bdi> set messages to disappear after 1 hour',
    ]);
  });
});
