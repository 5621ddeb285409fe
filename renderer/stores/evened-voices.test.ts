import { describe, expect, it } from 'vitest';
import { noLogs } from '../log.ts';
import { FakeEvener } from '../media/listening/testing/fake-evener.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { participant } from '../testing/gallery/samples/people.ts';
import { design, reachOf } from '../testing/gallery/samples/rooms.ts';
import { createAppStore } from './app-store.ts';
import { createEvenedVoices } from './evened-voices.ts';
import type { AppState, ParticipantView } from './state.ts';

const voiceOf = (id: string) => ({ id, getAudioTracks: () => [{ id }] }) as unknown as MediaStream; // what is read of one

function setUp(change: (evener: FakeEvener) => void = () => {}) {
  const store = createAppStore();
  const evener = new FakeEvener();
  change(evener);
  const voices = createEvenedVoices(store, { evenVoice: evener.even, clock: fakeClock(), log: noLogs });
  const show = async (...people: readonly Partial<ParticipantView>[]) => {
    const participants = people.map((more, index) =>
      participant(`P${index}`, { sess: `p${index}`, inCall: true, cameraStream: voiceOf(`v${index}`), ...more }),
    );
    const call = { at: 'joined', roomId: design } as AppState['call']; // what is read of one
    store.setState({ call, reach: { [design]: reachOf(participants) } });
    await settled();
  };
  const heard = () => Object.entries(store.getState().evenedVoices).map(([sess, { id }]) => `${sess}: ${id}`);
  return { store, evener, voices, show, heard };
}

describe('evening out the voices of a call (C4)', () => {
  it('takes every voice in the call, and lets those go that leave', async () => {
    const { store, evener, show, heard } = setUp();
    await show({}, {});
    expect(heard()).toEqual(['p0: evened v0', 'p1: evened v1']);
    await show({}, { inCall: false });
    expect(heard()).toEqual(['p0: evened v0']);
    store.setState({ call: { at: 'none' } });
    expect(heard()).toEqual([]);
    expect(evener.open).toEqual([]);
  });

  it('leaves music alone, from the moment on at which somebody says that it is', async () => {
    const { evener, show, heard } = setUp();
    await show({ music: true }, {});
    expect(heard()).toEqual(['p1: evened v1']);
    await show({ music: true }, { music: true });
    expect(heard()).toEqual([]);
    expect(evener.open).toEqual([]);
    await show({}, { music: true });
    expect(heard()).toEqual(['p0: evened v0']);
  });

  it('goes by the setting, at once', async () => {
    const { store, evener, show, heard } = setUp();
    await show({});
    const { settings } = store.getState();
    store.setState({ settings: { ...settings, devices: { ...settings.devices, evenVoices: false } } });
    expect(heard()).toEqual([]);
    expect(evener.open).toEqual([]);
    store.setState({ settings });
    await settled();
    expect(heard()).toEqual(['p0: evened v0']);
  });

  it('follows a voice to another connection, and waits for one without sound', async () => {
    const { evener, show, heard } = setUp();
    await show({ cameraStream: { id: 'v', getAudioTracks: () => [] as MediaStreamTrack[] } as MediaStream });
    expect(heard()).toEqual([]);
    await show({});
    await show({ cameraStream: voiceOf('later') });
    expect(heard()).toEqual(['p0: evened later']);
    expect(evener.open).toHaveLength(1);
  });

  it('lets a voice go that is ready after it was wanted', async () => {
    let open = () => {};
    const { evener, show, heard } = setUp((fake) => {
      fake.gate = new Promise((resolve) => {
        open = resolve;
      });
    });
    await show({});
    await show();
    open();
    await settled();
    expect(heard()).toEqual([]);
    expect(evener.open).toEqual([]);
  });

  it('plays a voice as it comes where evening out does not start, or ends by itself', async () => {
    const { show, heard } = setUp((fake) => {
      fake.doesNotStart = true;
    });
    await show({});
    expect(heard()).toEqual([]);
    const other = setUp();
    await other.show({}, {});
    other.evener.open[0]?.fail();
    expect(other.heard()).toEqual(['p1: evened v1']);
    expect(other.evener.open).toHaveLength(1);
  });

  it('lets everything go when the app closes', async () => {
    const { evener, voices, show } = setUp();
    await show({}, {});
    voices.close();
    expect(evener.open).toEqual([]);
  });
});
