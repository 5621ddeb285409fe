import type { Room } from '@parley/shared/model';
import { LIMITS, type Refusal } from '@parley/shared/protocol';
import { SendHorizontal } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Refused } from '../../ui/field.tsx';
import styles from './chat.module.css';

/** From here on the field counts down. */
const COUNT_FROM = 800;

type ComposerProps = { room: Room; draft: string; refusal: Refusal | null };

/** Enter sends, Shift+Enter breaks the line; what is not sent stays as a draft. */
export function Composer({ room, draft, refusal }: ComposerProps) {
  const actions = useActions();
  const [text, setText] = useState(draft);
  const ref = useRef<HTMLTextAreaElement>(null);
  const length = [...text.trim()].length;
  const left = LIMITS.chatTextMax - length;
  const mayBeSent = length > 0 && left >= 0;

  useLayoutEffect(() => {
    const field = ref.current;
    if (!field || text.length < 0) return;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 168)}px`;
  }, [text]);

  const change = (next: string) => {
    setText(next);
    actions.setDraft(room.roomId, next);
  };
  const send = async () => {
    if (!mayBeSent) return;
    const sending = text;
    change('');
    const outcome = await actions.sendMessage(room.roomId, sending);
    // A refused text comes back, in front of what was written since.
    if (!outcome.ok) setText((since) => (since === '' ? sending : `${sending}\n${since}`));
  };

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {refusal ? <Refused>{refusal.message}</Refused> : null}
      <div className={styles.field}>
        <textarea
          ref={ref}
          rows={1}
          aria-label="Message"
          placeholder="Write a message"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            void send();
          }}
        />
        {length >= COUNT_FROM ? (
          <span className={styles.count} data-over={left < 0 || undefined} role="status">
            {left}
          </span>
        ) : null}
        <Button look="primary" size="small" type="submit" icon={SendHorizontal} disabled={!mayBeSent}>
          Send
        </Button>
      </div>
    </form>
  );
}
