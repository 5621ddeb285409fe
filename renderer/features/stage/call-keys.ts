import { useEffect, useRef } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { isCommand, isKey, isTyping } from '../keys.ts';
import { toggleFullScreen } from './full-screen.ts';

/** Whether Space belongs to what has the focus: to a control that was reached by the keyboard, not to one that was clicked. */
const usesSpace = (target: EventTarget | null): boolean =>
  isTyping(target) || (target instanceof Element && target !== document.body && target.matches(':focus-visible'));

/**
 * The call's keys while one is in a call and nothing is being typed: M, V, S, H, G, F, and Ctrl or Cmd+Shift+L. While Space is held
 * somebody who is muted is heard. G and F change how the call is shown, and do nothing while it is not on the screen.
 */
export function useCallKeys(inCall: boolean, isShown: boolean): void {
  const actions = useActions();
  const layout = useApp((state) => state.settings.stage.layout);
  const shown = useRef(layout);
  useEffect(() => {
    shown.current = layout;
  }, [layout]);
  useEffect(() => {
    if (!inCall) return undefined;
    let isHeld = false;
    const letGo = () => {
      if (isHeld) actions.holdToTalk(false);
      isHeld = false;
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || !isHeld) return;
      event.preventDefault();
      letGo();
    };
    const onKey = (event: KeyboardEvent) => {
      if (isCommand(event)) {
        if (!event.shiftKey || !isKey(event, 'l')) return;
        event.preventDefault();
        actions.leaveCall();
        return;
      }
      if (event.code === 'Space' && isHeld) return event.preventDefault();
      if (event.repeat || event.altKey || event.metaKey || event.ctrlKey || isTyping(event.target)) return;
      if (event.code === 'Space') {
        if (usesSpace(event.target)) return;
        isHeld = true;
        actions.holdToTalk(true);
        event.preventDefault();
        return;
      }
      if (isKey(event, 'm')) actions.toggleMicrophone();
      else if (isKey(event, 'v')) actions.toggleCamera();
      else if (isKey(event, 's')) actions.toggleScreen();
      else if (isKey(event, 'h')) actions.toggleHand();
      else if (isShown && isKey(event, 'g'))
        void actions.changeSettings({ stage: { layout: shown.current === 'grid' ? 'speaker' : 'grid' } });
      else if (isShown && isKey(event, 'f')) toggleFullScreen();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener('keyup', onKeyUp);
    // A key that is let go in another window says nothing here.
    window.addEventListener('blur', letGo);
    return () => {
      letGo();
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('blur', letGo);
    };
  }, [inCall, isShown, actions]);
}
