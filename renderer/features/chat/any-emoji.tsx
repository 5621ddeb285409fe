import { useEffect, useRef } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { EmojiPicker } from '../../ui/emoji/emoji-picker.tsx';

/** All emoji, with those that this person used last and in the person's skin tone. */
export function AnyEmoji({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { changeSettings, emojiUsed } = useActions();
  const { recent, tone } = useApp((state) => state.settings.emoji);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where it takes the place of other buttons, the focus is lost with them.
    if (document.activeElement === document.body) ref.current?.querySelector('input')?.focus();
  }, []);
  return (
    <div ref={ref}>
      <EmojiPicker
        recent={recent}
        tone={tone}
        onTone={(next) => void changeSettings({ emoji: { tone: next } })}
        onChoose={(emoji) => {
          emojiUsed(emoji);
          onChoose(emoji);
        }}
      />
    </div>
  );
}
