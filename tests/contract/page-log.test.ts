import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@parley/shared/timing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogFile } from '#core/adapters/log-file.ts';
import { type Core, createCore } from '#core/core.ts';
import { temporaryFolder, testPorts } from '#core/testing/test-kit.ts';
import { parsedBridge } from '../../renderer/bridge/parsed-bridge.ts';
import { errorFields, logUncaught, noLog, PageLog } from '../../renderer/log.ts';

describe('the log of the page', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let core: Core;
  let file: ReturnType<typeof openLogFile>;
  let log: PageLog;
  beforeEach(async () => {
    folder = temporaryFolder();
    file = openLogFile(folder.path, 'info', Date.now);
    core = await createCore(testPorts(join(folder.path, 'profile'), { log: file.log }));
    const bridge = parsedBridge(
      {
        call: (name, input) => core.call(name, input),
        on: (name, listener) => core.subscribe((event, payload) => event === name && listener(payload)),
      },
      noLog,
    );
    log = new PageLog({ clock: systemClock, forward: (entries) => bridge.call('log.write', { entries }) });
  });
  afterEach(() => folder.remove());

  /** Every line of the log file that is about the page, after all was written. */
  const lines = async (): Promise<Record<string, unknown>[]> => {
    await log.flush();
    await core.close();
    await file.close();
    return readFileSync(join(folder.path, 'parley.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"area":"page.'))
      .map((line) => JSON.parse(line) as Record<string, unknown>); // a line of streamLog
  };

  it('brings an error that nothing in the page caught into the file of the core', async () => {
    const page = new EventTarget();
    const undo = logUncaught(page, log.area('page'));
    const error = new TypeError('Ana wrote parley://room/example.org#secret');
    page.dispatchEvent(Object.assign(new Event('error'), { error }));
    page.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: error }));
    undo();
    page.dispatchEvent(Object.assign(new Event('error'), { error }));
    const written = await lines();
    expect(written.map(({ level, area, message }) => ({ level, area, message }))).toEqual([
      { level: 'error', area: 'page.page', message: 'an error was not caught' },
      { level: 'error', area: 'page.page', message: 'a rejection was not caught' },
    ]);
    expect(written[0]).toMatchObject({ error: 'TypeError' });
    expect(JSON.stringify(written)).not.toContain('Ana');
    expect(JSON.stringify(written)).not.toContain('secret');
  });

  it('takes numbers, flags and words as fields, and no addresses, links or ids', async () => {
    const write = (fields: Record<string, unknown>) =>
      core.call('log.write', { entries: [{ at: 1, level: 'info', area: 'mesh', message: 'a message', fields }] });
    expect(await write({ epoch: 2, relayed: true, state: 'open' })).toMatchObject({ ok: true });
    for (const value of ['192.0.2.1', 'parley://x', 'q83vEjRWeJA', 'two words', 'a'.repeat(49), { a: 1 }]) {
      expect(await write({ value }), JSON.stringify(value)).toMatchObject({ ok: false, code: 'bad-request' });
    }
    expect(await lines()).toMatchObject([{ area: 'page.mesh', epoch: 2, relayed: true, state: 'open' }]);
  });

  it('carries what the page says of any error', async () => {
    log.area('page').warn('a thing failed', errorFields(Object.assign(new Error('x'), { name: '', code: 'E 1' })));
    expect(await lines()).toMatchObject([{ error: 'other', code: 'other' }]);
  });
});
