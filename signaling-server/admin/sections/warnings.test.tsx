// @vitest-environment happy-dom
import { act } from 'react';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { createAdminStore } from '../store/admin-store.ts';
import type { AdminApi } from '../store/api.ts';
import { AdminProvider } from '../store/react.tsx';
import { fakeOverview } from '../testing/fake-overview.ts';
import { mountEach } from '../testing/mounted.ts';
import { Warnings } from './warnings.tsx';

const mounted = mountEach();

it('says that a warning is acknowledged, and leaves the focus on it when its button is gone (S8)', async () => {
  const acknowledged = new Set<unknown>();
  const warnings = ['certificate', 'silent-proxy'].map((key) => ({
    key,
    sentence: `About ${key}.`,
    since: '2026-03-14T12:00:00.000Z',
  }));
  const api: AdminApi = {
    ask: async <T,>(_token: string, _path: string, schema: z.ZodType<T>) => ({
      ok: true,
      value: schema.parse(
        fakeOverview({ warnings: warnings.map((one) => ({ ...one, acknowledged: acknowledged.has(one.key) })) }),
      ),
    }),
    tell: async (_token, _path, body) => {
      acknowledged.add((body as { key: string }).key);
      return { ok: true, value: null };
    },
    remove: async () => ({ ok: true, value: null }),
  };
  const storage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  const admin = createAdminStore({ api, clock: { now: () => 0, after: () => () => {} }, storage });
  await admin.signIn('the-token');
  await mounted.render(
    <AdminProvider admin={admin}>
      <Warnings />
    </AdminProvider>,
  );
  const button = mounted.page.querySelector('button');
  button?.focus();
  await act(async () => button?.click());
  expect(admin.store.getState().said.text).toBe('The warning is acknowledged.');
  expect(document.activeElement?.textContent).toMatch(/^About certificate\..*acknowledged$/);
});
