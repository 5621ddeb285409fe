// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../stores/react.tsx';
import { createFakeApp } from '../testing/gallery/fake-app.ts';
import { mountEach } from '../testing/mounted.ts';
import { SoundFields } from './processing-fields.tsx';

const mounted = mountEach();
const noise = () => document.querySelector<HTMLSelectElement>('select[aria-label="Background noise"]');
const why = () => document.getElementById(noise()?.getAttribute('aria-describedby') ?? '')?.textContent ?? null;

async function showSound(fellBack: boolean) {
  const app = createFakeApp('settings-devices', 'light');
  const { settings } = app.store.getState();
  app.store.setState({
    settings: { ...settings, processing: { ...settings.processing, noise: 'strong' } },
    noiseFellBack: fellBack,
  });
  await mounted.render(
    <AppProvider app={app}>
      <SoundFields />
    </AppProvider>,
  );
  return app;
}

const choose = (option: string) =>
  act(async () => {
    const select = noise();
    if (!select) throw new Error('no menu');
    select.value = option;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });

describe('the menu for background noise (C10)', () => {
  it('shows what was chosen where that runs', async () => {
    await showSound(false);
    expect(noise()?.value).toBe('strong');
    expect(why()).toBeNull();
  });

  it('shows what runs instead, with the reason, until Strong is chosen again', async () => {
    const app = await showSound(true);
    expect(noise()?.value).toBe('standard');
    expect(why()).toContain('Standard is used');
    await choose('strong');
    expect(app.store.getState()).toMatchObject({ noiseFellBack: false, settings: { processing: { noise: 'strong' } } });
    expect(noise()?.value).toBe('strong');
    expect(why()).toBeNull();
  });
});
