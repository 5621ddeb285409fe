import { useActions, useApp } from '../../stores/react.tsx';
import { EmojiPicker } from '../../ui/emoji/emoji-picker.tsx';

/** All emoji, with those that this person used last and in the person's skin tone. */
export function AnyEmoji({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { changeSettings, emojiUsed } = useActions();
  const { recent, tone } = useApp((state) => state.settings.emoji);
  return (
    <EmojiPicker
      recent={recent}
      tone={tone}
      onTone={(next) => void changeSettings({ emoji: { tone: next } })}
      onChoose={(emoji) => {
        emojiUsed(emoji);
        onChoose(emoji);
      }}
    />
  );
}
