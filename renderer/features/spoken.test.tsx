// @vitest-environment happy-dom
import { act } from 'react';
import { expect, it } from 'vitest';
import { mountEach } from '../testing/mounted.ts';
import { Spoken, useSpoken } from './spoken.tsx';

const mounted = mountEach();

function Speaker() {
  const [said, say] = useSpoken();
  return (
    <>
      <Spoken said={said} />
      <button type="button" onClick={() => say('Ben joined the call')}>
        Say
      </button>
    </>
  );
}

it('gives the same sentence twice as two, in a region that stays', async () => {
  await mounted.render(<Speaker />);
  const region = document.querySelector('[aria-live]');
  const press = () => act(async () => document.querySelector('button')?.click());
  await press();
  const first = region?.firstElementChild;
  expect(region?.textContent).toBe('Ben joined the call');
  await press();
  expect(region?.textContent).toBe('Ben joined the call');
  expect(region?.isConnected).toBe(true);
  expect(region?.firstElementChild).not.toBe(first);
});
