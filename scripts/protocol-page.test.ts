import { clientEvents, ERRORS, serverEvents } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { protocolPage, storedPage } from './protocol-page.ts';

describe('docs/protocol.md', () => {
  it('is what the tables say now (node scripts/run.mjs scripts/protocol-page.ts)', async () => {
    expect(await storedPage()).toBe(await protocolPage());
  });

  it('names every event and every code', async () => {
    const page = await storedPage();
    for (const name of [...Object.keys(clientEvents), ...Object.keys(serverEvents)]) {
      expect(page).toContain(`#### \`${name}\``);
    }
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`| \`${code}\` |`);
  });
});
