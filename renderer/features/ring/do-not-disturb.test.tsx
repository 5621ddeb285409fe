// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { Rail } from '../shell/rail.tsx';
import { quietWords } from './quiet-words.ts';

const mounted = mountEach();
const at = (day: number, hours: number) => new Date(2026, 10, day, hours).getTime();

async function shown(screen: 'home' | 'do-not-disturb-on', changed: Partial<Actions> = {}) {
  const { store, actions } = createFakeApp(screen, 'light');
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <TooltipProvider>
        <Rail />
      </TooltipProvider>
    </AppProvider>,
  );
}
const bell = () =>
  [...mounted.page.querySelectorAll('button')].find((button) =>
    button.getAttribute('aria-label')?.startsWith('Do not disturb'),
  );
const press = (name: string) =>
  act(async () =>
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === name)?.click(),
  );

describe('the bell of the rail (C11)', () => {
  it('keeps calls quiet for a time that is chosen, two presses away from every screen', async () => {
    const chosen: string[] = [];
    await shown('home', {
      doNotDisturb: async (how) => {
        chosen.push(how);
        return { ok: true, value: null };
      },
    });
    for (const label of ['For an hour', 'Until the morning', 'Until I turn it off']) {
      await act(async () => bell()?.click());
      await press(label);
    }
    expect(chosen).toEqual(['hour', 'morning', 'on']);
  });

  it('says in its name that calls do not ring, and lets them ring again', async () => {
    const chosen: string[] = [];
    await shown('do-not-disturb-on', {
      doNotDisturb: async (how) => {
        chosen.push(how);
        return { ok: true, value: null };
      },
    });
    expect(bell()?.getAttribute('aria-label')).toMatch(/^Do not disturb\. Calls do not ring until /);
    await act(async () => bell()?.click());
    await press('Let calls ring again');
    expect(chosen).toEqual(['off']);
  });
});

describe('the words about calls that do not ring', () => {
  it('say until when, and whether that is tomorrow', () => {
    expect(quietWords(null, at(30, 12))).toBe('Calls ring.');
    expect(quietWords({ why: 'do-not-disturb', until: at(30, 13) }, at(30, 12))).toMatch(
      /^Calls .* until 0?1:00.PM\.$/,
    );
    expect(quietWords({ why: 'quiet-hours', until: at(31, 7) }, at(30, 23))).toMatch(
      /^Quiet hours: calls .* 07:00.AM tomorrow\.$/,
    );
    expect(quietWords({ why: 'do-not-disturb', until: null }, at(30, 12))).toContain('until you turn this off');
  });
});
