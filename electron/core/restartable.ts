import type { BridgeEvent } from '@parley/shared/bridge';
import { refusalOf } from '@parley/shared/protocol';
import type { Core } from './core.ts';
import type { FileContent } from './files/file-requests.ts';

/**
 * A core that can be opened anew behind the same face, on a profile whose files were replaced. Calls that come meanwhile wait; pages hear
 * `app.restarted` when it is open again. `open` gets the way to ask for that.
 */
export async function restartable(open: (restart: () => void) => Promise<Core>): Promise<Core> {
  const listeners = new Set<(event: BridgeEvent, payload: unknown) => void>();
  const tell = (event: BridgeEvent, payload: unknown) => {
    for (const listener of [...listeners]) listener(event, payload);
  };
  let current: Core;
  let ready: Promise<Core>;
  let closed = false;
  let isOpen = true;
  const start = async (): Promise<Core> => {
    const core = await open(restart);
    core.subscribe(tell);
    current = core;
    isOpen = true;
    return core;
  };
  const restart = (): void => {
    if (closed || !isOpen) return;
    isOpen = false;
    const before = current;
    ready = before.close().then(start);
    ready.then(
      () => tell('app.restarted', {}),
      // Every call is refused with the reason from here on.
      () => tell('app.restarted', {}),
    );
  };
  current = await start();
  ready = Promise.resolve(current);

  const content: FileContent = {
    get bodyMaxBytes() {
      return current.content.bodyMaxBytes;
    },
    isFor: (path) => current.content.isFor(path),
    answer: async (method, path, body) => (await ready).content.answer(method, path, body),
  };
  const call = async (ask: (core: Core) => ReturnType<Core['call']>) => {
    try {
      return await ask(await ready);
    } catch (error) {
      return refusalOf(error);
    }
  };

  return {
    call: (name, input) => call((core) => core.call(name, input)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openPage(hear) {
      let core = current;
      let page = core.openPage(hear);
      return {
        call: (name, input) =>
          call(async (now) => {
            if (now !== core) {
              page.close();
              core = now;
              page = core.openPage(hear);
            }
            return page.call(name, input);
          }),
        close: () => page.close(),
      };
    },
    content,
    openDeepLink(text) {
      if (isOpen) return current.openDeepLink(text);
      ready.then(
        (core) => core.openDeepLink(text),
        () => undefined,
      );
    },
    async close() {
      closed = true;
      listeners.clear();
      const core = await ready.catch(() => null);
      await core?.close();
    },
  };
}
