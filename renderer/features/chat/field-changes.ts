/** A change of a field: what replaces the text from one place to another, and what is selected then. */
export type FieldChange = { from: number; to: number; text: string; selectFrom: number; selectTo: number };

/** Puts a mark around what is selected, or takes it away where it is there. Blanks at the ends stay outside. */
export function wrapSelection(text: string, from: number, to: number, mark: string): FieldChange {
  const selected = text.slice(from, to);
  const words = selected.trim();
  const start = words === '' ? from : from + selected.indexOf(words);
  const end = start + words.length;
  const size = mark.length;
  const isAround = hasMark(text.slice(0, start), mark, 'end') && hasMark(text.slice(end), mark, 'start');
  if (isAround) {
    return { from: start - size, to: end + size, text: words, selectFrom: start - size, selectTo: end - size };
  }
  const isInside = words.length > 2 * size && hasMark(words, mark, 'start') && hasMark(words, mark, 'end');
  if (isInside) {
    return { from: start, to: end, text: words.slice(size, -size), selectFrom: start, selectTo: end - 2 * size };
  }
  return { from: start, to: end, text: `${mark}${words}${mark}`, selectFrom: start + size, selectTo: end + size };
}

/** Whether a text has just this mark at its edge: `*` is none where there are two, unless a third stands for it. */
function hasMark(text: string, mark: string, edge: 'start' | 'end'): boolean {
  const sign = mark.charAt(0);
  let count = 0;
  while (count < text.length && text.charAt(edge === 'start' ? count : text.length - 1 - count) === sign) count += 1;
  return count === 3 ? sign === '*' : count === mark.length;
}

/** The change that puts a text in the place of a part of the field, with the caret behind it. */
export const replacement = (from: number, to: number, text: string): FieldChange => ({
  from,
  to,
  text,
  selectFrom: from + text.length,
  selectTo: from + text.length,
});

/** Writes a change into a field as if it was typed, so that it can be undone and is heard by the page. */
export function changeField(field: HTMLTextAreaElement, { from, to, text, selectFrom, selectTo }: FieldChange): void {
  field.focus();
  field.setSelectionRange(from, to);
  // The only way that keeps the field's own undo.
  const isTyped = typeof document.execCommand === 'function' && document.execCommand('insertText', false, text);
  if (!isTyped) {
    // Not by the field's own setter, which React has replaced to know its own changes.
    const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
    value?.set?.call(field, field.value.slice(0, from) + text + field.value.slice(to));
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  field.setSelectionRange(selectFrom, selectTo);
}
