import { describe, expect, it } from 'vitest';
import { noLog } from '../../log.ts';
import { fakeClock, settled } from '../../testing/fake-clock.ts';
import { DeviceManager } from '../device-manager.ts';
import { FakeMedia } from '../testing/fake-media.ts';
import { audioConstraints, type ProcessingChoice } from './processing.ts';

const everything = { camera: true, microphone: true, cameraId: null, microphoneId: null };
const plain: ProcessingChoice = { noise: 'standard', music: false, background: 'none', pictureAt: null };

async function setUp(choice: Partial<ProcessingChoice> = {}, change: (media: FakeMedia) => void = () => {}) {
  const media = new FakeMedia();
  change(media);
  const manager = new DeviceManager(media.ports(), fakeClock(), noLog);
  const noticed: string[] = [];
  const sent: (string | undefined)[] = [];
  manager.on('noticed', ({ code }) => noticed.push(code));
  manager.on('tracks', ({ camera }) => sent.push(camera?.id));
  const process = (next: Partial<ProcessingChoice>) => manager.process({ ...plain, ...choice, ...next });
  await process({});
  await manager.open(everything);
  return { media, manager, noticed, sent, process };
}

describe('the own sound (C10)', () => {
  it('is left to the browser as usual', async () => {
    const { media, manager } = await setUp();
    expect(media.cleaned).toEqual([]);
    expect(media.sounds.at(-1)).toMatchObject({ noiseSuppression: true, echoCancellation: true });
    expect(manager.tracks.voice).toBe(media.given.find(({ kind }) => kind === 'audio'));
  });

  it('is cleaned by the network where that is chosen, from sound that the browser did not clean', async () => {
    const { media, manager } = await setUp({ noise: 'strong' });
    expect(media.sounds.at(-1)).toMatchObject({ noiseSuppression: false, echoCancellation: true });
    expect(manager.tracks.voice).toBe(media.cleaned[0]);
  });

  it('changes in the middle of a call, stays muted, and lets go of what was used before', async () => {
    const { media, manager, process } = await setUp();
    await manager.setMicrophone('muted');
    expect(await process({ noise: 'strong' })).toBeUndefined();
    expect(manager.tracks.voice).toBe(media.cleaned[0]);
    expect(manager.state.microphone).toBe('muted');
    expect(media.lights.filter(({ kind }) => kind === 'audio')).toHaveLength(1);
    await process({ noise: 'off' });
    expect(media.sounds.at(-1)).toMatchObject({ noiseSuppression: false });
    expect(media.processing).toBe(0);
    expect(manager.state.microphone).toBe('muted');
    expect(media.asked.filter((what) => what === 'video')).toEqual([]);
  });

  it('ends the microphone before it asks for other sound, because Chromium shares what is open as it is', async () => {
    const { media, process } = await setUp();
    await process({ noise: 'off' });
    expect(media.openWhenAsked).toEqual([0, 0]);
  });

  it('is off, and says why, where the microphone cannot be had anew', async () => {
    const { media, manager, process } = await setUp();
    media.trouble.audio = 'NotReadableError';
    await process({ noise: 'off' });
    expect(manager.state).toMatchObject({ microphone: 'off', microphoneTrouble: { code: 'microphone-busy' } });
    expect(media.lights.map(({ kind }) => kind)).toEqual(['video']);
  });

  it('falls back to the browser where the network does not start, and says so once', async () => {
    const { media, manager, noticed } = await setUp({ noise: 'strong' }, (fake) => {
      fake.failsToClean = true;
    });
    expect(noticed).toEqual(['noise-strong-failed']);
    expect(media.sounds.at(-1)).toMatchObject({ noiseSuppression: true });
    expect(manager.state).toMatchObject({ microphone: 'live', microphoneTrouble: null });
    await manager.chooseMicrophone('mic-2');
    expect(noticed).toHaveLength(1);
  });

  it('says what runs for as long as that is not what was chosen, and tries again when it is told to', async () => {
    const { media, manager, noticed, process } = await setUp({ noise: 'strong' }, (fake) => {
      fake.failsToClean = true;
    });
    expect(manager.state.noiseFellBack).toBe(true);
    await process({ music: true });
    expect(manager.state.noiseFellBack).toBe(false);
    await process({ music: false });
    expect(manager.state.noiseFellBack).toBe(true);
    await manager.strongAgain();
    expect(manager.state.noiseFellBack).toBe(true);
    media.failsToClean = false;
    await manager.strongAgain();
    expect(manager.state.noiseFellBack).toBe(false);
    expect(manager.tracks.voice).toBe(media.cleaned[0]);
    media.fallBehind();
    await settled();
    expect(manager.state.noiseFellBack).toBe(true);
    await process({ noise: 'standard' });
    expect(manager.state.noiseFellBack).toBe(false);
    expect(noticed).toHaveLength(4);
    manager.stop();
    expect(manager.state.noiseFellBack).toBe(false);
  });

  it('falls back when the computer no longer keeps up, and tries again when that is chosen again', async () => {
    const { media, manager, noticed, process } = await setUp({ noise: 'strong' });
    media.fallBehind();
    await settled();
    expect(noticed).toEqual(['noise-strong-failed']);
    expect(media.processing).toBe(0);
    expect(media.sounds.at(-1)).toMatchObject({ noiseSuppression: true });
    await process({ noise: 'standard' });
    await process({ noise: 'strong' });
    expect(manager.tracks.voice).toBe(media.cleaned[1]);
  });

  it('is not touched in music mode, and its track says that it is music', async () => {
    const { media, manager, process } = await setUp({ noise: 'strong' });
    await process({ music: true });
    expect(media.sounds.at(-1)).toEqual(audioConstraints('music'));
    expect(audioConstraints('music')).toMatchObject({
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
      channelCount: { ideal: 2 },
    });
    expect(manager.tracks.voice).toMatchObject({ contentHint: 'music' });
    expect(media.processing).toBe(0);
    await process({ music: false });
    expect(manager.tracks.voice).toMatchObject({ contentHint: 'speech' });
  });

  it('lets the microphone and the network go together', async () => {
    const { media, manager } = await setUp({ noise: 'strong', background: 'blur' });
    manager.close();
    expect(media.lights).toEqual([]);
    expect(media.processing).toBe(0);
    expect([...media.cleaned, ...media.covered].map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
  });

  it('is off when the microphone of a cleaned voice is pulled out', async () => {
    const { media, manager } = await setUp({ noise: 'strong' });
    media.given.find(({ kind }) => kind === 'audio')?.unplug();
    expect(manager.state).toMatchObject({ microphone: 'off', microphoneTrouble: { code: 'microphone-missing' } });
    expect(media.processing).toBe(0);
  });
});

describe('the own background (C10)', () => {
  it('is shown to nobody before the first picture without it is there', async () => {
    let open = () => {};
    const media = new FakeMedia();
    media.coverGate = new Promise((resolve) => {
      open = resolve;
    });
    const manager = new DeviceManager(media.ports(), fakeClock(), noLog);
    await manager.process({ ...plain, background: 'blur' });
    const opened = manager.open(everything);
    await settled();
    expect(manager.tracks.camera).toBe(null);
    expect(manager.cameraStream.getVideoTracks()).toEqual([]);
    open();
    await opened;
    expect(manager.tracks.camera).toBe(media.covered[0]);
    expect(manager.cameraStream.getVideoTracks()).toEqual([media.covered[0]]);
  });

  it('changes in the middle of a call without a moment of the room', async () => {
    const { media, sent, process } = await setUp({ background: 'blur' });
    await process({ background: 'dusk' });
    expect(sent.filter((id) => id !== undefined)).toEqual(expect.arrayContaining(media.covered.map(({ id }) => id)));
    expect(sent.every((id) => id === undefined || media.covered.some((track) => track.id === id))).toBe(true);
    expect(media.covered.at(-1)?.background).toBe('dusk');
    expect(media.processing).toBe(1);
  });

  it('is another one as soon as the person keeps another picture of their own', async () => {
    const { media, process } = await setUp({ background: 'own', pictureAt: 1 });
    await process({ pictureAt: 1 });
    expect(media.covered).toHaveLength(1);
    await process({ pictureAt: 2 });
    expect(media.covered).toHaveLength(2);
    await process({ background: 'blur', pictureAt: 2 });
    await process({ background: 'blur', pictureAt: null });
    expect(media.covered).toHaveLength(3);
  });

  it('keeps the camera off where it cannot be hidden, and says why', async () => {
    const { manager, sent } = await setUp({ background: 'blur' }, (fake) => {
      fake.failsToCover = true;
    });
    expect(manager.state).toMatchObject({
      camera: false,
      microphone: 'live',
      cameraTrouble: { code: 'background-failed' },
    });
    expect(sent.every((id) => id === undefined)).toBe(true);
  });

  it('turns a camera off that was on when it is to be hidden and cannot be', async () => {
    const { media, manager, process } = await setUp();
    media.failsToCover = true;
    await process({ background: 'blur' });
    expect(manager.state).toMatchObject({ camera: false, cameraTrouble: { code: 'background-failed' } });
    expect(media.lights.map(({ kind }) => kind)).toEqual(['audio']);
  });

  it('turns the camera off when the computer is too busy to hide it, and on again when it is pressed', async () => {
    const { media, manager } = await setUp({ background: 'blur' });
    media.beTooSlow();
    expect(manager.state).toMatchObject({ camera: false, cameraTrouble: { code: 'background-slow' } });
    expect(media.processing).toBe(0);
    await manager.setCamera(true);
    expect(manager.state).toMatchObject({ camera: true, cameraTrouble: null });
    expect(manager.tracks.camera).toBe(media.covered[1]);
  });
});
