// @vitest-environment happy-dom
import { refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { DEVICE_CODE, participant } from '../../testing/gallery/samples/people.ts';
import { mountEach } from '../../testing/mounted.ts';
import { qrTextOf } from './code-qr.ts';
import { SafetyCodeButton } from './safety-code-button.tsx';

const mounted = mountEach();
const ana = participant('Ana Moreira');
const own = qrTextOf(DEVICE_CODE);

/** One press on a tile, and another one to scan `text`. */
async function scanned(text: string) {
  const { store, actions } = createFakeApp('room-people', 'light');
  const decided: boolean[] = [];
  const changed: Partial<Actions> = {
    setVerified: async (_, verified) => {
      decided.push(verified);
      return { ok: true, value: null };
    },
    openScanner: async () => refuse('camera-missing'),
    readQrPicture: async () => ({ ok: true, value: text }),
  };
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <SafetyCodeButton participant={ana} className={undefined} />
    </AppProvider>,
  );
  const press = (name: string) =>
    act(async () => {
      const named = (each: Element) => [each.getAttribute('aria-label'), each.textContent.trim()].includes(name);
      const found = [...document.querySelectorAll<HTMLElement>('button, summary')].filter(named);
      if (found.length !== 1) throw new Error(`${found.length} of ${name}`);
      found[0]?.click();
    });
  await press('Safety code with Ana Moreira');
  await press('Scan their code');
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  if (!input) throw new Error('no field for a picture');
  Object.defineProperty(input, 'files', { value: [new File([], 'code.png')] });
  await act(async () => input.dispatchEvent(new Event('change', { bubbles: true })));
  return { decided, said: document.querySelector('dialog')?.textContent ?? '' };
}

describe('the safety code by scanning (C9)', () => {
  it('verifies the person when it is the same, and says so', async () => {
    const { decided, said } = await scanned(own);
    expect(decided).toEqual([true]);
    expect(said).toContain('The codes match');
  });

  it('takes the verification back when it is another one, and says what to do', async () => {
    const { decided, said } = await scanned(own.replace('99214', '99215'));
    expect(decided).toEqual([false]);
    expect(said).toContain('do not match');
    expect(said).toContain('agree on a new room');
  });

  it('decides nothing on a code of something else', async () => {
    const { decided, said } = await scanned('parley://join/example.org#1.a.b');
    expect(decided).toEqual([]);
    expect(said).toContain('no safety code');
  });
});
