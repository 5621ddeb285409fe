import { foldText } from '@parley/shared/model';

/** One emoji of the picker. */
export type EmojiEntry = {
  emoji: string;
  /** As a screen reader says it. */
  name: string;
  /** What stands between colons, the usual one first. */
  codes: readonly string[];
  /** The same in the five skin tones, light to dark; empty where it has none. */
  tones: readonly string[];
  /** Name, codes and other words by which it is found, folded. */
  words: string;
};
export type EmojiGroup = { name: string; sign: string; entries: readonly EmojiEntry[] };
export type EmojiData = { groups: readonly EmojiGroup[]; all: readonly EmojiEntry[] };

/** The groups of Unicode as people know them. Its group 2 holds parts of emoji and is left out. */
const GROUPS: readonly { number: number; name: string; sign: string }[] = [
  { number: 0, name: 'Smileys', sign: '😀' },
  { number: 1, name: 'People', sign: '👋' },
  { number: 3, name: 'Animals and nature', sign: '🐻' },
  { number: 4, name: 'Food and drink', sign: '🍎' },
  { number: 5, name: 'Travel and places', sign: '✈️' },
  { number: 6, name: 'Activities', sign: '⚽' },
  { number: 7, name: 'Objects', sign: '💡' },
  { number: 8, name: 'Symbols', sign: '❤️' },
  { number: 9, name: 'Flags', sign: '🏁' },
];

let loading: Promise<EmojiData> | undefined;
let loaded: EmojiData | null = null;

/** The emoji if they were read before; null otherwise. */
export const emojiIfLoaded = (): EmojiData | null => loaded;

/** Reads the emoji from the app's own files, once, when they are first wanted. Rejects where the file cannot be read. */
export function loadEmoji(): Promise<EmojiData> {
  loading ??= read().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function read(): Promise<EmojiData> {
  const { emoji, codes } = await import('./emojibase.mjs');
  const groups = GROUPS.map(({ number, name, sign }) => ({
    name,
    sign,
    entries: emoji
      .filter(({ group }) => group === number)
      .map(({ unicode, label, hexcode, tags = [], skins = [] }): EmojiEntry => {
        const known = [codes[hexcode] ?? label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')].flat();
        return {
          emoji: plainlyWritten(unicode),
          name: label,
          codes: known,
          // Those of two people in two tones are left out.
          tones: skins.filter((skin) => !skin.label.includes(',')).map((skin) => plainlyWritten(skin.unicode)),
          words: foldText([label, ...known, ...tags].join(' ').replaceAll('_', ' ')),
        };
      }),
  }));
  loaded = { groups, all: groups.flatMap(({ entries }) => entries) };
  return loaded;
}

/** Without the mark for colours behind what has colours anyway, so that one emoji is one reaction however it was chosen. */
const plainlyWritten = (emoji: string): string => emoji.replaceAll(/(\p{Emoji_Presentation})\uFE0F/gu, '$1');

/** The emoji in the person's skin tone: 0 is the yellow one, 1 to 5 are light to dark. */
export const inTone = ({ emoji, tones }: EmojiEntry, tone: number): string =>
  tone > 0 ? (tones[tone - 1] ?? emoji) : emoji;

/** The emoji that fit what was typed, the best first. */
export function findEmoji({ all }: EmojiData, query: string, max: number): readonly EmojiEntry[] {
  const wanted = foldText(query.trim().replaceAll('_', ' '));
  if (wanted === '') return [];
  const code = wanted.replaceAll(' ', '_');
  const ranks: EmojiEntry[][] = [[], [], [], [], []];
  for (const entry of all) {
    const rank = rankOf(entry, wanted, code);
    if (rank !== undefined) ranks[rank]?.push(entry);
  }
  // The shortest of the codes that begin so is the nearest.
  ranks[1]?.sort((left, right) => shortest(left, code) - shortest(right, code));
  return ranks.flat().slice(0, max);
}

const shortest = ({ codes }: EmojiEntry, code: string): number =>
  Math.min(...codes.filter((each) => each.startsWith(code)).map(({ length }) => length));

/** From 0, the best; undefined where it does not fit. Every word has to be found. */
function rankOf({ codes, words, name }: EmojiEntry, wanted: string, code: string): number | undefined {
  if (codes.includes(code)) return 0;
  if (codes.some((each) => each.startsWith(code))) return 1;
  if (name.startsWith(wanted)) return 2;
  const isFound = (part: string) => words.startsWith(part) || words.includes(` ${part}`);
  if (wanted.split(' ').every(isFound)) return 3;
  return wanted.length > 2 && words.includes(wanted) ? 4 : undefined;
}

/** The emoji with just this code. */
export const emojiOfCode = ({ all }: EmojiData, code: string): EmojiEntry | undefined =>
  all.find(({ codes }) => codes.includes(code.toLowerCase()));

/** The entry of an emoji in whatever tone. */
export const entryOf = ({ all }: EmojiData, emoji: string): EmojiEntry | undefined =>
  all.find((entry) => entry.emoji === emoji || entry.tones.includes(emoji));
