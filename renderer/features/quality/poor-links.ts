import type { AppState } from '../../stores/state.ts';
import { qualitySentence } from './quality-words.ts';

/**
 * Sentences about links of the own call that have become poor since those in `told` were spoken of. A link is spoken of again only
 * after it was good: one that goes up and down would be heard all the time. Returns what to remember.
 */
export function poorLinksInWords(
  told: ReadonlySet<string>,
  { call, reach }: Pick<AppState, 'call' | 'reach'>,
): { words: string[]; told: ReadonlySet<string> } {
  if (call.at !== 'joined') return { words: [], told: new Set() };
  const links = (reach[call.roomId]?.participants ?? []).filter(({ inCall }) => inCall);
  const poor = links.filter(({ quality }) => quality.level === 'poor');
  const good = new Set(links.filter(({ quality }) => quality.level === 'good').map(({ sess }) => sess));
  return {
    words: poor.filter(({ sess }) => !told.has(sess)).map((participant) => qualitySentence(participant)),
    told: new Set([...[...told].filter((sess) => !good.has(sess)), ...poor.map(({ sess }) => sess)]),
  };
}
