import type { IpcRenderer } from 'electron';

type Names = {
  calls: readonly string[];
  events: readonly string[];
  channel: { call: string; event: string };
};

/**
 * What the page gets as `window.desktop`: two functions over enumerated names, plain JSON in and out. No event
 * object and nothing live crosses; unknown names never reach the main process.
 */
export function createDesktop(ipcRenderer: Pick<IpcRenderer, 'invoke' | 'on'>, { calls, events, channel }: Names) {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  ipcRenderer.on(channel.event, (_event, name: unknown, payload: unknown) => {
    if (typeof name !== 'string') return;
    for (const listener of listeners.get(name) ?? []) listener(payload);
  });
  return Object.freeze({
    call(name: string, input: unknown): Promise<unknown> {
      if (!calls.includes(name)) return Promise.reject(new Error('unknown call'));
      return ipcRenderer.invoke(channel.call, name, input);
    },
    on(name: string, listener: (payload: unknown) => void): () => void {
      if (!events.includes(name)) throw new Error('unknown event');
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener));
      return () => {
        known.delete(listener);
      };
    },
  });
}
