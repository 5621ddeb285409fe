import { describe, expect, it } from 'vitest';
import { REACTION_SHOWN_MS } from '../session/reactions.ts';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp, reachOf } from './testing/open-app.ts';

describe("the person's own call", () => {
  it('opens no device before the pre-join screen, and lets it go when the person turns back', async () => {
    const room = await FakeRoom.create();
    const { media, actions, state } = await openApp(room);
    actions.openRoom(room.keyring.roomId);
    await room.quiet();
    expect(media.asked).toEqual([]);
    actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    expect(state()).toMatchObject({
      screen: { at: 'pre-join', answering: null },
      call: { at: 'preparing', preview: { camera: true, microphone: true, opening: false } },
    });
    actions.goHome();
    expect(media.lights).toEqual([]);
    expect(state().call).toEqual({ at: 'none' });
  });

  it('begins with the camera off where it is a voice call, and with a quiet start where that is wanted (C11)', async () => {
    const room = await FakeRoom.create();
    const { media, actions, state } = await openApp(room);
    actions.prepareCall(room.keyring.roomId, 'voice');
    await room.quiet();
    actions.setPreviewQuiet(true);
    expect(state()).toMatchObject({
      call: { at: 'preparing', preview: { camera: false, microphone: true, quiet: true } },
    });
    expect(media.lights.map((track) => track.kind)).toEqual(['audio']);
    await actions.joinCall();
    expect(state()).toMatchObject({ call: { at: 'joined', camera: false, ring: 'quiet' } });
  });

  it('goes through a whole call: ring, answer, mute, camera off, share, hand, leave', async () => {
    const room = await FakeRoom.create();
    const { roomId } = room.keyring;
    const ana = await openApp(room);
    const ben = await openApp(room, { name: 'ben' });
    ana.actions.prepareCall(roomId);
    await room.quiet();
    await ana.actions.joinCall();
    await room.quiet();
    expect(ana.state()).toMatchObject({ call: { at: 'joined' }, screen: { at: 'room' } });
    expect(reachOf(ben.app, room)?.ringing).toMatchObject({ from: 'ana' });

    ben.actions.prepareCall(roomId);
    await room.quiet();
    await ben.actions.joinCall();
    await room.quiet();
    const anaAtBen = () => reachOf(ben.app, room)?.participants[0];
    expect(anaAtBen()).toMatchObject({ inCall: true, microphone: 'live', camera: true, hand: false, link: 'open' });
    expect(anaAtBen()?.cameraStream).not.toBe(null);
    expect(reachOf(ben.app, room)?.ringing).toBe(null);

    ana.actions.toggleMicrophone();
    ana.actions.toggleCamera();
    ana.actions.toggleHand();
    ana.actions.toggleScreen();
    await room.quiet();
    expect(anaAtBen()).toMatchObject({ microphone: 'muted', camera: false, hand: true, screen: true });
    expect(ana.media.lights.map((track) => track.kind).sort()).toEqual(['audio', 'video']);

    ana.actions.leaveCall();
    await room.quiet();
    expect(ana.media.lights).toEqual([]);
    expect(anaAtBen()).toMatchObject({ inCall: false, cameraStream: null });
    expect(ana.state().call).toEqual({ at: 'none' });
  });

  it('is heard while a key is held, and muted again when it is let go (C4)', async () => {
    const room = await FakeRoom.create();
    const { media, actions, state } = await openApp(room);
    actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    await actions.joinCall();
    const microphone = async () => {
      await room.quiet();
      const { call } = state();
      return call.at === 'joined' ? call.microphone : call.at;
    };
    // Somebody who is heard anyway holds nothing.
    actions.holdToTalk(true);
    actions.holdToTalk(false);
    expect(await microphone()).toBe('live');
    actions.toggleMicrophone();
    expect(await microphone()).toBe('muted');
    actions.holdToTalk(true);
    expect(await microphone()).toBe('live');
    actions.holdToTalk(false);
    expect(await microphone()).toBe('muted');
    // A press of Mute while the key is held counts, and letting go changes nothing any more.
    actions.holdToTalk(true);
    actions.toggleMicrophone();
    actions.toggleMicrophone();
    actions.holdToTalk(false);
    expect(await microphone()).toBe('live');
    // The call ends while the key is held: the microphone stays off when it is let go.
    actions.toggleMicrophone();
    await room.quiet();
    actions.holdToTalk(true);
    await room.quiet();
    actions.leaveCall();
    actions.holdToTalk(false);
    expect(await microphone()).toBe('none');
    expect(media.lights).toEqual([]);
  });

  it('shows the order in which hands went up, and a reaction for a moment (C4)', async () => {
    const room = await FakeRoom.create();
    const { roomId } = room.keyring;
    const ana = await openApp(room);
    const ben = await openApp(room, { name: 'ben' });
    for (const { actions } of [ana, ben]) {
      actions.prepareCall(roomId);
      await room.quiet();
      await actions.joinCall();
      await room.quiet();
    }
    ben.actions.toggleHand();
    await room.quiet();
    ana.actions.toggleHand();
    await room.quiet();
    expect(ana.state().call).toMatchObject({ hand: true, handTurn: 2 });
    expect(reachOf(ana.app, room)?.participants[0]).toMatchObject({ hand: true, handTurn: 1 });

    ana.actions.reactInCall('🎉');
    await room.quiet();
    const shown = () => reachOf(ben.app, room)?.participants[0]?.reaction?.emoji;
    expect([shown(), ana.state().call]).toMatchObject(['🎉', { reaction: { emoji: '🎉' } }]);
    room.clock.advance(REACTION_SHOWN_MS);
    await room.quiet();
    expect([shown(), ana.state().call]).toMatchObject([undefined, { reaction: null }]);
  });

  it('is in one call at a time', async () => {
    const room = await FakeRoom.create();
    const { actions, state } = await openApp(room);
    actions.prepareCall(room.keyring.roomId);
    await actions.joinCall();
    const other = await FakeRoom.create();
    actions.prepareCall(other.keyring.roomId);
    expect(state().notices.map(({ text }) => text)).toEqual(['You are in a call in Planning. Leave it first.']);
    expect(state().call.at).toBe('joined');
  });

  it('shows the microphone in use, not one that could not be had, and says so', async () => {
    const room = await FakeRoom.create();
    const { media, actions, state } = await openApp(room);
    actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    await actions.joinCall();
    actions.chooseMicrophone('mic-2');
    await room.quiet();
    expect(state().settings.devices.microphoneId).toBe('mic-2');
    media.trouble.audio = 'NotReadableError';
    actions.chooseMicrophone('mic-1');
    await room.quiet();
    expect(state()).toMatchObject({
      call: { at: 'joined', microphone: 'live', microphoneTrouble: null },
      settings: { devices: { microphoneId: 'mic-2' } },
      notices: [{ code: 'microphone-busy' }],
    });
    expect(media.lights.map(({ deviceId }) => deviceId).sort()).toEqual(['cam-1', 'mic-2']);
  });
});
