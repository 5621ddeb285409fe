import type { RoomId } from '@parley/shared/protocol';
import { Mic } from 'lucide-react';
import type { PointerEvent } from 'react';
import { useActions } from '../../stores/react.tsx';
import { IconButton } from '../../ui/button.tsx';

/** So far up the pointer goes to let go without sending. */
const LOCK_PX = 56;

type VoiceButtonProps = { roomId: RoomId; lifetimeMs: number | null | undefined };

/** Records a voice message: held until it is let go, which sends it, or pressed once. */
export function VoiceButton({ roomId, lifetimeMs }: VoiceButtonProps) {
  const { startVoice, lockVoice, releaseVoice } = useActions();

  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { clientY: fromY, timeStamp: since, pointerId } = event;
    startVoice(roomId, true);
    // On the window: this button makes place for the recording while it is held.
    const controller = new AbortController();
    const { signal } = controller;
    const mine = (act: (now: globalThis.PointerEvent) => void) => (now: globalThis.PointerEvent) => {
      if (now.pointerId === pointerId) act(now);
    };
    const move = mine((now) => {
      if (fromY - now.clientY < LOCK_PX) return;
      lockVoice();
      controller.abort();
    });
    const release = mine((now) => {
      controller.abort();
      releaseVoice(roomId, now.timeStamp - since, lifetimeMs);
    });
    window.addEventListener('pointermove', move, { signal });
    window.addEventListener('pointerup', release, { signal });
    window.addEventListener(
      'pointercancel',
      mine(() => {
        controller.abort();
        lockVoice();
      }),
      { signal },
    );
  };

  return (
    <IconButton
      icon={Mic}
      label="Record a voice message"
      title="Record a voice message: hold and let go to send, or press once"
      tooltip={false}
      style={{ touchAction: 'none' }}
      onPointerDown={press}
      onClick={({ detail }) => {
        // A key, or a screen reader: a pointer has pressed it already.
        if (detail === 0) startVoice(roomId, false);
      }}
    />
  );
}
