import { splitText, withCodes } from '@parley/shared/model';
import { LIMITS, type RoomId } from '@parley/shared/protocol';
import { SendHorizontal } from 'lucide-react';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Refused } from '../../ui/field.tsx';
import { formatNumber } from '../../ui/format.ts';
import { AttachButtons } from '../files/attach-buttons.tsx';
import { isCommand } from '../keys.ts';
import { KeptVoice } from '../voice/kept-voice.tsx';
import { RecordingBar, RecordingRefused } from '../voice/recording-bar.tsx';
import { VoiceButton } from '../voice/voice-button.tsx';
import styles from './chat.module.css';
import { CompletionList } from './completion-list.tsx';
import { ComposingBar } from './composing-bar.tsx';
import { EmojiButton } from './emoji-button.tsx';
import { changeField, replacement, wrapSelection } from './field-changes.ts';
import { TimerButton, TimerLine } from './timer-mark.tsx';
import { useCompletions } from './use-completions.ts';
import { usePeople } from './use-people.ts';
import { WaitingBar } from './waiting-bar.tsx';

/** Marks by the key that, with Ctrl or Cmd, puts them around the selection. */
const MARKS: Readonly<Record<string, string>> = { KeyB: '**', KeyI: '*', KeyE: '`' };

/** From here on the field counts down. */
const COUNT_FROM = 800;
/** V6 lets so many messages through at once. */
const PARTS_MAX = LIMITS.spamMessagesMax;

/**
 * Enter sends, Shift+Enter breaks the line; what is not sent stays as a draft. A text that is too long for one message is sent as
 * several, where the person says so.
 */
