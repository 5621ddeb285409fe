import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BRIDGE_CALL_NAMES, type BridgeEvent } from '@parley/shared/bridge';
import { type MessageRef, RoomName, ServerHost } from '@parley/shared/model';
import { FileId, LIMITS, MessageId } from '@parley/shared/protocol';
import {
  createInvite,
  deriveRoomKeys,
  fileIdOf,
  formatInvite,
  formatServerInvite,
  parseInvite,
} from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Core, createCore } from './core.ts';
import type { CorePorts } from './ports.ts';
import {
  ask,
  author,
  newDeviceId,
  newMessageId,
  newRoomId,
  openTestStore,
  randomId,
  type TestClock,
  temporaryFolder,
  testClock,
  testPorts,
  testServerProcess,
} from './testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let profile: string;
let clock: TestClock;
const open: Core[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  profile = join(folder.path, 'profile');
  clock = testClock();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((core) => core.close()));
  folder.remove();
});

async function start(more: Partial<CorePorts> = {}): Promise<Core> {
  const core = await createCore(testPorts(profile, { clock, ...more }));
  open.push(core);
  return core;
}
const restart = async (core: Core, more: Partial<CorePorts> = {}) => {
  await core.close();
  return start(more);
};
/** Everything the core says by itself, and the next event of a kind. */
function listen(core: Core) {
  const events: { event: BridgeEvent; payload: unknown }[] = [];
  const waiting = new Set<{ event: BridgeEvent; resolve: (payload: unknown) => void }>();
  core.subscribe((event, payload) => {
    events.push({ event, payload });
    for (const one of waiting) {
      if (one.event !== event) continue;
      waiting.delete(one);
      one.resolve(payload);
    }
  });
  return {
    of: (event: BridgeEvent) => events.filter((one) => one.event === event).map(({ payload }) => payload),
    next: (event: BridgeEvent) => new Promise<unknown>((resolve) => waiting.add({ event, resolve })),
  };
}
const named = (core: Core) => ask(core, 'settings.change', { profile: { username: 'Ben', displayName: null } });
const inviteOf = async (host: string, needsPassphrase = false) => {
  const { invite } = await createInvite(host, needsPassphrase);
  return { text: formatInvite(invite), secret: invite.secret };
};

const refOf = ({ author, id }: MessageRef) => ({ author, id });

describe('the border', () => {
  it('answers calls that are not in the contract, or wrong in it, with a code and the field', async () => {
    const core = await start();
    expect(await core.call('history.drop', {})).toMatchObject({ ok: false, code: 'unknown-call' });
    expect(await core.call('constructor', {})).toMatchObject({ ok: false, code: 'unknown-call' });
    expect(await core.call('rooms.create', { name: 'x' })).toMatchObject({
      ok: false,
      code: 'room-name-invalid',
      path: 'name',
    });
    expect(await core.call('rooms.list', { extra: 1 })).toMatchObject({ ok: false, code: 'bad-request' });
  });

  it('never rejects and never fails inside, whatever it is given', async () => {
    const core = await start();
    const inputs = [undefined, null, 1, 'text', [], {}, { roomId: 'x' }, { __proto__: null }, { roomId: newRoomId() }];
    for (const name of BRIDGE_CALL_NAMES) {
      for (const input of inputs) {
        const outcome = await core.call(name, input);
        if (!outcome.ok) expect([name, input, outcome.code]).not.toContain('internal');
      }
    }
  });

  it('refuses calls after it was closed', async () => {
    const core = await start();
    await core.close();
    expect(await core.call('rooms.list', {})).toMatchObject({ ok: false, code: 'cancelled' });
  });
});

