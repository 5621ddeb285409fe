import type { BridgeEvent } from '@parley/shared/bridge';
import type { Preparing } from '@parley/shared/model';
import { refusalOf, refuse } from '@parley/shared/protocol';
import type { Core, CorePage } from './core.ts';
import type { FileContent } from './files/file-requests.ts';

/** The call with which a page starts, and starts again after a failure. */
const FIRST_CALL = 'app.info';

/**
 * A core that can be opened anew behind the same face, on a profile whose files were replaced. Calls that come meanwhile wait; pages hear
 * `app.restarted` when it is open again. `open` gets the way to ask for that, and one to say that opening takes long: from then on there is a
 * face whose calls wait, and pages hear `app.preparing`. Where opening then fails every call is refused with the reason, until a page
 * starts again.
 */
export async function restartable(
  open: (restart: () => void, preparing: (progress: Preparing) => void) => Promise<Core>,
): Promise<Core> {
  const listeners = new Set<(event: BridgeEvent, payload: unknown) => void>();
  const tell = (event: BridgeEvent, payload: unknown) => {
    for (const listener of [...listeners]) listener(event, payload);
  };
  const takesLong = Promise.withResolvers<void>();
  let progress: Preparing | undefined;
  const preparing = (now: Preparing) => {
    progress = now;
    takesLong.resolve();
    tell('app.preparing', now);
  };

  /** The open one, or the last that was. */
  let current: Core | undefined;
  let at: 'opening' | 'open' | 'failed' = 'opening';
  let closed = false;
  const start = async (before?: Core): Promise<Core> => {
    at = 'opening';
    try {
      if (before) await before.close();
      const core = await open(restart, preparing);
      core.subscribe(tell);
      current = core;
      at = 'open';
      return core;
    } catch (thrown) {
      at = 'failed';
      throw thrown;
    } finally {
      progress = undefined;
    }
  };
  /** That it fails is for those to hear who call; it may be nobody. */
  const forCallers = (opened: Promise<Core>): Promise<Core> => {
    opened.catch(() => undefined);
    return opened;
  };
  const restart = (): void => {
    const before = current;
    if (closed || at !== 'open' || !before) return;
    ready = forCallers(start(before));
    const say = () => tell('app.restarted', {});
    ready.then(say, say);
  };
  let ready = forCallers(start());
  await Promise.race([ready, takesLong.promise]);

  const content: FileContent = {
    bodyMaxBytes: (path) => current?.content.bodyMaxBytes(path) ?? 0,
    isFor: (path) => current?.content.isFor(path) ?? false,
    answer: async (method, path, body) => (await ready).content.answer(method, path, body),
  };
  const call = async (name: string, ask: (core: Core) => ReturnType<Core['call']>) => {
    if (at === 'failed' && name === FIRST_CALL && !closed) ready = forCallers(start());
    try {
      return await ask(await ready);
    } catch (error) {
      return refusalOf(error);
    }
  };

  return {
    call: (name, input) => call(name, (core) => core.call(name, input)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openPage(hear) {
      let page: { of: Core; core: CorePage } | undefined;
      let isOver = false;
      const pageOf = (core: Core): CorePage => {
        if (page?.of !== core) {
          page?.core.close();
          page = { of: core, core: core.openPage(hear) };
        }
        return page.core;
      };
      if (at === 'open' && current) pageOf(current);
      // It was not there when this was told.
      else if (progress) hear('app.preparing', progress);
      return {
        call: (name, input) =>
          call(name, async (core) => (isOver ? refuse('cancelled') : pageOf(core).call(name, input))),
        close() {
          isOver = true;
          page?.core.close();
        },
      };
    },
    content,
    openDeepLink(text) {
      if (at === 'open' && current) return current.openDeepLink(text);
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
