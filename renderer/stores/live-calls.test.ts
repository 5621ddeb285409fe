import { accept, LiveId, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp, reachOf } from './testing/open-app.ts';

const liveId = LiveId.parse('A'.repeat(22));
const ADDRESS = 'https://live.example/whip';

/** Ana and Ben in a call, and a receiver that takes what Ana offers. */
async function callOfTwo() {
  const room = await FakeRoom.create();
  const ana = await openApp(room);
  const ben = await openApp(room, { name: 'ben' });
  const asked: unknown[] = [];
  const ended: unknown[] = [];
  const answers = ana.core.answers as Record<string, (input: never) => Outcome<unknown>>;
  answers['live.begin'] = (input) => {
    asked.push(input);
    return accept({ liveId, answer: 'v=0' });
  };
  answers['live.end'] = (input) => {
    ended.push(input);
    return accept({});
  };
  for (const each of [ana, ben]) {
    each.actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    await each.actions.joinCall();
    await room.quiet();
  }
  const anaAtBen = () => reachOf(ben.app, room)?.participants[0];
  const say = async (state: RTCPeerConnectionState) => {
    ana.live.newest.changed(state);
    await room.quiet();
  };
  return { room, ana, ben, anaAtBen, answers, asked, ended, say };
}

describe('going live with the own call (C8)', () => {
  it('tells the others first, sends what is mixed, and ends with the receiver knowing it', async () => {
    const { room, ana, anaAtBen, asked, ended, say } = await callOfTwo();
    expect(ana.actions.startLive(` ${ADDRESS} `, ' key ')).toEqual(accept(null));
    await room.quiet();
    expect(ana.state().callLive).toEqual({ at: 'connecting', host: 'live.example' });
    expect(anaAtBen()?.live).toBe(true);
    expect(asked).toEqual([{ address: ADDRESS, token: 'key', offer: ana.live.sdp }]);
    await say('connected');
    expect(ana.state().callLive).toMatchObject({ at: 'live', host: 'live.example' });
    ana.capture.tick();
    expect(ana.capture.texts).toEqual(expect.arrayContaining(['ana', 'ben']));

    ana.actions.stopLive();
    expect([ana.live.open, ana.capture.open, ana.state().callLive]).toEqual([0, 0, null]);
    await room.quiet();
    expect(anaAtBen()?.live).toBe(false);
    expect(ended).toEqual([{ liveId }]);
    expect(ana.state().notices).toEqual([]);
  });

  it.each([
    ['http://live.example/whip', '', 'live-address-invalid', 'address'],
    [ADDRESS, 'two words', 'live-token-invalid', 'token'],
  ])('refuses %s with the key "%s", and tells nobody', async (address, token, code, path) => {
    const { room, ana, anaAtBen } = await callOfTwo();
    expect(ana.actions.startLive(address, token)).toMatchObject({ code, path });
    await room.quiet();
    expect([ana.state().callLive, anaAtBen()?.live]).toEqual([null, false]);
  });

  it('says what the receiver refused', async () => {
    const { room, ana, anaAtBen, answers } = await callOfTwo();
    answers['live.begin'] = () => refuse('live-denied');
    ana.actions.startLive(ADDRESS, '');
    await room.quiet();
    expect([ana.state().callLive, anaAtBen()?.live, ana.capture.open]).toEqual([null, false, 0]);
    expect(ana.state().notices.at(-1)).toMatchObject({
      code: 'live-denied',
      text: expect.stringMatching(/^The call is not live .*live\.example.*refused this one/),
    });
  });

  it('comes back after a cut, with the mark standing, and says when it gave up', async () => {
    const { room, ana, anaAtBen, answers, say } = await callOfTwo();
    ana.actions.startLive(ADDRESS, '');
    await room.quiet();
    await say('connected');
    await say('failed');
    expect(ana.state().callLive).toMatchObject({ at: 'interrupted', tries: 1 });
    expect(anaAtBen()?.live).toBe(true);
    answers['live.begin'] = () => refuse('live-unreachable');
    for (let second = 0; second < 60; second++) {
      room.clock.advance(1_000);
      await room.quiet();
    }
    expect([ana.state().callLive, anaAtBen()?.live]).toEqual([null, false]);
    expect(ana.state().notices.at(-1)).toMatchObject({
      code: 'live-lost',
      text: expect.stringContaining('The call goes on'),
    });
    expect(ana.state().call.at).toBe('joined');
  });

  it('ends with the call', async () => {
    const { room, ana, ended, say } = await callOfTwo();
    ana.actions.startLive(ADDRESS, '');
    await room.quiet();
    await say('connected');
    ana.actions.leaveCall();
    await room.quiet();
    expect([ana.state().callLive, ana.live.open, ana.capture.open]).toEqual([null, 0, 0]);
    expect(ended).toEqual([{ liveId }]);
  });

  it('is drawn once with a recording, which goes on without it', async () => {
    const { room, ana, answers, anaAtBen } = await callOfTwo();
    answers['recordings.begin'] = () => accept({ recordingId: 'A'.repeat(22), name: 'Parley.webm' });
    answers['recordings.note'] = () => accept({});
    ana.actions.startLive(ADDRESS, '');
    ana.actions.startRecording();
    await room.quiet();
    // One picture and one sound.
    expect(ana.capture.open).toBe(2);
    ana.actions.stopLive();
    await room.quiet();
    expect(ana.capture.open).toBe(2);
    expect([anaAtBen()?.live, anaAtBen()?.recording]).toEqual([false, true]);
  });

  it('takes the relay from the moment on at which the person hides their address', async () => {
    const { room, ana } = await callOfTwo();
    ana.actions.startLive(ADDRESS, '');
    await room.quiet();
    const { settings } = ana.state();
    ana.say('settings.changed', { ...settings, privacy: { ...settings.privacy, relayOnly: true } });
    await room.quiet();
    expect(ana.live.made.map(({ relayOnly }) => relayOnly)).toEqual([false, true]);
    expect(ana.live.open).toBe(1);
  });

  it('goes on over the same connection when another setting changes', async () => {
    const { room, ana } = await callOfTwo();
    ana.actions.startLive(ADDRESS, '');
    await room.quiet();
    const settings = structuredClone(ana.state().settings);
    ana.say('settings.changed', { ...settings, devices: { ...settings.devices, startMuted: true } });
    await room.quiet();
    expect(ana.live.made).toHaveLength(1);
  });

  it('keeps within what the person lets this computer send, together with the call', async () => {
    const { room, ana } = await callOfTwo();
    const { settings } = ana.state();
    ana.say('settings.changed', { ...settings, network: { uplinkMaxKbps: 1_000 } });
    ana.actions.startLive(ADDRESS, '');
    await room.quiet();
    expect(ana.live.newest.videoMaxBps).toBe(400_000);
  });
});
