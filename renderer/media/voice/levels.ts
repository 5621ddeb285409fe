import { LIMITS } from '@parley/shared/protocol';

/** The loudness of a recording in equal pieces, from levels (0 to 1) that were measured all the time: the loudest of each piece. */
export function levelsOf(measured: readonly number[]): number[] {
  const { voiceLevels, voiceLevelMax } = LIMITS;
  return Array.from({ length: voiceLevels }, (_, index) => {
    const from = Math.floor((index * measured.length) / voiceLevels);
    const until = Math.max(from + 1, Math.floor(((index + 1) * measured.length) / voiceLevels));
    const loudest = Math.max(0, ...measured.slice(from, until));
    return Math.round(Math.min(1, loudest) * voiceLevelMax);
  });
}