export function Composer({ roomId }: { roomId: RoomId }) {
  const actions = useActions();
  const composing = useApp((state) => state.composing[roomId] ?? null);
  const edited = composing?.kind === 'edit' ? composing.text : null;
  const draft = useApp((state) => state.drafts[roomId]?.text ?? '');
  const text = edited ?? draft;
  const refusal = useApp((state) => state.drafts[roomId]?.refusal ?? null);
  const unstored = useApp((state) => state.unstored[roomId]);
  const recording = useApp((state) => (state.recording?.roomId === roomId ? state.recording : null));
  const people = usePeople(roomId);
  const [tooMuch, setTooMuch] = useState(0);
  /** How long this person's next messages may be there; as the room's timer says where it is undefined. */
  const [lifetimeMs, setLifetime] = useState<number | null | undefined>(undefined);
  const ref = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const replace = useCallback((from: number, to: number, by: string) => {
    if (ref.current) changeField(ref.current, replacement(from, to, by));
  }, []);
  const completions = useCompletions({ text, caret, people, replace });
  const isChoosing = completions.items.length > 0;
  // As it will be sent.
  const coded = useMemo(() => withCodes(text.normalize('NFC'), people), [text, people]);
  const length = useMemo(() => [...coded.trim()].length, [coded]);
  const left = LIMITS.chatTextMax - length;
  const parts = useMemo(() => (left < 0 ? splitText(coded).length : 1), [coded, left]);
  const isEdit = edited !== null;
  const mayBeSent = length > 0 && (isEdit ? left >= 0 : parts <= PARTS_MAX);

  useLayoutEffect(() => {
    const field = ref.current;
    if (!field || text.length < 0) return;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 168)}px`;
  }, [text]);

  // A person who chose to answer or to edit goes on in the field.
  const subject = composing?.of.id;
  useLayoutEffect(() => {
    if (subject !== undefined) ref.current?.focus();
  }, [subject]);

  // The field comes back when a recording is over, and with it the focus.
  const isRecording = recording !== null && recording.at !== 'refused';
  const wasRecording = useRef(false);
  useLayoutEffect(() => {
    if (wasRecording.current && !isRecording) ref.current?.focus();
    wasRecording.current = isRecording;
  }, [isRecording]);

  const change = (next: string) => {
    if (isEdit) return actions.setEdited(roomId, next);
    const isTooMuch = next.length > LIMITS.draftMax && next.length > text.length;
    setTooMuch(isTooMuch ? next.length : 0);
    if (!isTooMuch) actions.setDraft(roomId, next);
  };
  const send = () => {
    setTooMuch(0);
    if (mayBeSent && isEdit) void actions.saveEdit(roomId);
    else if (mayBeSent) void actions.sendMessage(roomId, text, lifetimeMs);
  };

  const takeBack = () => {
    actions.takeBack(roomId);
    ref.current?.focus();
  };

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {refusal ? <Refused>{refusal.message}</Refused> : null}
      {tooMuch > 0 ? (
        <Refused>
          {`This would be ${formatNumber(tooMuch)} characters, more than Parley keeps as a draft. Nothing was changed.`}
        </Refused>
      ) : null}
      {!isEdit && parts > PARTS_MAX ? (
        <Refused>
          {`This is as long as ${formatNumber(parts)} messages; ${PARTS_MAX} can be sent at once. It stays here as a draft.`}
        </Refused>
      ) : null}
      {isEdit && left < 0 ? (
        <Refused>{`An edited message has 1,000 characters at most; these are ${formatNumber(length)}.`}</Refused>
      ) : null}
      {unstored ? <WaitingBar unstored={unstored} takeBack={takeBack} /> : null}
      {composing ? <ComposingBar roomId={roomId} composing={composing} /> : null}
      <TimerLine roomId={roomId} chosen={lifetimeMs} />
      <RecordingRefused recording={text === '' ? recording : null} />
      <KeptVoice roomId={roomId} lifetimeMs={lifetimeMs} />
      {recording && isRecording ? <RecordingBar roomId={roomId} recording={recording} lifetimeMs={lifetimeMs} /> : null}
      <CompletionList
        id={completions.listId}
        items={completions.items}
        current={completions.current}
        onActive={completions.setActive}
        onChoose={completions.choose}
        onKeyDown={completions.onKeyDown}
      />
      <div className={styles.field} hidden={isRecording}>
        <AttachButtons roomId={roomId} />
        <TimerButton chosen={lifetimeMs} choose={setLifetime} />
        <textarea
          ref={ref}
          rows={1}
          dir="auto"
          // A browser keeps what fields hold in its session otherwise.
          autoComplete="off"
          aria-label="Message"
          placeholder="Write a message"
          aria-autocomplete="list"
          aria-controls={isChoosing ? completions.listId : undefined}
          aria-activedescendant={isChoosing ? `${completions.listId}-${completions.current}` : undefined}
          value={text}
          onSelect={({ currentTarget: { selectionStart, selectionEnd } }) =>
            setCaret(selectionStart === selectionEnd ? selectionStart : null)
          }
          onBlur={() => setCaret(null)}
          onChange={(event) => {
            change(event.target.value);
            setCaret(event.target.selectionEnd);
            // Not what was taken away or undone, which would come back at once.
            const { nativeEvent } = event;
            const isPut = !(nativeEvent instanceof InputEvent) || nativeEvent.inputType.startsWith('insert');
            if (isPut) completions.finishCode(event.target.value, event.target.selectionEnd);
          }}
          onKeyDown={(event) => {
            if (completions.onKeyDown(event)) return;
            if (event.key === 'Escape' && composing) {
              event.preventDefault();
              event.stopPropagation();
              actions.stopComposing(roomId);
              return;
            }
            if (event.key === 'ArrowUp' && text === '' && actions.startEditLast(roomId)) {
              event.preventDefault();
              return;
            }
            const mark = isCommand(event) && !event.shiftKey && !event.altKey ? MARKS[event.code] : undefined;
            if (mark !== undefined) {
              event.preventDefault();
              const { selectionStart, selectionEnd } = event.currentTarget;
              changeField(event.currentTarget, wrapSelection(text, selectionStart, selectionEnd, mark));
              return;
            }
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            // A long text goes out as several messages only where the button, which says so, is pressed.
            if (left >= 0) send();
          }}
        />
        <EmojiButton
          onChoose={(emoji) => {
            const { selectionStart = text.length, selectionEnd = text.length } = ref.current ?? {};
            replace(selectionStart, selectionEnd, emoji);
          }}
          focusField={() => ref.current?.focus()}
        />
        {text === '' && composing === null ? <VoiceButton roomId={roomId} lifetimeMs={lifetimeMs} /> : null}
        {length >= COUNT_FROM && left >= 0 ? (
          <span className={styles.count} role="status">
            {left}
          </span>
        ) : null}
        <Button look="primary" size="small" type="submit" icon={SendHorizontal} disabled={!mayBeSent}>
          {isEdit ? 'Save' : left < 0 && mayBeSent ? `Send as ${parts} messages` : 'Send'}
        </Button>
      </div>
    </form>
  );
}
