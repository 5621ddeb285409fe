// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseDrops } from './refuse-drops.ts';

let undo: () => void;
beforeEach(() => {
  document.body.innerHTML = '<main><p>words</p><textarea></textarea><input type="range"></main>';
  undo = refuseDrops(document);
});
afterEach(() => undo());

/** Whether the page keeps the browser from doing what it does with such a drop. */
function isRefused(onto: string, types: string[], name: 'dragover' | 'drop' = 'drop'): boolean {
  const event = new Event(name, { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: { types, dropEffect: 'copy' } });
  document.querySelector(onto)?.dispatchEvent(event);
  return event.defaultPrevented;
}

describe('what is dropped on the page', () => {
  it('does not take its place, be it a file or a link', () => {
    for (const name of ['dragover', 'drop'] as const) {
      expect(isRefused('p', ['Files'], name)).toBe(true);
      expect(isRefused('textarea', ['Files'], name)).toBe(true);
      expect(isRefused('p', ['text/uri-list', 'text/plain'], name)).toBe(true);
    }
  });

  it('goes into a field where it is text, and nowhere else', () => {
    expect(isRefused('textarea', ['text/plain'])).toBe(false);
    expect(isRefused('input', ['text/uri-list'])).toBe(true);
  });

  it('is left to a field that takes files', () => {
    const take = (event: Event) => event.preventDefault();
    const textarea = document.querySelector('textarea');
    textarea?.addEventListener('dragover', take);
    const event = new Event('dragover', { bubbles: true, cancelable: true });
    Object.assign(event, { dataTransfer: { types: ['Files'], dropEffect: 'copy' } });
    textarea?.dispatchEvent(event);
    expect((event as DragEvent).dataTransfer?.dropEffect).toBe('copy');
  });
});
