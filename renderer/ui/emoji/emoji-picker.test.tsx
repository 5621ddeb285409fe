// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { mountEach } from '../../testing/mounted.ts';
import { loadEmoji } from './emoji-data.ts';
import { EmojiPicker } from './emoji-picker.tsx';

const mounted = mountEach();

async function shown(recent: string[] = [], tone = 0) {
  await loadEmoji();
  const chosen: string[] = [];
  const tones: number[] = [];
  await mounted.render(
    <EmojiPicker
      recent={recent}
      tone={tone}
      onTone={(next) => tones.push(next)}
      onChoose={(emoji) => chosen.push(emoji)}
    />,
  );
  const field = mounted.page.querySelector('input');
  if (!field) throw new Error('the picker has no field');
  const press = (...keys: string[]) =>
    act(async () => {
      for (const key of keys)
        field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    });
  const pressEach = async (...keys: string[]) => {
    for (const key of keys) await press(key);
  };
  const type = (text: string) =>
    act(async () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  return { page: mounted.page, field, chosen, tones, press: pressEach, type };
}

describe('the picker of emoji', () => {
  it('chooses what was searched by Enter, and goes through what was found by the arrow keys', async () => {
    const { type, press, chosen } = await shown();
    await type('tada');
    await press('Enter');
    await type('dog');
    await press('ArrowDown', 'ArrowUp', 'Enter');
    expect(chosen).toEqual(['🎉', '🐶']);
  });

  it('begins with those that were used last, in their tone', async () => {
    const { press, chosen } = await shown(['👋🏿', '🧀', 'unknown'], 1);
    await press('Enter', 'ArrowRight', 'Enter');
    expect(chosen).toEqual(['👋🏿', '🧀']);
  });

  it('goes from group to group by Page Down, and gives the emoji in the chosen tone', async () => {
    const { type, press, chosen } = await shown([], 3);
    await press('PageDown', 'Enter');
    await type('thumbs up');
    await press('Enter');
    expect(chosen).toEqual(['👋🏽', '👍🏽']);
  });

  it('goes to a group by its button, also out of a search', async () => {
    const { page, type, press, chosen } = await shown();
    await type('dog');
    await act(async () => page.querySelector<HTMLElement>('[aria-label="Flags"]')?.click());
    await press('Enter');
    expect(chosen).toEqual(['🏁']);
  });

  it('tells of a chosen skin tone', async () => {
    const { page, tones } = await shown();
    const select = page.querySelector('select');
    if (!select) throw new Error('the picker has no skin tones');
    await act(async () => {
      select.value = '2';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect([select.getAttribute('aria-label'), tones]).toEqual(['Skin tone', [2]]);
  });

  it('has the focus in its field as soon as the emoji are there', async () => {
    const { field } = await shown();
    expect(document.activeElement).toBe(field);
  });

  it('says that nothing was found', async () => {
    const { page, type, press, chosen } = await shown();
    await type('zzzz');
    await press('Enter');
    expect([page.textContent?.includes('Nothing was found.'), chosen]).toEqual([true, []]);
  });
});