describe('the profile folder', () => {
  it.runIf(process.platform !== 'win32')('is for this user alone, with every file in it', async () => {
    const core = await start();
    await named(core);
    await ask(core, 'rooms.create', { name: 'Family' });
    expect(statSync(profile).mode & 0o777).toBe(0o700);
    const modes = Object.fromEntries(
      readdirSync(profile).map((name) => [name, (statSync(join(profile, name)).mode & 0o777).toString(8)]),
    );
    expect(Object.keys(modes)).toEqual(expect.arrayContaining(['device.key', 'history.db', 'settings.json']));
    expect(new Set(Object.values(modes))).toEqual(new Set(['600']));
  });

  it('holds no secret of a room in the open', async () => {
    const core = await start();
    const { text, secret } = await inviteOf('example.org', true);
    await ask(core, 'rooms.add', { invite: text, passphrase: 'correct horse battery staple' });
    const room = await ask(core, 'rooms.create', { name: 'Family' });
    const keyring = await ask(core, 'rooms.keyring', { roomId: room.roomId });
    await core.close();
    const needles = [
      Buffer.from(secret),
      Buffer.from('correct horse'),
      Buffer.from(keyring.secret, 'base64url'),
      Buffer.from(keyring.secret),
    ];
    for (const name of readdirSync(profile)) {
      const bytes = readFileSync(join(profile, name));
      for (const needle of needles) expect([name, bytes.includes(needle)]).toEqual([name, false]);
    }
  });

  it('that cannot be written is said with a code', async () => {
    writeFileSync(profile, 'a file where the folder should be');
    await expect(start()).rejects.toMatchObject({ code: 'disk-read-only' });
  });

  it('with a history of a newer Parley is refused and left alone', async () => {
    await (await start()).close();
    const file = join(profile, 'history.db');
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(99, 60);
    writeFileSync(file, bytes);
    await expect(start()).rejects.toMatchObject({ code: 'history-from-future' });
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('that cannot be opened whole is let go of, and can be opened later', async () => {
    await (await start()).close();
    const files = join(profile, 'files');
    writeFileSync(files, 'a file where the folder should be');
    await expect(start()).rejects.toMatchObject({ code: 'disk-read-only' });
    // SQLite removes it when the last one who has the history open closes it.
    expect(readdirSync(profile)).not.toContain('history.db-wal');
    rmSync(files);
    expect((await ask(await start(), 'rooms.list', {})).items).toEqual([]);
  });

  it('with damaged files opens with the usual settings and a new history, and says so', async () => {
    await (await start()).close();
    writeFileSync(join(profile, 'settings.json'), '{"version":');
    writeFileSync(join(profile, 'history.db'), 'no database at all, and long enough to be looked at'.repeat(100));
    const core = await start();
    const { notices } = await ask(core, 'app.info', {});
    expect(notices.map(({ code }) => code)).toEqual(['settings-damaged', 'history-damaged']);
    expect((await ask(core, 'rooms.list', {})).items).toEqual([]);
  });
});

describe('identity', () => {
  it('is the same after a restart', async () => {
    const core = await start();
    const { deviceId } = await ask(core, 'app.info', {});
    expect((await ask(await restart(core), 'app.info', {})).deviceId).toBe(deviceId);
  });

  it('signs for this device, whoever asks', async () => {
    const core = await start();
    const { deviceId } = await ask(core, 'app.info', {});
    const hash = Buffer.alloc(32, 1).toString('base64url');
    expect((await ask(core, 'identity.sign-confirm', { role: 'lo', transcriptHash: hash })).sig).toHaveLength(86);
    expect(await core.call('identity.sign-confirm', { role: 'lo', transcriptHash: 'x', dev: deviceId })).toMatchObject({
      ok: false,
      code: 'bad-request',
    });
  });
});

describe('rooms', () => {
  it('stay known as ones whose secret their server got when they are taken off its list', async () => {
    const core = await start();
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const marked = async (listed: boolean) => ask(core, 'rooms.mark-listed', { roomId, listed });
    expect(await marked(false)).toMatchObject({ listed: false, wasListed: false });
    expect(await marked(true)).toMatchObject({ listed: true, wasListed: true });
    expect(await marked(false)).toMatchObject({ listed: false, wasListed: true });
    expect(await marked(false)).toMatchObject({ listed: false, wasListed: true });
  });

  it('on the own server follow it wherever it listens', async () => {
    const core = await start();
    const room = await ask(core, 'rooms.create', { name: 'Family' });
    expect(room).toMatchObject({ name: 'Family', host: '127.0.0.1:7350', mine: true, unread: 0, lastMessage: null });
    writeFileSync(join(profile, 'server.port'), '7777');
    const again = await restart(core);
    expect((await ask(again, 'rooms.list', {})).items.map(({ host }) => host)).toEqual(['127.0.0.1:7777']);
    const { invite } = await ask(again, 'rooms.keyring', { roomId: room.roomId });
    expect(invite).toContain('parley://join/127.0.0.1:7777#1.');
  });

  it('are made on the home server where there is one, and where the person says', async () => {
    const core = await start();
    await ask(core, 'settings.change', { homeServer: 'home.example' });
    expect((await ask(core, 'rooms.create', { name: 'One' })).host).toBe('home.example');
    expect((await ask(core, 'rooms.create', { name: 'Two', host: 'other.example:8443' })).host).toBe(
      'other.example:8443',
    );
  });

  it('hand out an invite that leads to the same room', async () => {
    const core = await start();
    const room = await ask(core, 'rooms.create', { name: 'Family', host: 'example.org' });
    const keyring = await ask(core, 'rooms.keyring', { roomId: room.roomId });
    const invite = parseInvite(keyring.invite);
    if (!invite.ok) throw new Error('no invite');
    const { secret, ownerPub } = invite.value;
    expect((await deriveRoomKeys(secret, null, ownerPub)).roomId).toBe(room.roomId);

    const other = await createCore(testPorts(join(folder.path, 'other'), { clock }));
    open.push(other);
    expect(await ask(other, 'rooms.read-invite', { invite: keyring.invite })).toEqual({
      host: 'example.org',
      needsPassphrase: false,
      roomId: null,
    });
    const added = await ask(other, 'rooms.add', { invite: keyring.invite });
    expect(added).toMatchObject({ roomId: room.roomId, name: null, mine: false, host: 'example.org' });
    expect(await ask(other, 'rooms.add', { invite: keyring.invite })).toEqual(added);
    expect((await ask(other, 'rooms.list', {})).items).toHaveLength(1);
    expect((await ask(other, 'rooms.read-invite', { invite: keyring.invite })).roomId).toBe(room.roomId);
  });

  it('with a passphrase ask for it', async () => {
    const core = await start();
    const { text } = await inviteOf('example.org', true);
    expect(await core.call('rooms.add', { invite: text })).toMatchObject({ ok: false, code: 'invite-passphrase' });
    const room = await ask(core, 'rooms.add', { invite: text, passphrase: 'five random words' });
    expect(room.needsPassphrase).toBe(true);
    const keyring = await ask(core, 'rooms.keyring', { roomId: room.roomId });
    expect(keyring).toMatchObject({ passphrase: 'five random words', invite: text });
  });

  it('refuse what is no invite with the reason', async () => {
    const core = await start();
    const { text } = await inviteOf('example.org');
    for (const [invite, code] of [
      ['hello', 'invite-invalid'],
      [text.slice(0, -10), 'invite-cut'],
      [text.replace('#1.', '#2.'), 'invite-version'],
    ] as const) {
      expect(await core.call('rooms.add', { invite })).toMatchObject({ ok: false, code });
      expect(await core.call('rooms.read-invite', { invite })).toMatchObject({ ok: false, code });
    }
    expect((await ask(core, 'rooms.list', {})).items).toEqual([]);
  });

  it('name the address of the network in invites while others may use the own server', async () => {
    const core = await start();
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const state = await ask(core, 'server.allow-lan', { allow: true });
    if (state.at !== 'running') throw new Error('it runs');
    const { invite, host } = await ask(core, 'rooms.keyring', { roomId });
    expect(invite).toContain(`parley://join/${(state.lanHosts[0] ?? state).host}#`);
    expect(host).toBe('127.0.0.1:7350');
  });

  it('are told as changed, several changes at once', async () => {
    const core = await start();
    await named(core);
    const events = listen(core);
    const created = events.next('rooms.changed');
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    clock.advance(1_000);
    await created;
    const changed = events.next('rooms.changed');
    for (const text of ['One', 'Two', 'Three'])
      await ask(core, 'history.compose', { id: newMessageId(), roomId, content: { kind: 'text', text, of: null } });
    clock.advance(1_000);
    expect(await changed).toMatchObject({ items: [{ roomId, lastMessage: { text: 'Three', mine: true } }] });
    expect(events.of('rooms.changed')).toHaveLength(2);
  });

  it('let messages go whose time was over while the app was closed, with what is known of their files', async () => {
    let core = await start();
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const ana = author('Ana');
    const body = { salt: randomId(16), name: 'plan.pdf', folders: [], sizeBytes: 5, root: randomId(32) };
    const fileId = FileId.parse(await fileIdOf({ author: ana.deviceId, ...body }));
    const offer = { ...body, fileId, offeredAt: 1_700_000_000_000, round: 1 };
    expect((await ask(core, 'files.learn', { roomId, author: ana.deviceId, offers: [offer] })).items).toHaveLength(1);
    await core.close();
    // Written while the clock stood years ago: its time is long over.
    const store = openTestStore(join(profile, 'history.db'));
    const message = ana.write(roomId, { id: MessageId.parse(fileId), kind: 'file', expires: 1_000, body });
    expect(store.store.record(roomId, [message]).stored).toHaveLength(1);
    store.close();
    core = await start();
    expect((await ask(core, 'history.page', { roomId, limit: 10 })).items).toEqual([]);
    await ask(core, 'rooms.list', {});
    expect((await ask(core, 'files.list', { roomId })).items).toEqual([]);
  });

  it('have a signed name from the start, and are called what the last name says', async () => {
    const core = await start();
    await named(core);
    const { roomId, name } = await ask(core, 'rooms.create', { name: 'Family' });
    const given = async () => (await ask(core, 'history.room-changes', { roomId })).changes;
    expect(name).toBe('Family');
    expect(await given()).toMatchObject([{ kind: 'name', roomName: 'Family', first: true, mine: true }]);
    const events = listen(core);
    const eve = author('Eve');
    const body = { salt: randomId(16), name: RoomName.parse('Tribe') };
    const entry = eve.write(roomId, { clock: 2, kind: 'name', body } as never);
    expect(await ask(core, 'history.record', { roomId, messages: [entry] })).toMatchObject({ gained: 1, fresh: [] });
    const changed = events.next('rooms.changed');
    clock.advance(1_000);
    expect(await changed).toMatchObject({ items: [{ roomId, name: 'Tribe', unread: 0, lastMessage: null }] });
    expect(await given()).toHaveLength(2);
    // Nothing is signed again.
    const again = await restart(core);
    expect((await ask(again, 'history.room-changes', { roomId })).changes).toHaveLength(2);
    expect((await ask(again, 'rooms.list', {})).items).toMatchObject([{ name: 'Tribe' }]);
  });

  it('that were made here without a signed name get one at the next start, and leave the draft', async () => {
    const core = await start();
    // Nobody is there to sign yet, as in a history of an earlier version.
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const { text } = await inviteOf('example.org');
    const joined = await ask(core, 'rooms.add', { invite: text });
    await ask(core, 'rooms.draft', { roomId, draft: 'half a' });
    const unnamed = await restart(core);
    expect((await ask(unnamed, 'history.room-changes', { roomId })).changes).toEqual([]);
    await named(unnamed);
    const again = await restart(unnamed);
    expect((await ask(again, 'history.room-changes', { roomId })).changes).toMatchObject([
      { roomName: 'Family', first: true },
    ]);
    expect((await ask(again, 'history.room-changes', { roomId: joined.roomId })).changes).toEqual([]);
    const drafts = (await ask(again, 'rooms.list', {})).items.map((room) => [room.name, room.draft]);
    expect(drafts).toEqual(
      expect.arrayContaining([
        ['Family', 'half a'],
        [null, ''],
      ]),
    );
  });

  it('keep a draft until it is sent, and are gone when they are deleted', async () => {
    const core = await start();
    await named(core);
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    await ask(core, 'rooms.draft', { roomId, draft: 'Not yet' });
    expect((await ask(core, 'rooms.list', {})).items[0]?.draft).toBe('Not yet');
    // The first message of a longer text leaves the rest.
    await ask(core, 'history.compose', {
      id: newMessageId(),
      roomId,
      content: { kind: 'text', text: 'Now', of: null },
      draft: 'the rest',
    });
    expect((await ask(core, 'rooms.list', {})).items[0]?.draft).toBe('the rest');
    await ask(core, 'history.compose', {
      id: newMessageId(),
      roomId,
      content: { kind: 'text', text: 'the rest', of: null },
    });
    expect((await ask(core, 'rooms.list', {})).items[0]?.draft).toBe('');
    await ask(core, 'rooms.delete', { roomId });
    expect((await ask(core, 'rooms.list', {})).items).toEqual([]);
    expect(await core.call('rooms.keyring', { roomId })).toMatchObject({ ok: false, code: 'room-unknown' });
  });
});

describe('history', () => {
  it('keeps messages over a restart, with the name of whoever wrote them', async () => {
    const core = await start();
    await named(core);
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const { item: own } = await ask(core, 'history.compose', {
      id: newMessageId(),
      roomId,
      content: { kind: 'text', text: '  Hello there  ', of: null },
    });
    expect(own).toMatchObject({ text: 'Hello there', authorName: 'Ben', state: 'queued', mine: true, seq: 2 });
    const theirs = author('Ana').write(roomId, { clock: 3, text: 'Hello back' });
    const recorded = await ask(core, 'history.record', { roomId, messages: [theirs] });
    expect(recorded).toMatchObject({ stored: [{ author: theirs.author, id: theirs.id, met: false }], refused: 0 });

    const again = await restart(core);
    const page = await ask(again, 'history.page', { roomId });
    expect(page).toMatchObject({ total_count: 2, returned_count: 2, has_more: false, cursor: null });
    expect(page.items.map(({ authorName, text }) => [authorName, text])).toEqual([
      ['Ben', 'Hello there'],
      ['Ana', 'Hello back'],
    ]);
    const hits = await ask(again, 'history.search', { query: 'back' });
    expect(hits.items.map((hit) => [hit.roomName, hit.item.id])).toEqual([['Family', theirs.id]]);
    expect(await ask(again, 'history.mark-seen', { roomId, from: null, upTo: refOf(theirs) })).toEqual({
      seen: [{ id: theirs.id, author: theirs.author, met: false }],
    });
    const { changed } = await ask(again, 'history.mark', { roomId, by: newDeviceId(), state: 'read', ids: [own.id] });
    expect(changed).toMatchObject([{ id: own.id, state: 'read', readBy: 1 }]);
    const { heads } = await ask(again, 'history.heads', { roomId });
    expect(heads).toHaveLength(2);
    expect(await ask(again, 'history.missing', { roomId, heads })).toEqual({
      messages: [],
      own: [],
      hasMore: false,
      differing: [],
      behind: false,
    });
    expect((await ask(again, 'history.around', { roomId, message: refOf(own) })).returned_count).toBe(2);
  });

  it('tells by which name a device is known, in the list of rooms too, and only when that changed', async () => {
    const core = await start();
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const eve = author('Alice');
    await ask(core, 'history.record', { roomId, messages: [eve.write(roomId)] });
    const events = listen(core);
    const lastName = async () => {
      const { items } = await ask(core, 'rooms.list', {});
      return [items[0]?.lastMessage?.name, items[0]?.lastMessage?.confirmed];
    };
    expect(await lastName()).toEqual(['Alice', false]);
    const met = { deviceId: eve.deviceId, profile: { username: 'Eve', displayName: null } };
    await ask(core, 'peers.meet', met);
    await ask(core, 'peers.meet', met);
    expect(events.of('peers.changed')).toEqual([{ deviceId: eve.deviceId, name: 'Eve', standing: 'new' }]);
    expect(await lastName()).toEqual(['Eve', true]);
    clock.advance(20);
    expect(await events.next('rooms.changed')).toMatchObject({ items: [{ lastMessage: { name: 'Eve' } }] });
  });

  it('writes nothing before the person said a name', async () => {
    const core = await start();
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    expect(
      await core.call('history.compose', {
        id: newMessageId(),
        roomId,
        content: { kind: 'text', text: 'Hello', of: null },
      }),
    ).toMatchObject({
      ok: false,
      code: 'display-name-invalid',
    });
  });

  it('holds back spam with the time to wait', async () => {
    const core = await start();
    await named(core);
    const { roomId } = await ask(core, 'rooms.create', { name: 'Family' });
    const send = () =>
      core.call('history.compose', { id: newMessageId(), roomId, content: { kind: 'text', text: 'Again', of: null } });
    for (let i = 0; i < LIMITS.spamIdenticalMax; i++) expect((await send()).ok).toBe(true);
    expect(await send()).toMatchObject({ ok: false, code: 'message-spam', retryAfterMs: expect.any(Number) });
  });
});

describe('settings and the own server', () => {
  it('open the server to the network from either side', async () => {
    const serverProcess = testServerProcess();
    const core = await start({ serverProcess });
    const events = listen(core);
    await ask(core, 'server.allow-lan', { allow: true });
    expect((await ask(core, 'settings.get', {})).hosting.lan).toBe(true);
    expect(events.of('settings.changed')).toHaveLength(1);
    expect(serverProcess.starts.map(({ lan }) => lan)).toEqual([false, true]);
    const changed = events.next('server.changed');
    await ask(core, 'settings.change', { hosting: { lan: false } });
    await changed;
    // The state is asked of the same queue that restarts it.
    expect((await ask(core, 'server.allow-lan', { allow: false })).at).toBe('running');
    expect(serverProcess.starts.map(({ lan }) => lan)).toEqual([false, true, false]);
  });

  it('close the server with the core', async () => {
    const serverProcess = testServerProcess();
    const core = await start({ serverProcess });
    expect(serverProcess.running.size).toBe(1);
    await core.close();
    expect(serverProcess.running.size).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('work without an own server', async () => {
    const core = await start({ serverProcess: null });
    expect(await ask(core, 'server.state', {})).toEqual({ at: 'off' });
  });

  it('say once that the disk takes no writes, and again only after it did', async () => {
    const core = await start();
    const events = listen(core);
    const obstacle = join(profile, 'settings.json.new');
    const change = () => core.call('settings.change', { privacy: { relayOnly: true } });
    for (const _ of ['first', 'second']) {
      mkdirSync(obstacle);
      expect(await change()).toMatchObject({ ok: false, code: 'disk-read-only' });
      expect(await change()).toMatchObject({ ok: false, code: 'disk-read-only' });
      rmdirSync(obstacle);
      expect(await change()).toMatchObject({ ok: true });
    }
    expect(events.of('app.noticed')).toEqual([
      expect.objectContaining({ code: 'disk-read-only' }),
      expect.objectContaining({ code: 'disk-read-only' }),
    ]);
  });
});

describe('links', () => {
  it('that Parley was opened with fill in the lobby once and join nothing', async () => {
    const core = await start();
    const events = listen(core);
    const { text } = await inviteOf('example.org');
    core.openDeepLink(` ${text}\n`);
    expect(events.of('app.deep-link-arrived')).toEqual([{ invite: text }]);
    expect((await ask(core, 'rooms.list', {})).items).toEqual([]);
    expect(await ask(core, 'app.take-deep-link', {})).toEqual({ invite: text });
    expect(await ask(core, 'app.take-deep-link', {})).toEqual({ invite: null });
  });

  it('to a server fill in the lobby too', async () => {
    const core = await start();
    const events = listen(core);
    const refreshToken = `parley_${'a'.repeat(12)}_1_${'b'.repeat(43)}`;
    const link = formatServerInvite({ host: ServerHost.parse('calls.example.org'), refreshToken });
    core.openDeepLink(link);
    expect(events.of('app.deep-link-arrived')).toEqual([{ invite: link }]);
    expect(events.of('app.noticed')).toEqual([]);
  });

  it.each(['parley://join/', 'https://example.org', 'parley://settings/reset', '-x', '\u0000'])(
    'that are no invite (%j) become a notice and nothing else',
    async (text) => {
      const core = await start();
      const events = listen(core);
      core.openDeepLink(text);
      expect(events.of('app.noticed')).toHaveLength(1);
      expect(await ask(core, 'app.take-deep-link', {})).toEqual({ invite: null });
    },
  );

  it('that are no invite are told once: to the page that is open, else to the first that opens', async () => {
    const core = await start();
    const info = async (page: Pick<Core, 'call'>) => (await ask(page, 'app.info', {})).notices.map(({ code }) => code);
    core.openDeepLink('parley://join/');
    const first = core.openPage(() => {});
    expect(await info(first)).toHaveLength(1);
    const events = listen(core);
    core.openDeepLink('parley://settings/reset');
    expect(events.of('app.noticed')).toHaveLength(1);
    first.close();
    const second = core.openPage(() => {});
    expect(await info(second)).toEqual([]);
    second.close();
    core.openDeepLink('parley://join/');
    expect(await info(core.openPage(() => {}))).toHaveLength(1);
  });

  it('are opened outside only over https and mailto, and only when the person agrees', async () => {
    const opened: string[] = [];
    let agrees = true;
    const core = await start({
      shell: {
        ...testPorts(profile).shell,
        async openExternal(url) {
          if (agrees) opened.push(url.href);
          return agrees;
        },
      },
    });
    await ask(core, 'app.open-external', { url: 'https://example.org/a?b#c' });
    await ask(core, 'app.open-external', { url: 'mailto:ana@example.org' });
    for (const url of [
      'http://example.org',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'https://user:secret@example.org',
      'parley://join/x',
      'example.org',
    ]) {
      expect(await core.call('app.open-external', { url })).toMatchObject({ ok: false, code: 'link-refused' });
    }
    agrees = false;
    expect(await core.call('app.open-external', { url: 'https://example.org' })).toMatchObject({ code: 'cancelled' });
    expect(opened).toEqual(['https://example.org/a?b#c', 'mailto:ana@example.org']);
  });
});
