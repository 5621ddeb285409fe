import { describe, expect, it } from 'vitest';
import { participant } from '../testing/gallery/samples/people.ts';
import { voiceCall } from '../testing/gallery/samples/poor-call.ts';
import { design, reachOf } from '../testing/gallery/samples/rooms.ts';
import { createAppStore } from './app-store.ts';
import { hiddenTiles, sourcesOf } from './recorded-sources.ts';
import type { ParticipantView } from './state.ts';

const track = (id: string) => ({ id, readyState: 'live' }) as MediaStreamTrack;
const stream = (name: string) =>
  ({
    getAudioTracks: () => [track(`${name} voice`)],
    getVideoTracks: () => [track(`${name} picture`)],
  }) as MediaStream;

function recorded(...participants: ParticipantView[]) {
  const store = createAppStore();
  store.setState({ call: voiceCall, reach: { [design]: reachOf(participants) } });
  const { tiles, sounds } = sourcesOf(store.getState(), undefined);
  const pictures = tiles.flatMap(({ name, track: picture }) =>
    picture ? [picture.id] : [`${name} without a picture`],
  );
  return { pictures, sounds: sounds.map(({ id }) => id), hidden: [...hiddenTiles(store.getState())] };
}
const person = (name: string, more: Partial<ParticipantView> = {}) =>
  participant(name, { inCall: true, camera: true, cameraStream: stream(name), ...more });

describe('the sources of a recording (C8)', () => {
  it('are the pictures and voices of everybody in the call', () => {
    const { pictures, sounds } = recorded(person('Ana'), person('Ben', { camera: false }));
    expect(pictures).toEqual(['You without a picture', 'Ana picture', 'Ben without a picture']);
    expect(sounds).toEqual(['Ana voice', 'Ben voice']);
  });

  it('leave out the voice that is muted and the picture that is hidden for oneself, and keep the name', () => {
    const ben = person('Ben', { hiddenHere: true });
    const { pictures, sounds, hidden } = recorded(person('Ana', { mutedHere: true }), ben);
    expect(pictures).toEqual(['You without a picture', 'Ana picture', 'Ben without a picture']);
    expect(sounds).toEqual(['Ben voice']);
    expect(hidden).toEqual([`${ben.sess}/camera`]);
  });

  it('are none outside a call', () => {
    expect(sourcesOf(createAppStore().getState(), undefined)).toEqual({ tiles: [], sounds: [] });
  });
});
