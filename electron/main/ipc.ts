import { BRIDGE_CHANNEL } from '@parley/shared/bridge';
import { type Outcome, refuse } from '@parley/shared/protocol';
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Core, CorePage } from '#core/core.ts';
import { originOf } from './permissions.ts';
import { ORIGIN } from './window-options.ts';

/** The largest input of a call as JSON, the same as on the loopback host. */
export const INPUT_MAX_CHARS = 512 * 1024;

/** The part of a page's contents that the bridge uses. */
export type PageContents = Pick<WebContents, 'id' | 'send' | 'isDestroyed'> & Pick<NodeJS.EventEmitter, 'on' | 'off'>;

/** A page is over when it is closed, has died, or another one was loaded in its place. */
const PAGE_ENDS = ['destroyed', 'render-process-gone', 'did-navigate'] as const;

type Sender = Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>;

/** Whether a message comes from the top frame of our own page in a window that we opened. */
export function isOurPage({ sender, senderFrame }: Sender, knownIds: ReadonlySet<number>): boolean {
  return (
    senderFrame !== null &&
    senderFrame.parent === null &&
    senderFrame.origin === ORIGIN &&
    originOf(senderFrame.url) === ORIGIN &&
    knownIds.has(sender.id)
  );
}

/**
 * The input as plain JSON. Structured clone carries more than JSON does: dates, maps, cycles, buffers. Both bridges
 * carry the same, so what is more becomes what JSON makes of it, or is refused.
 */
function plainJson(input: unknown): Outcome<unknown> {
  try {
    const text = JSON.stringify(input === undefined ? {} : input);
    if (text === undefined) return refuse('bad-request');
    return text.length > INPUT_MAX_CHARS ? refuse('too-large') : { ok: true, value: JSON.parse(text) };
  } catch {
    return refuse('bad-request');
  }
}

/** The one handler: checks the sender, hands name and input to the core's router, answers an Outcome. Returns the undo. */
export function installBridge(
  ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>,
  core: Pick<Core, 'openPage'>,
  knownIds: ReadonlySet<number>,
): () => void {
  const pages = new Map<number, { core: CorePage; end: () => void }>();
  const pageOf = (contents: PageContents): CorePage => {
    const known = pages.get(contents.id);
    if (known) return known.core;
    const page = core.openPage((event, payload) => {
      if (!contents.isDestroyed()) contents.send(BRIDGE_CHANNEL.event, event, payload);
    });
    const end = () => {
      for (const name of PAGE_ENDS) contents.off(name, end);
      pages.delete(contents.id);
      page.close();
    };
    for (const name of PAGE_ENDS) contents.on(name, end);
    pages.set(contents.id, { core: page, end });
    return page;
  };

  ipcMain.handle(BRIDGE_CHANNEL.call, async (event, name: unknown, input: unknown): Promise<Outcome<unknown>> => {
    if (!isOurPage(event, knownIds)) return refuse('sender-refused');
    if (typeof name !== 'string') return refuse('bad-request', { path: 'name' });
    const plain = plainJson(input);
    return plain.ok ? pageOf(event.sender).call(name, plain.value) : plain;
  });
  return () => {
    ipcMain.removeHandler(BRIDGE_CHANNEL.call);
    for (const { end } of [...pages.values()]) end();
  };
}

/** Sends the core's events to our windows; returns the undo. */
export const forwardEvents = (
  core: Pick<Core, 'subscribe'>,
  pages: () => readonly Pick<WebContents, 'send' | 'isDestroyed'>[],
): (() => void) =>
  core.subscribe((event, payload) => {
    for (const contents of pages()) {
      if (!contents.isDestroyed()) contents.send(BRIDGE_CHANNEL.event, event, payload);
    }
  });
