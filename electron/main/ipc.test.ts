import type { IpcMainInvokeEvent } from 'electron';
import { describe, expect, it } from 'vitest';
import { isOurPage } from './ipc.ts';
import { type FakeFrame, ownFrame } from './testing/fake-electron.ts';
import { PAGE_URL } from './window-options.ts';

// Asked of Electron itself where it can be had (tests/electron); here are the senders that no page can be.
const sender = (frame: FakeFrame | null, id: number) =>
  ({ sender: { id }, senderFrame: frame }) as unknown as Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>; // what is looked at

describe('our page as the sender of a call', () => {
  it('is the top frame of our page in our window', () => {
    expect(isOurPage(sender(ownFrame(), 7), new Set([7]))).toBe(true);
  });

  it.each<[string, FakeFrame | null, number]>([
    ['a frame that is gone', null, 7],
    ['a frame inside the page', { ...ownFrame(), parent: ownFrame() }, 7],
    ['another site', { url: 'https://evil.example/', origin: 'https://evil.example', parent: null }, 7],
    ['a file', { url: 'file:///tmp/x.html', origin: 'null', parent: null }, 7],
    ['another host of our scheme', { url: 'app://other/index.html', origin: 'app://other', parent: null }, 7],
    ['a host that begins like ours', { url: 'app://bundle.evil/', origin: 'app://bundle.evil', parent: null }, 7],
    ['our address with a foreign origin', { url: PAGE_URL, origin: 'null', parent: null }, 7],
    ['a blank page', { url: 'about:blank', origin: 'app://bundle', parent: null }, 7],
    ['a window that we did not open', ownFrame(), 8],
  ])('is not %s', (_name, frame, id) => {
    expect(isOurPage(sender(frame, id), new Set([7]))).toBe(false);
  });
});
