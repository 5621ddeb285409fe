import { readConfig, SETTINGS } from '@parley/signaling-server/config.ts';
import { describe, expect, it } from 'vitest';
import { environmentPage } from './environment-page.ts';

describe('the page of the environment (S10)', () => {
  it('has a row of three cells for every setting', () => {
    const rows = environmentPage()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => /^\| `(\w+)`/.exec(row)?.[1])).toEqual(Object.keys(SETTINGS));
    for (const row of rows) expect(row, row).toMatch(/^(\|( [^|\n]|\\\|)([^|]|\\\|)* ){3}\|$/);
  });

  it('says of each secret that it is one, and names no value for it', () => {
    for (const [name, { fallback, isSecret }] of Object.entries(SETTINGS)) {
      if (!/(SECRET|TOKEN|PASSWORD|PRIVATE_KEY|REDIS_URL)$/.test(name)) continue;
      expect({ name, isSecret, fallback }).toEqual({ name, isSecret: true, fallback: '' });
      expect(environmentPage()).toContain(`| \`${name}\` | none | **Secret.** `);
    }
    expect(environmentPage()).toContain('| `PORT` | `7350` | Port');
  });

  it('names defaults that the server takes', () => {
    const written = Object.fromEntries(Object.entries(SETTINGS).map(([name, { fallback }]) => [name, fallback]));
    expect(readConfig(written)).toEqual(readConfig({}));
  });
});
