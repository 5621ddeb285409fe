import type { IpcRenderer } from 'electron';

type Names = {
  calls: readonly string[];
  events: readonly string[];
  channel: { call: string; event: string };
};

/**
 * The page's `window.desktop`: two functions over enumerated names, plain JSON in and out. No event
 * object and nothing live crosses; unknown names never reach the main process.
 */
export function createDesktop(ipcRenderer: Pick<IpcRenderer, 'invoke' | 'on'>, { calls, events, channel }: Names) {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  ipcRenderer.on(channel.event, (_event, name: unknown, payload: unknown) => {
    if (typeof name !== 'string' || !events.includes(name)) return;
    for (const listener of listeners.get(name) ?? []) listener(payload);
  });
  return Object.freeze({
    async call(name: string, input: unknown): Promise<unknown> {
      // The sentence stands here once more, because this script carries no list of errors; a test compares them.
      if (!calls.includes(name)) {
        return {
          ok: false,
          code: 'unknown-call',
          message: 'This version of Parley does not know how to do that.',
        };
      }
      return ipcRenderer.invoke(channel.call, name, input);
    },
    /** Returns the undo. A name that is no event is never heard. */
    on(name: string, listener: (payload: unknown) => void): () => void {
      if (!events.includes(name) || typeof listener !== 'function') return () => {};
      const known = listeners.get(name) ?? new Set();
      // A listener that is given twice is called twice, and each undo takes back its own.
      const own = (payload: unknown) => listener(payload);
      listeners.set(name, known.add(own));
      return () => {
        known.delete(own);
      };
    },
  });
}
