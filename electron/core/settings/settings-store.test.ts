import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { usualSettings } from '@parley/shared/model';
import { ParleyError } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/test-kit.ts';
import { openSettings } from './settings-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'settings.json');
});
afterEach(() => folder.remove());
const open = () => openSettings(file, () => 1_700_000_000_000);

describe('settings', () => {
  it('start with the usual ones and keep what was changed, part by part', () => {
    const { store, damaged } = open();
    expect(damaged).toBe(false);
    expect(store.get()).toEqual(usualSettings);
    store.change({ devices: { startMuted: true } });
    store.change({ appearance: { theme: 'dark' }, homeServer: 'example.org' });
    const expected = {
      ...usualSettings,
      appearance: { theme: 'dark' },
      devices: { ...usualSettings.devices, startMuted: true },
      homeServer: 'example.org',
    };
    expect(open().store.get()).toEqual(expected);
    expect(store.change({ homeServer: null }).homeServer).toBeNull();
  });

  it.each(['{"version": 1, "profi', '[]', '{"version": 2}', ''])(
    'that cannot be read (%j) are set aside unchanged, and the usual ones taken',
    (content) => {
      writeFileSync(file, content);
      const { store, damaged } = open();
      expect(damaged).toBe(true);
      expect(store.get()).toEqual(usualSettings);
      const [aside] = readdirSync(folder.path);
      expect(aside).toBe('settings.damaged-1700000000000.json');
      expect(readFileSync(join(folder.path, String(aside)), 'utf8')).toBe(content);
    },
  );

  it('let a new name count though the one before was taken by a clock that ran ahead', () => {
    const { store } = openSettings(join(folder.path, 'settings.json'), () => 1_000);
    store.change({ profile: { username: 'Ana', displayName: null } }, 5_000);
    expect(store.change({ profile: { username: 'Anna', displayName: null } }).profileAt).toBe(5_001);
  });

  it('of an earlier Parley are kept, and what it did not know takes its usual value', () => {
    const { hosting, ...older } = usualSettings;
    writeFileSync(file, JSON.stringify({ ...older, privacy: { relayOnly: true }, homeServer: 'example.org' }));
    const { store, damaged } = open();
    expect(damaged).toBe(false);
    expect(store.get()).toEqual({
      ...usualSettings,
      privacy: { ...usualSettings.privacy, relayOnly: true },
      hosting,
      homeServer: 'example.org',
    });
  });

  it('that cannot be written stay as they were', () => {
    const { store } = open();
    store.change({ hosting: { lan: true } });
    const before = readFileSync(file, 'utf8');
    // Where the new content would be written first, something stands in the way.
    mkdirSync(`${file}.new`);
    expect(() => store.change({ hosting: { lan: false } })).toThrow(ParleyError);
    expect(store.get().hosting.lan).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it.runIf(process.platform !== 'win32')('are readable for this user alone, and leave nothing beside them', () => {
    open().store.change({ homeServer: 'example.org' });
    expect(readdirSync(folder.path)).toEqual(['settings.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
