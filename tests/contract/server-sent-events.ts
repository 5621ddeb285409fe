/** A reader of server-sent events for Node, as small as the format. */
export type EventReader = {
  on(name: string, listener: (payload: unknown) => void): () => void;
  /** Resolves when the other side has ended the stream. */
  ended: Promise<void>;
  stop(): void;
};

/** Opens a stream and resolves once the host has said hello. Rejects when the host refuses. */
export async function openEvents(url: string, headers: Record<string, string>): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  if (!response.ok || !response.body) throw new Error(`the event stream was refused with ${response.status}`);
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const on = (name: string, listener: (payload: unknown) => void) => {
    const own = (payload: unknown) => listener(payload);
    listeners.set(name, (listeners.get(name) ?? new Set()).add(own));
    return () => void listeners.get(name)?.delete(own);
  };
  const hello = new Promise<void>((resolve) => on('hello', () => resolve()));

  const dispatch = (block: string) => {
    const fields = Object.fromEntries(
      block.split('\n').map((line) => {
        const at = line.indexOf(': ');
        return [line.slice(0, at), line.slice(at + 2)];
      }),
    );
    if (fields.event === undefined) return;
    const payload: unknown = JSON.parse(fields.data ?? 'null');
    for (const listener of listeners.get(fields.event) ?? []) listener(payload);
  };
  const read = async (body: ReadableStream<Uint8Array>) => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const part of body) {
      text += decoder.decode(part, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        dispatch(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  };
  const ended = read(response.body).catch(() => undefined);
  await Promise.race([hello, ended]);
  return { on, ended, stop: () => abort.abort() };
}
