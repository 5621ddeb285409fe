import { EventEmitter } from 'node:events';
import type { IpcMain, IpcMainInvokeEvent, IpcRenderer, WebContents } from 'electron';
import { ORIGIN, PAGE_URL } from '../window-options.ts';

/**
 * Named fakes of the parts of Electron that the app uses. Each throws from whatever it does not fake, so that new use
 * of Electron shows in the tests first.
 */
export function strict<T extends object>(name: string, parts: T): T {
  return new Proxy(parts, {
    get(target, key, receiver) {
      // Promises ask everything they are given for `then`.
      if (key in target || key === 'then' || typeof key === 'symbol') return Reflect.get(target, key, receiver);
      throw new Error(`the fake ${name} has no ${key}`);
    },
  });
}

export type FakeFrame = { url: string; origin: string; parent: FakeFrame | null };

/** The top frame of the page as Electron describes it. */
export const ownFrame = (): FakeFrame => ({ url: PAGE_URL, origin: ORIGIN, parent: null });

type InvokeHandler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;
type PageListener = (event: unknown, ...args: unknown[]) => void;

/**
 * Main process and page joined by a wire that copies as Electron's does. `frame` is what main sees as the sender;
 * a test may put another in its place.
 */
export function fakeIpc(contents: FakeContents = new FakeContents(1)) {
  const handlers = new Map<string, InvokeHandler>();
  const page = new EventEmitter();
  const wire = { frame: ownFrame() as FakeFrame | null, contents };
  /** Hands the page what main sends. */
  const deliver = (channel: string, args: unknown[]): void => {
    page.emit(channel, { sender: 'not for the page' }, ...args);
  };
  contents.deliver = deliver;

  const ipcMain = strict('ipcMain', {
    handle(channel: string, handler: InvokeHandler) {
      if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
      handlers.set(channel, handler);
    },
    removeHandler: (channel: string) => void handlers.delete(channel),
  });
  const ipcRenderer = strict('ipcRenderer', {
    async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      const handler = handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      const event = strict('invoke event', { sender: wire.contents, senderFrame: wire.frame });
      // The fake event holds what the handler may look at, and throws for the rest.
      return structuredClone(await handler(event as unknown as IpcMainInvokeEvent, ...structuredClone(args)));
    },
    on: (channel: string, listener: PageListener) => page.on(channel, listener),
  });
  return {
    wire,
    handlers,
    deliver,
    // Fakes stand for the parts that are used; anything else throws by name.
    ipcMain: ipcMain as unknown as IpcMain,
    ipcRenderer: ipcRenderer as unknown as IpcRenderer,
  };
}

/** A page's contents: remembers what was set, and lets a test make its events. */
export class FakeContents extends EventEmitter {
  readonly id: number;
  destroyed = false;
  reloads = 0;
  deliver: (channel: string, args: unknown[]) => void = () => {};

  constructor(id: number) {
    super();
    this.id = id;
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new Error('Object has been destroyed');
    this.deliver(channel, structuredClone(args));
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  reload(): void {
    this.reloads++;
  }
  /** For functions that take the real type: throws by name for what is not faked. */
  asWebContents(): WebContents {
    return strict('webContents', this) as unknown as WebContents; // the fake has what is used
  }
}
