import { describe, expect, it } from 'vitest';
import { type FieldChange, wrapSelection } from './field-changes.ts';

/** `[` and `]` stand around the selection. */
function after(shown: string, mark: string): string {
  const from = shown.indexOf('[');
  const to = shown.indexOf(']') - 1;
  const text = shown.replace('[', '').replace(']', '');
  return drawn(text, wrapSelection(text, from, to, mark));
}
function drawn(text: string, { from, to, text: put, selectFrom, selectTo }: FieldChange): string {
  const now = text.slice(0, from) + put + text.slice(to);
  return `${now.slice(0, selectFrom)}[${now.slice(selectFrom, selectTo)}]${now.slice(selectTo)}`;
}

describe('a mark around the selection', () => {
  it.each([
    ['say [this] now', '**', 'say **[this]** now'],
    ['say[ this ]now', '**', 'say **[this]** now'],
    ['say **[this]** now', '**', 'say [this] now'],
    ['say [**this**] now', '**', 'say [this] now'],
    ['say **[this]** now', '*', 'say ***[this]*** now'],
    ['say ***[this]*** now', '**', 'say *[this]* now'],
    ['say ***[this]*** now', '*', 'say **[this]** now'],
    ['[]', '**', '**[]**'],
    ['a []', '`', 'a `[]`'],
    ['a `[]`', '`', 'a []'],
  ])('turns %s with %s into %s', (before, mark, wanted) => {
    expect(after(before, mark)).toBe(wanted);
  });
});
