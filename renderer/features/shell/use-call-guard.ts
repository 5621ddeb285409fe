import { useEffect } from 'react';
import { useApp } from '../../stores/react.tsx';

/** Has the browser ask before this page is reloaded or closed in the middle of a call; Electron's main process asks for itself. */
export function useCallGuard(): void {
  const isInCall = useApp((state) => state.call.at === 'joined');
  useEffect(() => {
    if (!isInCall) return undefined;
    const onLeaving = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', onLeaving);
    return () => window.removeEventListener('beforeunload', onLeaving);
  }, [isInCall]);
}
