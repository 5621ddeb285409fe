import { foldText, isOnlyOne, mentionName, mentionOf, type Person } from '@parley/shared/model';
import type { EmojiData } from '../../ui/emoji/emoji-data.ts';
import { emojiOfCode, findEmoji, inTone } from '../../ui/emoji/emoji-data.ts';

/** A word that is being written behind a sign such as `:`, up to where the person writes. */
export type BegunWord = { from: number; to: number; query: string };

/** One way to finish a word. `text` takes the place of the word and its sign. */
export type Completion = { key: string; sign: string; name: string; text: string };

const COMPLETIONS_MAX = 6;

/** The emoji word that ends at the caret: a colon at the start or behind a blank, and two signs at least. */
export function begunEmoji(text: string, caret: number): BegunWord | null {
  const match = /(?:^|[\s(])(:([\p{L}\p{N}_+-]{2,40}))$/u.exec(text.slice(0, caret));
  if (!match?.[1] || match[2] === undefined) return null;
  return { from: caret - match[1].length, to: caret, query: match[2] };
}

/** The name that is being written behind an `@` at the start or behind a blank; empty right behind it. */
export function begunMention(text: string, caret: number): BegunWord | null {
  const match = /(?:^|[\s(])(@([^\s@#](?:[^\n@#]{0,39}[^\s@#])?)?)$/u.exec(text.slice(Math.max(0, caret - 60), caret));
  return match?.[1] ? { from: caret - match[1].length, to: caret, query: match[2] ?? '' } : null;
}

/** The people whose name, or a word of it, begins with what was typed. Where two bear one name the text tells which is meant. */
export function mentionCompletions(people: readonly Person[], query: string): readonly Completion[] {
  const wanted = foldText(query);
  return people
    .filter(({ name }) => mentionName(name) !== '' && ` ${foldText(mentionName(name))}`.includes(` ${wanted}`))
    .slice(0, COMPLETIONS_MAX)
    .map((person) => {
      const text = isOnlyOne(people, person) ? `@${mentionName(person.name)}` : mentionOf(person);
      return { key: person.device, sign: '@', name: text.slice(1), text: `${text} ` };
    });
}

/** The whole `:code:` that ends at the caret. */
export function endedEmoji(text: string, caret: number): BegunWord | null {
  const begun = text[caret - 1] === ':' ? begunEmoji(text, caret - 1) : null;
  return begun && { ...begun, to: caret };
}

/** Emoji for what was typed behind the colon. */
export const emojiCompletions = (data: EmojiData, query: string, tone: number): readonly Completion[] =>
  findEmoji(data, query, COMPLETIONS_MAX).map((entry) => ({
    key: entry.emoji,
    sign: inTone(entry, tone),
    name: `:${entry.codes.find((code) => code.startsWith(query.toLowerCase())) ?? entry.codes[0] ?? ''}:`,
    text: `${inTone(entry, tone)} `,
  }));

/** The emoji of a whole code; null where there is none of that name. */
export function emojiFor(data: EmojiData, code: string, tone: number): string | null {
  const entry = emojiOfCode(data, code);
  return entry ? inTone(entry, tone) : null;
}
