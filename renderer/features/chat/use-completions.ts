import type { Person } from '@parley/shared/model';
import { type KeyboardEvent, useId, useState } from 'react';
import { useApp } from '../../stores/react.tsx';
import { emojiIfLoaded } from '../../ui/emoji/emoji-data.ts';
import { useEmojiData } from '../../ui/emoji/use-emoji-data.ts';
import {
  type BegunWord,
  begunEmoji,
  begunMention,
  type Completion,
  emojiCompletions,
  emojiFor,
  endedEmoji,
  mentionCompletions,
} from './completions.ts';

type Options = {
  text: string;
  /** Where the person writes; null while something is selected. */
  caret: number | null;
  /** Who can be mentioned. */
  people: readonly Person[];
  /** Puts a text in the place of a part of the field. */
  replace: (from: number, to: number, text: string) => void;
};

/**
 * Ways to finish the word that is being written. ↑ and ↓ go through them, Enter and Tab choose, Escape closes the list until another
 * word is begun.
 */
export function useCompletions({ text, caret, people, replace }: Options) {
  const listId = useId();
  const tone = useApp((state) => state.settings.emoji.tone);
  const [active, setChosen] = useState({ query: '', index: 0 });
  /** The word for which the person closed the list, as far as it was written then. */
  const [closed, setClosed] = useState<BegunWord | null>(null);
  const emoji = caret === null ? null : begunEmoji(text, caret);
  const mention = caret === null ? null : begunMention(text, caret);
  const begun = emoji ?? mention;
  const { data } = useEmojiData(emoji !== null);

  const word: BegunWord | null =
    begun && !(closed?.from === begun.from && begun.query.startsWith(closed.query)) ? begun : null;
  const items: readonly Completion[] = !word
    ? []
    : word === mention
      ? mentionCompletions(people, word.query)
      : data
        ? emojiCompletions(data, word.query, tone)
        : [];
  const query = word?.query ?? '';
  // Another word begins with its first suggestion.
  const current = active.query === query ? Math.min(active.index, items.length - 1) : 0;
  const setActive = (index: number) => setChosen({ query, index });

  const choose = (item: Completion) => {
    if (!word) return;
    replace(word.from, word.to, item.text);
  };
  return {
    items,
    current,
    listId,
    choose,
    setActive,
    /** Makes the emoji of a code that was just typed to its end. For the handler of what was typed: React would undo it later. */
    finishCode(typed: string, at: number) {
      const ended = endedEmoji(typed, at);
      const emojis = ended && emojiIfLoaded();
      const whole = emojis && emojiFor(emojis, ended.query, tone);
      if (whole) replace(ended.from, ended.to, whole);
    },
    /** Whether the key was for the list. */
    onKeyDown(event: KeyboardEvent): boolean {
      if (!begun && closed) setClosed(null);
      const item = items[current];
      if (!item || !word || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey)
        return false;
      if (event.key === 'ArrowDown') setActive((current + 1) % items.length);
      else if (event.key === 'ArrowUp') setActive((current + items.length - 1) % items.length);
      else if (event.key === 'Escape') setClosed(word);
      else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) choose(item);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}
