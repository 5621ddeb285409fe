// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { mountEach } from '../testing/mounted.ts';
import { Button } from './button.tsx';

const mounted = mountEach();

describe('a button whose work has begun', () => {
  it('keeps the focus, says that it is busy, and neither acts nor sends its form again', async () => {
    const done: string[] = [];
    const show = (busy: boolean) =>
      mounted.render(
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
