// @vitest-environment happy-dom
import { act, useState } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { mountEach } from '../testing/mounted.ts';
import { Dialog } from './dialog.tsx';

const mounted = mountEach();

function Entries() {
  const [entries, setEntries] = useState(['first', 'second']);
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <ul>
      {entries.map((entry) => (
        <li key={entry}>
          <button type="button" onClick={() => setAsked(entry)}>
            Remove {entry}
          </button>
        </li>
      ))}
      {asked ? (
        <Dialog title="Remove?" onClose={() => setAsked(null)}>
          <button
            type="button"
            onClick={() => {
              setEntries((all) => all.filter((entry) => entry !== asked));
              setAsked(null);
            }}
          >
            Yes
          </button>
        </Dialog>
      ) : null}
    </ul>
  );
}

const press = (name: string) =>
  act(async () => {
    const button = [...document.querySelectorAll('button')].find((one) => (one.ariaLabel ?? one.textContent) === name);
    button?.focus();
    button?.click();
  });

describe('closing a dialog', () => {
  beforeEach(() => mounted.render(<Entries />));

  it('gives the focus back to the button that opened it', async () => {
    await press('Remove second');
    await press('Close');
    expect(document.activeElement).toBe(document.querySelector('li + li button'));
  });

  it('gives it to the next button around, where the one that opened it is gone', async () => {
    await press('Remove second');
    await press('Yes');
    expect(document.activeElement).toBe(document.querySelector('ul button'));
  });
});
