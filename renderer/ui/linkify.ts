export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; url: string };

/** Anything that could hide where a link goes ends it: white space, quotes, brackets, bidi controls. */
const candidate = /(?:https:\/\/|mailto:)[^\s<>"'`\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]+/giu;
const URL_MAX_CHARS = 2_048;
const OPENING = '([{';
const CLOSING = ')]}';

/** A sentence's own punctuation does not belong to a link at its end; a bracket does when it was opened inside. */
function withoutTail(text: string): string {
  /** How many more of each pair are closed than opened, up to `end`. */
  const closed = [0, 0, 0];
  const count = (character: string, by: number) => {
    const open = OPENING.indexOf(character);
    const close = CLOSING.indexOf(character);
    if (open >= 0) closed[open] = (closed[open] ?? 0) - by;
    if (close >= 0) closed[close] = (closed[close] ?? 0) + by;
  };
  for (const character of text) count(character, 1);
  let end = text.length;
  for (; end > 0; end -= 1) {
    const last = text.charAt(end - 1);
    const isLoose = '.,;:!?…*_~'.includes(last) || (closed[CLOSING.indexOf(last)] ?? 0) > 0;
    if (!isLoose) break;
    count(last, -1);
  }
  return text.slice(0, end);
}

/** The address that a person may be offered to open: https and mailto, no credentials, not too long. Null for any other. */
export function openable(text: string): string | null {
  if (text.length > URL_MAX_CHARS || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : null;
  if (url.protocol !== 'https:' || url.username || url.password) return null;
  return url.hostname.includes('.') || url.hostname === 'localhost' ? url.href : null;
}

/** Cuts a message into text and links. Joined again, the parts are the message; nothing is read as HTML. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(candidate)) {
    const shown = withoutTail(match[0]);
    const url = openable(shown);
    if (url === null) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push({ kind: 'link', text: shown, url });
    from = match.index + shown.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}
