import { expect, it } from 'vitest';
import { recordingWords } from './recording-words.ts';

it('names everybody who records a call', () => {
  expect(recordingWords([])).toBeNull();
  expect(recordingWords(['Ana'])).toBe('Ana records this call.');
  expect(recordingWords(['Ana', 'Ben'])).toBe('Ana and Ben record this call.');
  expect(recordingWords(['Ana', 'Ben', 'Cem'])).toBe('Ana, Ben and Cem record this call.');
});
