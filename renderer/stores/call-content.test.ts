import { describe, expect, it } from 'vitest';
import { participant } from '../testing/gallery/samples/people.ts';
import { design, reachOf } from '../testing/gallery/samples/rooms.ts';
import { callContent } from './call-content.ts';
import type { AppState, ParticipantView } from './state.ts';

type Tracks = Pick<MediaStream, 'getAudioTracks' | 'getVideoTracks'>;
const track = (id: string) => ({ id, readyState: 'live' }) as MediaStreamTrack;
const streamOf = (name: string): MediaStream => {
  const tracks: Tracks = {
    getAudioTracks: () => [track(`${name} sound`)],
    getVideoTracks: () => [track(`${name} picture`)],
  };
  return tracks as MediaStream; // what is read of one
};

/** What a recording holds of a call in which Ben has camera, voice and a shared screen with sound. */
function contentWith(forOneself: Partial<ParticipantView>, evenedVoices: AppState['evenedVoices'] = {}) {
  const ben = participant('Ben', {
    ...{ sess: 'ben', inCall: true, screen: true, ...forOneself },
    ...{ cameraStream: streamOf('camera'), screenStream: streamOf('screen') },
  });
  const state = {
    call: { at: 'joined', roomId: design, microphone: 'live', camera: false, screen: false },
    settings: { profile: null },
    reach: { [design]: reachOf([ben]) },
    evenedVoices,
  } as unknown as AppState; // what is read of one
  const own = { voice: track('own voice'), camera: null, screen: null, screenSound: null };
  const { tiles, sounds } = callContent(state, own);
  return {
    sounds: sounds.map(({ id }) => id),
    pictures: Object.fromEntries(tiles.map((tile) => [tile.key, tile.track?.id ?? null])),
  };
}

describe('what a recording holds of a call (C8)', () => {
  it('is everything that is sent and comes', () => {
    expect(contentWith({})).toEqual({
      sounds: ['own voice', 'camera sound', 'screen sound'],
      pictures: { 'self/camera': null, 'ben/screen': 'screen picture', 'ben/camera': 'camera picture' },
    });
  });

  it('is a voice as this person hears it, evened out with the others', () => {
    expect(contentWith({}, { ben: streamOf('evened') }).sounds).toEqual(['own voice', 'evened sound', 'screen sound']);
    expect(contentWith({ mutedHere: true }, { ben: streamOf('evened') }).sounds).toEqual(['own voice', 'screen sound']);
  });

  it('leaves out a voice that this person muted for themself, or turned down to nothing', () => {
    for (const forOneself of [{ mutedHere: true }, { volume: 0 }]) {
      expect(contentWith(forOneself).sounds).toEqual(['own voice', 'screen sound']);
    }
  });

  it('leaves out the sound of a screen that is turned down to nothing', () => {
    expect(contentWith({ screenVolume: 0 }).sounds).toEqual(['own voice', 'camera sound']);
  });

  it('shows somebody whose picture is hidden here by their name alone, and their screen as before', () => {
    expect(contentWith({ hiddenHere: true })).toEqual({
      sounds: ['own voice', 'camera sound', 'screen sound'],
      pictures: { 'self/camera': null, 'ben/screen': 'screen picture', 'ben/camera': null },
    });
  });
});
