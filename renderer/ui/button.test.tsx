// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Button } from './button.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
beforeEach(() => {
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(async () => {
  await act(async () => root.unmount());
  document.body.replaceChildren();
});

describe('a button whose work has begun', () => {
  it('keeps the focus, says that it is busy, and neither acts nor sends its form again', async () => {
    const done: string[] = [];
    const show = (busy: boolean) =>
      act(async () =>
        root.render(
          <form
            onSubmit={(event) => {
              event.preventDefault();
              done.push('sent');
            }}
          >
            <Button type="submit" busy={busy} onClick={() => done.push('pressed')}>
              Send
            </Button>
          </form>,
        ),
      );
    await show(false);
    const button = document.querySelector('button');
    button?.focus();
    button?.click();
    expect(done).toEqual(['pressed', 'sent']);
    await show(true);
    button?.click();
    expect(done).toEqual(['pressed', 'sent']);
    expect(button?.disabled).toBe(false);
    expect(button?.getAttribute('aria-disabled')).toBe('true');
    expect(document.activeElement).toBe(button);
  });
});
