import { expect, it } from 'vitest';
import { leftOutWords, liveWords, recordingWords } from './recording-words.ts';

it('names everybody who records a call', () => {
  expect(recordingWords([])).toBeNull();
  expect(recordingWords(['Ana'])).toBe('Ana records this call.');
  expect(recordingWords(['Ana', 'Ben'])).toBe('Ana and Ben record this call.');
  expect(recordingWords(['Ana', 'Ben', 'Cem'])).toBe('Ana, Ben and Cem record this call.');
});

it('says what a recording leaves out, and nothing where it leaves nothing out', () => {
  const heard = { screen: true, volume: 0.4, screenVolume: 1, mutedHere: false, hiddenHere: false };
  const words = (...others: Parameters<typeof leftOutWords>[0]) =>
    leftOutWords(others)?.replace(/[\u2066-\u2069]/g, '') ?? null;
  expect(words()).toBeNull();
  expect(words({ ...heard, name: 'Ana' })).toBeNull();
  expect(
    words(
      { ...heard, name: 'Ana', mutedHere: true },
      { ...heard, name: 'Ben', hiddenHere: true },
      { ...heard, name: 'Cem', volume: 0, hiddenHere: true },
      { ...heard, name: 'Dora', screenVolume: 0 },
      { ...heard, name: 'Emre', screen: false, screenVolume: 0 },
    ),
  ).toBe(
    "Left out, as you turned it off for yourself: Ana's voice, Ben's picture, Cem's voice and picture and the sound of Dora's screen. If you turn it on again, the video has it from then on.",
  );
});

it('names everybody who shows it live', () => {
  expect(liveWords([])).toBeNull();
  expect(liveWords(['Ana'])).toBe('Ana shows this call live.');
  expect(liveWords(['Ana', 'Ben'])).toBe('Ana and Ben show this call live.');
});
