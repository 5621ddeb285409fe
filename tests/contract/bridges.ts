import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BRIDGE_CALL_NAMES, BRIDGE_CHANNEL, BRIDGE_EVENT_NAMES, type RawBridge } from '@parley/shared/bridge';
import { type Core, createCore } from '#core/core.ts';
import type { CorePorts } from '#core/ports.ts';
import { type TestClock, temporaryFolder, testClock, testPorts } from '#core/testing/test-kit.ts';
import { startLoopback } from '#loopback/start-loopback.ts';
import { forwardEvents, installBridge } from '../../electron/main/ipc.ts';
import { FakeContents, fakeIpc } from '../../electron/main/testing/fake-electron.ts';
import { createDesktop } from '../../electron/preload/desktop.ts';
import { openEvents } from './server-sent-events.ts';

/** A bridge to a fresh core, and what a test needs to look behind it. */
export type OpenedBridge = RawBridge & {
  core: Core;
  clock: TestClock;
  /** Closes the way that the host closes. */
  close(): Promise<void>;
  /** Removes what is left on the disk. */
  remove(): void;
};

/** The id of the page that the loopback host is given. */
const PAGE = 'the-page-of-this-bridge';

/** How each bridge answers an input that is larger than any call needs. */
export type BridgeKind = {
  name: string;
  whenHuge: 'too-large' | 'bad-request';
  open(more?: Partial<CorePorts>): Promise<OpenedBridge>;
};

const direct: BridgeKind = {
  name: 'the core itself',
  whenHuge: 'bad-request',
  async open(more = {}) {
    const folder = temporaryFolder();
    const clock = testClock();
    const core = await createCore(testPorts(folder.path, { clock, ...more }));
    const told = new Set<(event: string, payload: unknown) => unknown>();
    const page = core.openPage((event, payload) => {
      for (const listener of told) listener(event, payload);
    });
    return {
      core,
      clock,
      call: (name, input) => page.call(name, input),
      on(name, listener) {
        const undo = core.subscribe((event, payload) => event === name && listener(payload));
        const own = (event: string, payload: unknown) => event === name && listener(payload);
        told.add(own);
        return () => {
          undo();
          told.delete(own);
        };
      },
      close: () => core.close(),
      remove: folder.remove,
    };
  },
};

const loopback: BridgeKind = {
  name: 'the loopback host over HTTP',
  whenHuge: 'too-large',
  async open(more = {}) {
    const folder = temporaryFolder();
    const clock = testClock();
    writeFileSync(join(folder.path, 'index.html'), '<!doctype html><html><head></head></html>');
    const profile = join(folder.path, 'profile');
    const host = await startLoopback({ profile, pageRoot: folder.path, ports: testPorts(profile, { clock, ...more }) });
    const origin = `http://127.0.0.1:${host.port}`;
    const entered = await fetch(host.url, { redirect: 'manual' });
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    const events = await openEvents(`${origin}/bridge/events?page=${PAGE}`, { cookie });
    return {
      core: host.core,
      clock,
      async call(name, input) {
        const response = await fetch(`${origin}/bridge/call`, {
          method: 'POST',
          headers: { cookie, origin, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
          body: JSON.stringify({ page: PAGE, name, input }),
        });
        return response.json();
      },
      on: (name, listener) => events.on(name, listener),
      async close() {
        await host.close();
        // The host ends its streams by itself.
        await events.ended;
      },
      remove: folder.remove,
    };
  },
};

const electron: BridgeKind = {
  name: "Electron's main process and preload script",
  whenHuge: 'too-large',
  async open(more = {}) {
    const folder = temporaryFolder();
    const clock = testClock();
    const core = await createCore(testPorts(folder.path, { clock, ...more }));
    const contents = new FakeContents(7);
    const { ipcMain, ipcRenderer } = fakeIpc(contents);
    const uninstall = installBridge(ipcMain, core, new Set([7]));
    const unsubscribe = forwardEvents(core, () => [contents.asWebContents()]);
    const desktop = createDesktop(ipcRenderer, {
      calls: BRIDGE_CALL_NAMES,
      events: BRIDGE_EVENT_NAMES,
      channel: BRIDGE_CHANNEL,
    });
    return {
      core,
      clock,
      call: (name, input) => desktop.call(name, input),
      on: (name, listener) => desktop.on(name, listener),
      async close() {
        unsubscribe();
        uninstall();
        await core.close();
      },
      remove: folder.remove,
    };
  },
};

export const BRIDGES: readonly BridgeKind[] = [direct, loopback, electron];
