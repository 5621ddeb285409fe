import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { DeviceManager, usualMediaPolicy } from './device-manager.ts';
import { levelOf } from './ports.ts';
import { FakeMedia } from './testing/fake-media.ts';

const everything = { camera: true, microphone: true, cameraId: null, microphoneId: null };

function setUp() {
  const media = new FakeMedia();
  const clock = fakeClock();
  const manager = new DeviceManager(media.ports(), clock, noLog);
  const troubles: string[] = [];
  manager.on('trouble', ({ code }) => troubles.push(code));
  return { media, clock, manager, troubles };
}

describe('device manager', () => {
  it('asks for nothing by itself', async () => {
    const { media, manager } = setUp();
    await manager.refreshLists();
    expect(media.asked).toEqual([]);
    expect(manager.state.microphone).toBe('off');
  });

  it('opens camera and microphone with one question', async () => {
    const { media, manager } = setUp();
    await manager.open(everything);
    expect(media.asked).toEqual(['audio+video']);
    expect(manager.state).toMatchObject({ microphone: 'live', camera: true, opening: false });
    expect(manager.cameraStream.getTracks()).toHaveLength(2);
  });

  it.each([
    ['NotFoundError', 'camera-missing'],
    ['NotAllowedError', 'camera-denied'],
    ['NotReadableError', 'camera-busy'],
  ])('goes on with the microphone alone when the camera says %s', async (name, code) => {
    const { media, manager, troubles } = setUp();
    media.trouble.video = name;
    await manager.open(everything);
    expect(manager.state).toMatchObject({ camera: false, microphone: 'live', cameraTrouble: { code } });
    expect(troubles).toEqual([code]);
  });

  it('goes on with nothing at all (C1)', async () => {
    const { media, manager, troubles } = setUp();
    media.cameras = [];
    media.microphones = [];
    await manager.open(everything);
    expect(manager.state).toMatchObject({ camera: false, microphone: 'off', opening: false });
    expect(troubles.sort()).toEqual(['camera-missing', 'microphone-missing']);
  });

  it('mutes without letting the microphone go, and sends silence at once', async () => {
    const { media, manager } = setUp();
    await manager.open(everything);
    const voice = manager.tracks.voice;
    await manager.setMicrophone('muted');
    expect(voice?.enabled).toBe(false);
    expect(manager.state.microphone).toBe('muted');
    await manager.setMicrophone('live');
    expect(manager.tracks.voice).toBe(voice);
    expect(voice?.enabled).toBe(true);
    expect(media.asked).toHaveLength(1);
  });

  it('lets the camera light go out when the camera is turned off, and asks again for on (C2)', async () => {
    const { media, manager } = setUp();
    await manager.open(everything);
    await manager.setCamera(false);
    expect(media.lights.map((track) => track.kind)).toEqual(['audio']);
    await manager.setCamera(true);
    expect(manager.state.camera).toBe(true);
    expect(media.asked).toEqual(['audio+video', 'video']);
  });

  it('lets a camera go that arrives after it was turned off again', async () => {
    const { media, manager } = setUp();
    let openGate = () => {};
    media.gate = new Promise((resolve) => {
      openGate = resolve;
    });
    const on = manager.setCamera(true);
    await manager.setCamera(false);
    openGate();
    await on;
    expect(media.lights).toEqual([]);
    expect(manager.state.camera).toBe(false);
  });

  it('changes the device in use and keeps the stream (C2)', async () => {
    const { media, manager } = setUp();
    await manager.open(everything);
    const stream = manager.cameraStream;
    await manager.chooseCamera('cam-2');
    expect(manager.cameraStream).toBe(stream);
    expect(media.lights.map((track) => track.deviceId).sort()).toEqual(['cam-2', 'mic-1']);
  });

  it('stays muted when the microphone is changed', async () => {
    const { manager } = setUp();
    await manager.open({ ...everything, muted: true });
    await manager.chooseMicrophone('mic-2');
    expect(manager.state.microphone).toBe('muted');
    expect(manager.tracks.voice?.enabled).toBe(false);
  });

  const held = (media: FakeMedia): (() => void) => {
    let release = () => {};
    media.gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };

  it('is muted or live as it was pressed last, also while another microphone is being chosen', async () => {
    const { media, manager } = setUp();
    await manager.open(everything);
    const release = held(media);
    const chosen = manager.chooseMicrophone('mic-2');
    await manager.setMicrophone('muted');
    expect(manager.state.microphone).toBe('muted');
    expect(manager.tracks.voice?.enabled).toBe(false);
    release();
    expect(await chosen).toBeUndefined();
    expect(manager.state.microphone).toBe('muted');
    expect(manager.tracks.voice).toMatchObject({ deviceId: 'mic-2', enabled: false });
    expect(manager.chosen.microphoneId).toBe('mic-2');
  });

  it.each(['muted', 'live'] as const)(
    'goes on with the one before when the chosen one cannot be had, %s as it was pressed last',
    async (pressed) => {
      const { media, manager, troubles } = setUp();
      await manager.open({ ...everything, microphoneId: 'mic-1' });
      const before = manager.tracks.voice;
      const release = held(media);
      media.trouble.audio = 'NotReadableError';
      const chosen = manager.chooseMicrophone('mic-2');
      await manager.setMicrophone('muted');
      await manager.setMicrophone(pressed);
      release();
      expect(await chosen).toMatchObject({ code: 'microphone-busy' });
      expect(manager.tracks.voice).toBe(before);
      expect(before).toMatchObject({ enabled: pressed === 'live', readyState: 'live' });
      expect(manager.state).toMatchObject({ microphone: pressed, microphoneTrouble: null });
      expect(manager.chosen.microphoneId).toBe('mic-1');
      // The caller was told.
      expect(troubles).toEqual([]);
    },
  );

  it('uses the device that was chosen last, in whichever order they come', async () => {
    const { media, manager } = setUp();
    await manager.open(everything);
    const release = held(media);
    const first = manager.chooseCamera('cam-2');
    media.gate = Promise.resolve();
    await manager.chooseCamera('cam-1');
    release();
    await first;
    expect(media.lights.map(({ deviceId }) => deviceId).sort()).toEqual(['cam-1', 'mic-1']);
    expect(manager.chosen.cameraId).toBe('cam-1');
  });

  it('takes a microphone that is still being opened once, muted where that was pressed meanwhile', async () => {
    const { media, manager } = setUp();
    const release = held(media);
    const opened = manager.setMicrophone('live');
    const muted = manager.setMicrophone('muted');
    release();
    await Promise.all([opened, muted]);
    expect(media.asked).toEqual(['audio']);
    expect(manager.state).toMatchObject({ microphone: 'muted', opening: false });
  });

  it('says that a microphone was unplugged while another one could not be had either', async () => {
    const { media, manager, troubles } = setUp();
    await manager.open(everything);
    const release = held(media);
    media.trouble.audio = 'NotReadableError';
    const chosen = manager.chooseMicrophone('mic-2');
    media.given.find((track) => track.kind === 'audio')?.unplug();
    release();
    await chosen;
    expect(manager.state).toMatchObject({ microphone: 'off', microphoneTrouble: { code: 'microphone-busy' } });
    expect(troubles).toEqual(['microphone-busy']);
  });

  it('takes another device when the chosen one is not there', async () => {
    const { manager } = setUp();
    await manager.open({ ...everything, cameraId: 'unplugged', microphoneId: 'mic-2' });
    expect(manager.state).toMatchObject({ camera: true, microphone: 'live', cameraTrouble: null });
  });

  it('is off with a notice when a device is pulled out (C2)', async () => {
    const { media, manager, troubles } = setUp();
    await manager.open(everything);
    media.given.find((track) => track.kind === 'video')?.unplug();
    expect(manager.state).toMatchObject({
      camera: false,
      microphone: 'live',
      cameraTrouble: { code: 'camera-missing' },
    });
    expect(troubles).toEqual(['camera-missing']);
    expect(manager.tracks.camera).toBe(null);
  });

  it('shares the screen until the system says that it ended (C3)', async () => {
    const { media, manager } = setUp();
    expect(await manager.shareScreen()).toBeUndefined();
    expect(manager.state.screen).toBe(true);
    media.given[0]?.unplug();
    expect(manager.state.screen).toBe(false);
    expect(manager.screenStream.getTracks()).toEqual([]);
  });

  it.each([
    ['NotAllowedError', 'screen-denied'],
    ['NotReadableError', 'screen-failed'],
  ])('says why the screen is not shared after %s', async (name, code) => {
    const { media, manager } = setUp();
    media.trouble.screen = name;
    expect(await manager.shareScreen()).toMatchObject({ code });
    expect(manager.state.screen).toBe(false);
  });

  it('tells who speaks, and who talks while muted', async () => {
    const { media, clock, manager } = setUp();
    await manager.open(everything);
    media.level = 0.8;
    clock.advance(usualMediaPolicy.levelEveryMs);
    expect(manager.state).toMatchObject({ speaking: true, talkingWhileMuted: false });
    media.level = 0;
    clock.advance(usualMediaPolicy.speakingHoldMs + usualMediaPolicy.levelEveryMs);
    expect(manager.state.speaking).toBe(false);
    await manager.setMicrophone('muted');
    media.level = 0.8;
    clock.advance(usualMediaPolicy.levelEveryMs);
    expect(manager.state).toMatchObject({ speaking: false, talkingWhileMuted: true });
  });

  it('names devices whose name is hidden, and reads the list again when it changes', async () => {
    const { media, manager } = setUp();
    const lists: unknown[] = [];
    manager.on('lists', (list) => lists.push(list));
    media.cameras = [];
    media.change();
    await Promise.resolve();
    expect(lists).toEqual([
      {
        cameras: [],
        microphones: [
          { id: 'mic-1', label: 'Microphone 1' },
          { id: 'mic-2', label: 'Microphone 2' },
        ],
        speakers: [],
      },
    ]);
  });

  it('leaves every light off and no timer when it is closed', async () => {
    const { media, clock, manager } = setUp();
    await manager.open(everything);
    await manager.shareScreen();
    manager.close();
    expect(media.lights).toEqual([]);
    expect(media.meters).toBe(0);
    expect(clock.pending).toBe(0);
    expect(manager.openResources).toEqual({ timers: 0, listeners: 0 });
  });

  it('measures silence as 0 and loud speech as 1', () => {
    expect(levelOf(new Float32Array(512))).toBe(0);
    expect(levelOf(new Float32Array(512).fill(0.5))).toBe(1);
  });
});
