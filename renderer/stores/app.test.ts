import { messageKey, usualSettings } from '@parley/shared/model';
import { accept, type DeviceId, type MessageId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { refusedConnection } from '../signaling/server-connection.ts';
import { serverOf } from '../testing/gallery/samples/servers.ts';
import { chatOf, openApp, reachOf } from './testing/open-app.ts';

describe('app', () => {
  it('asks for a name first, and is reachable once it has one', async () => {
    const room = await FakeRoom.create();
    const { state, actions, app, core } = await openApp(room, { name: null });
    expect(state()).toMatchObject({ start: { at: 'ready' }, screen: { at: 'welcome' } });
    expect(room.server.seats).toEqual([]);
    // The page may have been loaded anew in the middle of coming in as somebody's computer.
    expect(core.asked).toContain('computers.stop-getting');
    expect(await actions.setName('  ')).toMatchObject({ ok: false, code: 'display-name-invalid' });
    await actions.setName('Ana María');
    await room.quiet();
    expect(state()).toMatchObject({ screen: { at: 'home' }, settings: { profile: { displayName: 'Ana María' } } });
    expect(reachOf(app, room)?.connection).toEqual({ at: 'online' });
  });

  it('knows the state of each server, whether or not a room is open there', async () => {
    const room = await FakeRoom.create();
    const { serverBecomes, state } = await openApp(room);
    const connection = refusedConnection(refuse('access-expired'), null);
    serverBecomes({ host: room.keyring.host, connection });
    expect(state().serverConnections).toEqual({ [room.keyring.host]: connection });
    serverBecomes({ host: room.keyring.host, connection: { at: 'online' } });
    expect(state().serverConnections).toEqual({ [room.keyring.host]: { at: 'online' } });
  });

  it('says what kept it from starting, and starts when it is tried again', async () => {
    const room = await FakeRoom.create();
    let damaged = true;
    const { core, state, actions, say } = await openApp(room, { damaged: () => damaged });
    expect(state().start).toMatchObject({ at: 'failed', refusal: { code: 'history-damaged' } });
    expect(core.asked).not.toContain('rooms.keyring');
    damaged = false;
    say('app.preparing', { done: 1, total: 2 });
    expect(state().start).toMatchObject({ at: 'failed' });
    actions.retryStart();
    say('app.preparing', { done: 1, total: 2 });
    expect(state().start).toEqual({ at: 'starting', preparing: { done: 1, total: 2 } });
    await room.quiet();
    expect(state()).toMatchObject({ start: { at: 'ready' }, screen: { at: 'home' } });
  });

  it('reads a page of history before the network is asked for anything', async () => {
    const room = await FakeRoom.create();
    const { core, app } = await openApp(room, { history: 3 });
    expect(core.asked.indexOf('history.page')).toBeLessThan(core.asked.indexOf('identity.sign-hello'));
    expect(chatOf(app, room).items.map(({ text }) => text)).toEqual(['old 1', 'old 2', 'old 3']);
  });

  it('shows a message queued, sent, delivered and read', async () => {
    const room = await FakeRoom.create();
    const { roomId } = room.keyring;
    const ana = await openApp(room);
    const stateOfFirst = () => chatOf(ana.app, room).items[0]?.state;
    await ana.actions.sendMessage(roomId, ' hello ');
    expect(stateOfFirst()).toBe('queued');
    const ben = await openApp(room, { name: 'ben' });
    expect(chatOf(ben.app, room).items.map(({ text }) => text)).toEqual(['hello']);
    await room.later(100);
    expect(stateOfFirst()).toBe('delivered');
    const [first] = chatOf(ben.app, room).items;
    if (first) ben.actions.markSeen(roomId, { from: first, upTo: first });
    await room.quiet();
    await room.later(100);
    expect(stateOfFirst()).toBe('read');
  });

  it('says beside the field why a message was not sent', async () => {
    const room = await FakeRoom.create();
    const { actions, state, core } = await openApp(room);
    const { roomId } = room.keyring;
    expect(await actions.sendMessage(roomId, 'a\u0000b')).toMatchObject({ code: 'message-invalid' });
    expect(state().drafts[roomId]).toMatchObject({ text: 'a\u0000b', refusal: { code: 'message-invalid' } });
    core.answers['history.compose'] = () => refuse('disk-read-only');
    await actions.sendMessage(roomId, 'hello');
    expect(state().drafts[roomId]).toMatchObject({ text: 'hello\na\u0000b', refusal: { code: 'disk-read-only' } });
  });

  it('keeps what a full disk does not take, and sends it in its order as soon as there is room', async () => {
    const room = await FakeRoom.create();
    const { actions, app, state, core } = await openApp(room);
    const { roomId } = room.keyring;
    core.answers['history.compose'] = () => refuse('disk-full');
    const sent = [actions.sendMessage(roomId, 'first'), actions.sendMessage(roomId, 'second')];
    await room.quiet();
    expect(state().unstored[roomId]).toMatchObject({ text: 'first', refusal: { code: 'disk-full' } });
    expect(state().drafts[roomId]).toEqual({ text: '', refusal: null });
    delete core.answers['history.compose'];
    await room.later(500);
    expect((await Promise.all(sent)).map(({ ok }) => ok)).toEqual([true, true]);
    expect(chatOf(app, room).items.map(({ text }) => text)).toEqual(['first', 'second']);
    expect(state().unstored[roomId]).toBeUndefined();
  });

  it('gives back what waits for the disk, in its order and in front of what was written since', async () => {
    const room = await FakeRoom.create();
    const { actions, app, state, core } = await openApp(room);
    const { roomId } = room.keyring;
    core.answers['history.compose'] = () => refuse('disk-full');
    const sent = [actions.sendMessage(roomId, 'first'), actions.sendMessage(roomId, 'second')];
    await room.quiet();
    actions.setDraft(roomId, 'third');
    actions.takeBack(roomId);
    expect(await Promise.all(sent)).toMatchObject([{ code: 'cancelled' }, { code: 'cancelled' }]);
    expect(state().drafts[roomId]).toEqual({ text: 'first\nsecond\nthird', refusal: null });
    expect(state().unstored[roomId]).toBeUndefined();
    delete core.answers['history.compose'];
    await room.later(10_000);
    expect(chatOf(app, room).items).toEqual([]);
  });

  it('keeps what waits for the disk as the draft when the app is closed', async () => {
    const room = await FakeRoom.create();
    const { actions, app, core } = await openApp(room);
    const { roomId } = room.keyring;
    core.answers['history.compose'] = () => refuse('disk-full');
    const drafts: unknown[] = [];
    core.answers['rooms.draft'] = (input) => {
      drafts.push(input);
      return accept({});
    };
    void actions.sendMessage(roomId, 'first');
    await room.quiet();
    await app.close();
    expect(drafts.at(-1)).toEqual({ roomId, draft: 'first' });
  });

  it('sends a long text as several messages, and gives back the rest where one is refused', async () => {
    const room = await FakeRoom.create();
    const { actions, app, state } = await openApp(room);
    const { roomId } = room.keyring;
    // No message holds a NUL (V4).
    const paragraphs = ['a', 'b', '\u0000', 'c'].map((letter) => letter.repeat(700));
    expect(await actions.sendMessage(roomId, paragraphs.join('\n\n'))).toMatchObject({ code: 'message-invalid' });
    expect(chatOf(app, room).items.map(({ text }) => text)).toEqual(paragraphs.slice(0, 2));
    expect(state().drafts[roomId]?.text).toBe(paragraphs.slice(2).join('\n\n'));
  });

  it('loads older pages, jumps to a message and comes back to the newest', async () => {
    const room = await FakeRoom.create();
    const { roomId } = room.keyring;
    const { actions, app, state, core } = await openApp(room, { history: 120 });
    const texts = () => chatOf(app, room).items.map(({ text }) => text);
    expect([texts()[0], texts().length, chatOf(app, room).total]).toEqual(['old 71', 50, 120]);
    actions.loadOlder(roomId);
    actions.loadOlder(roomId);
    await room.quiet();
    expect([texts()[0], texts().length, chatOf(app, room).hasOlder]).toEqual(['old 21', 100, true]);
    const seventh = { author: core.dev, id: '7' as MessageId };
    actions.jumpTo(roomId, seventh);
    await room.quiet();
    expect([texts()[0], texts()[6], texts().length]).toEqual(['old 1', 'old 7', 31]);
    expect(state().screen).toMatchObject({ at: 'room', focusMessage: messageKey(seventh) });
    expect(chatOf(app, room).hasNewer).toBe(true);
    actions.loadNewest(roomId);
    await room.quiet();
    expect(chatOf(app, room)).toMatchObject({ hasNewer: false, hasOlder: true });
    expect(texts().at(-1)).toBe('old 120');
  });

  it('keeps a draft on the disk a moment after the typing stops', async () => {
    const room = await FakeRoom.create();
    const { actions, core } = await openApp(room);
    actions.setDraft(room.keyring.roomId, 'he');
    actions.setDraft(room.keyring.roomId, 'hello');
    expect(core.asked).not.toContain('rooms.draft');
    await room.later(500);
    expect(core.asked.filter((name) => name === 'rooms.draft')).toHaveLength(1);
  });

  it('fills in the lobby from a link and joins nothing by itself', async () => {
    const room = await FakeRoom.create();
    const { say, state, core, actions } = await openApp(room, { rooms: [] });
    core.answers['app.take-deep-link'] = () => accept({ invite: room.keyring.invite });
    say('app.deep-link-arrived', { invite: room.keyring.invite });
    await room.quiet();
    expect(state().screen).toMatchObject({ at: 'lobby', reading: { at: 'ready', host: 'example.org' } });
    expect(core.asked).not.toContain('rooms.add');
    // At the start, and for the link that came: the page that is loaded next does not open it again.
    expect(core.asked.filter((name) => name === 'app.take-deep-link')).toHaveLength(2);
    expect(await actions.joinByInvite(room.keyring.invite)).toMatchObject({ ok: true });
    await room.quiet();
    expect(state()).toMatchObject({ screen: { at: 'room', roomId: room.keyring.roomId }, call: { at: 'none' } });
  });

  it('keeps a link that came before the name, and opens the lobby with it afterwards', async () => {
    const room = await FakeRoom.create();
    const { state, actions, core } = await openApp(room, { rooms: [], name: null, deepLink: room.keyring.invite });
    expect(state().screen.at).toBe('welcome');
    // It stays in the core, for a page that is loaded anew.
    expect(core.asked).not.toContain('app.take-deep-link');
    await actions.setName('ana');
    await room.quiet();
    expect(state().screen).toMatchObject({ at: 'lobby', invite: room.keyring.invite });
  });

  it('says what is wrong with a pasted invite', async () => {
    const room = await FakeRoom.create();
    const { state, actions } = await openApp(room, { rooms: [] });
    actions.openLobby('parley://nonsense');
    await room.quiet();
    expect(state().screen).toMatchObject({ reading: { at: 'refused', refusal: { code: 'invite-invalid' } } });
  });

  it('deletes no listed room whose key its server still needs, and says why and what to do', async () => {
    const room = await FakeRoom.create();
    const listed = { ...room.room, mine: true, listed: true, wasListed: true };
    const server = serverOf(listed.host);
    const { core, actions, state } = await openApp(room, { rooms: [listed], servers: [server] });
    const deleted: unknown[] = [];
    core.answers['rooms.delete'] = (input: unknown) => {
      deleted.push(input);
      return accept({});
    };
    const kept = await actions.deleteRoom(listed.roomId);
    expect(kept).toMatchObject({ ok: false, code: 'server-unreachable' });
    expect(kept.ok ? '' : kept.message).toContain('still on the list of');
    expect(deleted).toEqual([]);
    expect(state().rooms).toHaveLength(1);
  });

  it('discards what is recorded for a room that is deleted, before that is gone (H10)', async () => {
    const room = await FakeRoom.create();
    const { core, actions, state, media } = await openApp(room);
    const { roomId } = room.keyring;
    actions.openRoom(roomId);
    actions.startVoice(roomId, false);
    await room.quiet();
    expect(state().recording?.at).toBe('recording');
    let lights: unknown;
    core.answers['rooms.delete'] = () => {
      lights = media.lights.length;
      return accept({});
    };
    await actions.deleteRoom(roomId);
    expect([lights, state().recording]).toEqual([0, null]);
    expect(core.asked).not.toContain('files.offer');
  });

  it('hands out the invite', async () => {
    const room = await FakeRoom.create();
    const { actions, clipboard } = await openApp(room);
    const invite = await actions.inviteOf(room.keyring.roomId);
    if (invite.ok) await actions.copyText(invite.value);
    expect(clipboard).toEqual([room.keyring.invite]);
  });

  it('tells its rooms to a computer that has become this person’s, and nothing more to one that is none any more (H9)', async () => {
    const room = await FakeRoom.create();
    const { core, say } = await openApp(room);
    const laptop = await room.member('ana');
    core.answers['computers.own'] = () => accept({ messages: [{ profile: core.profile, profileAt: 1, rooms: [] }] });
    const told = () => core.asked.filter((call) => call === 'computers.own').length;
    const become = async (devices: DeviceId[], changed: { persons: DeviceId[]; devices: DeviceId[] }) => {
      say('computers.changed', {
        device: core.dev,
        person: core.dev,
        list: null,
        devices,
        suggestedName: 'computer',
        changed,
      });
      await room.quiet();
    };
    await become([core.dev], { persons: [laptop.core.dev], devices: [laptop.core.dev] });
    expect(told()).toBe(0);
    const both = [core.dev, laptop.core.dev];
    await become(both, { persons: [core.dev], devices: both });
    expect(told()).toBe(1);
    await become([core.dev], { persons: [core.dev], devices: both });
    say('settings.changed', { ...usualSettings, profile: core.profile });
    await room.quiet();
    expect(told()).toBe(1);
  });

  it('leaves nothing running when it is closed, not even a light', async () => {
    const room = await FakeRoom.create();
    const ana = await openApp(room);
    const ben = await openApp(room, { name: 'ben' });
    ana.actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    await ana.actions.joinCall();
    ana.actions.setDraft(room.keyring.roomId, 'unfinished');
    ana.actions.search('hello');
    await room.quiet();
    await ana.app.close();
    await ben.app.close();
    await room.quiet();
    expect(ana.media.lights).toEqual([]);
    expect(ana.core.asked).toContain('rooms.draft');
    expect([room.clock.pending, ana.listeners.size, room.net.alive.length]).toEqual([0, 0, 0]);
  });
});
