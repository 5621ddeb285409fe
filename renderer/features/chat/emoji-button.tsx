import { Smile } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import styles from './actions.module.css';
import { AnyEmoji } from './any-emoji.tsx';

/** Puts an emoji where the person writes. */
export function EmojiButton({ onChoose, focusField }: { onChoose: (emoji: string) => void; focusField: () => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      label="Emoji"
      className={styles.sheet}
      focusAfter={focusField}
      trigger={<IconButton icon={Smile} label="Emoji" title="Emoji" tooltip={false} />}
    >
      <AnyEmoji
        onChoose={(emoji) => {
          setOpen(false);
          onChoose(emoji);
        }}
      />
    </Popover>
  );
}
