import { isolated } from '@parley/shared/model';
import { type ForOneself, voiceVolume } from '../../stores/for-oneself.ts';

/** Says who records a call; null for nobody. */
export const recordingWords = (names: readonly string[]): string | null =>
  sentence(names, 'records this call.', 'record this call.');

/** Says who shows a call live to others; null for nobody. */
export const liveWords = (names: readonly string[]): string | null =>
  sentence(names, 'shows this call live.', 'show this call live.');

function sentence(names: readonly string[], does: string, doTogether: string): string | null {
  const [first, ...rest] = names.map(isolated);
  if (first === undefined) return null;
  const last = rest.pop();
  return last === undefined ? `${first} ${does}` : `${[first, ...rest].join(', ')} and ${last} ${doTogether}`;
}

type LeftOut = ForOneself & { name: string; screen: boolean };

/** Says what a recording leaves out, because this person does not hear or see it; null for nothing. */
export function leftOutWords(others: readonly LeftOut[]): string | null {
  const things = others.flatMap((each) => {
    const name = isolated(each.name);
    const [isUnheard, isUnseen] = [voiceVolume(each) === 0, each.hiddenHere];
    const own = isUnheard && isUnseen ? 'voice and picture' : isUnheard ? 'voice' : isUnseen ? 'picture' : null;
    return [
      ...(own ? [`${name}'s ${own}`] : []),
      ...(each.screen && each.screenVolume === 0 ? [`the sound of ${name}'s screen`] : []),
    ];
  });
  const last = things.pop();
  if (last === undefined) return null;
  const all = things.length === 0 ? last : `${things.join(', ')} and ${last}`;
  return `Left out, as you turned it off for yourself: ${all}. If you turn it on again, the video has it from then on.`;
}
