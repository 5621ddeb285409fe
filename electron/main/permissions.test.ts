import { describe, expect, it } from 'vitest';
import { mayHave } from './permissions.ts';
import { PAGE_URL } from './window-options.ts';

const own = { origin: PAGE_URL, isMainFrame: true, isOurWindow: true };

describe('permissions', () => {
  it.each([
    'media',
    'display-capture',
    'fullscreen',
    'notifications',
    'clipboard-sanitized-write',
    'speaker-selection',
    'local-network-access',
    'local-network',
    'loopback-network',
  ])('our page may have %s', (permission) => {
    expect(mayHave({ ...own, permission })).toBe(true);
  });

  it.each([
    'geolocation',
    'clipboard-read',
    'midi',
    'midiSysex',
    'pointerLock',
    'keyboardLock',
    'openExternal',
    'hid',
    'serial',
    'usb',
    'fileSystem',
    'idle-detection',
    'storage-access',
    'window-management',
    'unknown',
    'something-new',
  ])('our page may not have %s', (permission) => {
    expect(mayHave({ ...own, permission })).toBe(false);
  });

  it.each([
    ['another site', { origin: 'https://evil.example/' }],
    ['another host of our scheme', { origin: 'app://other/' }],
    ['a frame inside the page', { isMainFrame: false }],
    ['a window that we did not open', { isOurWindow: false }],
  ])('%s may have nothing', (_whose, more) => {
    expect(mayHave({ ...own, permission: 'media', ...more })).toBe(false);
  });
});
