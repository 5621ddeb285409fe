import { BRIDGE_CHANNEL } from '@parley/shared/bridge';
import { refuse } from '@parley/shared/protocol';
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Core } from '#core/core.ts';
import { originOf } from './permissions.ts';
import { ORIGIN } from './window-options.ts';

type Sender = Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>;

/** Whether a message comes from the top frame of our own page in a window that we opened. */
export function isOurPage({ sender, senderFrame }: Sender, knownIds: ReadonlySet<number>): boolean {
  return (
    senderFrame !== null &&
    senderFrame.parent === null &&
    originOf(senderFrame.url) === ORIGIN &&
    knownIds.has(sender.id)
  );
}

/** The one handler: checks the sender, hands name and input to the core's router, answers an Outcome. */
export function installBridge(
  ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>,
  core: Pick<Core, 'call'>,
  knownIds: ReadonlySet<number>,
): () => void {
  ipcMain.handle(BRIDGE_CHANNEL.call, (event, name: unknown, input: unknown) => {
    if (!isOurPage(event, knownIds)) return refuse('sender-refused');
    if (typeof name !== 'string') return refuse('bad-request');
    return core.call(name, input);
  });
  return () => ipcMain.removeHandler(BRIDGE_CHANNEL.call);
}

/** Sends the core's events to the windows; returns the undo. */
export const forwardEvents = (
  core: Pick<Core, 'subscribe'>,
  windows: () => readonly Pick<WebContents, 'send' | 'isDestroyed'>[],
): (() => void) =>
  core.subscribe((event, payload) => {
    for (const contents of windows()) {
      if (!contents.isDestroyed()) contents.send(BRIDGE_CHANNEL.event, event, payload);
    }
  });
