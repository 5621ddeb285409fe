import { LIMITS } from '../base/limits.ts';

/** One message of a longer text, and where it begins there. */
export type TextPart = { text: string; from: number };

const characters = new Intl.Segmenter();
/** Where a text may be cut, best first: between paragraphs, lines, words. */
const CUTS = [/\n\s*\n/gu, /\n/gu, /\s/gu];

/**
 * Cuts a text into parts that fit into a message each (V4, in NFC): where a paragraph ends if that leaves no part less than half full,
 * or a line, or a word, or else between two characters as people count them. Only blanks where it is cut are left out. `from`
 * counts UTF-16 units of the text in NFC.
 */
export function splitText(text: string, max: number = LIMITS.chatTextMax): TextPart[] {
  const whole = text.normalize('NFC');
  const parts: TextPart[] = [];
  for (let from = firstVisible(whole, 0); from < whole.length; ) {
    const end = endOf(whole, from, max);
    parts.push({ text: whole.slice(from, end).trimEnd(), from });
    from = firstVisible(whole, end);
  }
  return parts;
}

function firstVisible(text: string, from: number): number {
  const rest = text.slice(from);
  return from + rest.length - rest.trimStart().length;
}

function endOf(text: string, from: number, max: number): number {
  const most = unitsOf(text, from, max);
  if (text.slice(from + most).trim() === '') return text.length;
  const window = text.slice(from, from + most);
  for (const cut of CUTS) {
    const last = [...window.matchAll(cut)].at(-1);
    if (last && last.index >= most / 2) return from + last.index;
  }
  // The last character of the window may be one half of what people see.
  const cut = characters.segment(text.slice(from, from + most + 64)).containing(most)?.index ?? most;
  return from + (cut === 0 ? most : cut);
}

/** How many UTF-16 units the next `count` code points have. */
function unitsOf(text: string, from: number, count: number): number {
  let units = 0;
  for (let n = 0; n < count && from + units < text.length; n++)
    units += (text.codePointAt(from + units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}
