import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { lockAllPages } from './navigation.ts';

describe('a server that asks for a certificate of this person', () => {
  it('gets none, whichever the system has', () => {
    const app = new EventEmitter();
    lockAllPages(app as unknown as Pick<App, 'on'>); // what is used
    const preventDefault = vi.fn();
    const choose = vi.fn();
    const certificates = [{ subjectName: 'Ana' }];
    app.emit('select-client-certificate', { preventDefault }, {}, 'https://example.org/', certificates, choose);
    // Without the first Electron shows a certificate by itself; without the second the server waits for ever.
    expect(preventDefault).toHaveBeenCalledOnce();
    expect(choose.mock.calls).toEqual([[]]);
  });
});
