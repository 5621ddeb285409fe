// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { isKey, keyName, type ShortcutKey, shortcutsOf } from './keys.ts';

/** The letters that the keys M, V, S, H, K, L, comma, G and F of a US keyboard type on others; Greek's comma is where a US keyboard has it. */
const LAYOUTS: Readonly<Record<string, string>> = {
  US: 'mvshkl,gf',
  Russian: 'ьмырлдбпа',
  Greek: 'μωσηκλ,γφ',
  Hebrew: 'צהדילךתעכ',
  Arabic: 'ةرسانمولب',
  Korean: 'ㅡㅍㄴㅗㅏㅣ,ㅎㄹ',
};
const KEYS: readonly ShortcutKey[] = ['m', 'v', 's', 'h', 'k', 'l', ',', 'g', 'f'];
const CODES = ['KeyM', 'KeyV', 'KeyS', 'KeyH', 'KeyK', 'KeyL', 'Comma', 'KeyG', 'KeyF'];
const layoutOf = (typed: string) => new Map(CODES.map((code, at) => [code, [...typed][at] ?? '']));

describe('the keys of shortcuts', () => {
  it.each(Object.entries(LAYOUTS))('are where a US keyboard has them on a %s layout', (_name, typed) => {
    for (const [at, code] of CODES.entries()) {
      const pressed = KEYS.filter((key) => isKey({ code, key: [...typed][at] ?? '' }, key));
      expect(pressed).toEqual([KEYS[at]]);
    }
  });

  it('are the letters themselves where the layout moves them: AZERTY and Dvorak', () => {
    // The place of M types a comma on AZERTY, that of the semicolon an M; Dvorak has S where a US keyboard has the semicolon.
    expect(isKey({ code: 'KeyM', key: ',' }, 'm')).toBe(false);
    expect(isKey({ code: 'Semicolon', key: 'm' }, 'm')).toBe(true);
    expect(isKey({ code: 'KeyS', key: 'o' }, 's')).toBe(false);
    expect(isKey({ code: 'Semicolon', key: 's' }, 's')).toBe(true);
  });

  it('count while an input method takes what is typed, and in capitals', () => {
    expect(isKey({ code: 'KeyM', key: 'Process' }, 'm')).toBe(true);
    expect(isKey({ code: 'KeyV', key: 'Process' }, 'm')).toBe(false);
    expect(isKey({ code: 'KeyM', key: 'M' }, 'm')).toBe(true);
  });

  it.each(['Enter', 'Dead', 'Unidentified', 'F1'])('are not a key without a letter: %s', (key) => {
    expect(isKey({ code: 'KeyM', key }, 'm')).toBe(false);
  });

  it('are shown by the local letter where there is no Latin one', () => {
    const name = (layout: string) => keyName('m', layoutOf(LAYOUTS[layout] ?? ''));
    expect(Object.keys(LAYOUTS).map(name)).toEqual(['M', 'Ь', 'Μ', 'צ', 'ة', 'ㅡ']);
    expect(
      keyName(
        'm',
        new Map([
          ['KeyM', ','],
          ['Semicolon', 'm'],
        ]),
      ),
    ).toBe('M');
    expect(keyName('m', new Map())).toBe('M');
  });

  it('are written with the keys that go with them', () => {
    expect(shortcutsOf(layoutOf(LAYOUTS.Russian ?? ''))).toEqual({
      mute: 'Ь',
      camera: 'М',
      share: 'Ы',
      hand: 'Р',
      layout: 'П',
      fullScreen: 'А',
      search: 'Ctrl+Л',
      leave: 'Ctrl+Shift+Д',
      home: 'Ctrl+Shift+Р',
      settings: 'Ctrl+Б',
    });
  });
});
