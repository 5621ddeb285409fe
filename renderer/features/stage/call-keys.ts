import { useEffect } from 'react';
import { useActions } from '../../stores/react.tsx';
import { isCommand, isKey, isTyping } from '../keys.ts';

/** The call's keys while one is in a call and nothing is being typed: M, V, S, H, and Ctrl or Cmd+Shift+L. */
export function useCallKeys(inCall: boolean): void {
  const actions = useActions();
  useEffect(() => {
    if (!inCall) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (isCommand(event)) {
        if (!event.shiftKey || !isKey(event, 'l')) return;
        event.preventDefault();
        actions.leaveCall();
        return;
      }
      if (event.repeat || event.altKey || event.metaKey || event.ctrlKey || isTyping(event.target)) return;
      if (isKey(event, 'm')) actions.toggleMicrophone();
      else if (isKey(event, 'v')) actions.toggleCamera();
      else if (isKey(event, 's')) actions.toggleScreen();
      else if (isKey(event, 'h')) actions.toggleHand();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [inCall, actions]);
}
