import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts';
import { CallMixer, type CallSources, takePicture } from './call-mixer.ts';
import { FakeCapture } from './testing/fake-capture.ts';

const track = (id: string) => ({ id }) as MediaStreamTrack;
const tile = (name: string, camera: MediaStreamTrack | null) => ({
  key: `${name}/camera`,
  name,
  kind: 'camera' as const,
  track: camera,
});

describe('the mixer of a call', () => {
  let clock: FakeClock;
  let capture: FakeCapture;
  let now: CallSources;
  let mixer: CallMixer;
  const later = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      capture.tick();
    }
  };

  beforeEach(() => {
    clock = fakeClock();
    capture = new FakeCapture();
    now = { tiles: [tile('Ana', track('a'))], sounds: [track('voice')] };
    mixer = new CallMixer({ capture: capture.ports(), clock, sources: () => now });
  });

  it('draws 20 pictures a second by the clock of its sound', () => {
    later(1_000);
    expect(capture.frames).toBeGreaterThanOrEqual(19);
    expect(capture.frames).toBeLessThanOrEqual(21);
    expect(capture.texts).toContain('Ana');
  });

  it('takes up who comes, and lets go who leaves or turns the camera off', () => {
    const [first] = capture.watched;
    now = { tiles: [tile('Ana', null), tile('Ben', track('b'))], sounds: [track('voice'), track('of Ben')] };
    later(300);
    expect([...capture.watched].map(({ id }) => id)).toEqual(['b']);
    expect(capture.watched.has(first ?? track('none'))).toBe(false);
    expect(capture.sounds.map(({ id }) => id)).toEqual(['voice', 'of Ben']);
    expect(capture.texts).toEqual(expect.arrayContaining(['Ana', 'A', 'Ben']));
  });

  it('draws fewer pictures where drawing takes long', () => {
    const slow = new FakeCapture();
    const ports = slow.ports();
    const drawVideo: typeof ports.drawVideo = (size) => {
      const video = ports.drawVideo(size);
      return {
        ...video,
        show(atMs) {
          clock.advance(100);
          video.show(atMs);
        },
      };
    };
    const other = new CallMixer({ capture: { ...ports, drawVideo }, clock, sources: () => now });
    const until = clock.monotonicMs() + 2_000;
    while (clock.monotonicMs() < until) {
      clock.advance(10);
      slow.tick();
    }
    expect(slow.frames).toBeLessThanOrEqual(9);
    other.close();
  });

  it('lets everything go when it is closed', () => {
    mixer.close();
    later(300);
    expect(capture.watched.size).toBe(0);
    expect(capture.open).toBe(0);
    expect(capture.frames).toBe(0);
  });
});

describe('a picture of a call', () => {
  it('shows everybody, and follows nobody afterwards', async () => {
    const capture = new FakeCapture();
    const clock = fakeClock();
    const png = await takePicture({ capture: capture.ports(), clock }, [tile('Ana', track('a')), tile('Ben', null)]);
    expect(await png.text()).toBe('png');
    expect(capture.texts).toEqual(expect.arrayContaining(['Ana', 'Ben']));
    expect(capture.watched.size).toBe(0);
  });

  it('of one tile is as large as what came of it', async () => {
    const capture = new FakeCapture();
    capture.picture = { image: {} as ImageBitmap, width: 1_920, height: 1_080 };
    await takePicture({ capture: capture.ports(), clock: fakeClock() }, [tile('Ana', track('a'))]);
    expect(capture.pictureSize).toEqual({ width: 1_920, height: 1_080 });
    await takePicture({ capture: capture.ports(), clock: fakeClock() }, [tile('Ana', null)]);
    expect(capture.pictureSize).toEqual({ width: 1_280, height: 720 });
  });
});
