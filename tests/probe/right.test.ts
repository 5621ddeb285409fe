import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepToken, readRight } from './right.ts';

const TOKEN = `parley_3L5BXxzVVe3x_1_${'a'.repeat(43)}`;

describe('how the probe gets in (S18, S11)', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-right-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is without a right where none is given', () => {
    expect(readRight({})).toEqual({ kind: 'none' });
    expect(readRight({ PARLEY_PROBE_PASSWORD: '' })).toEqual({ kind: 'none' });
  });

  it('is by a password or a token of the environment or of a file', () => {
    expect(readRight({ PARLEY_PROBE_PASSWORD: 'five random words' })).toEqual({
      kind: 'password',
      password: 'five random words',
    });
    const file = join(folder, 'token');
    writeFileSync(file, `parley://server/parley.example.org#1.${TOKEN}\n`);
    expect(readRight({ PARLEY_PROBE_TOKEN_FILE: file })).toEqual({ kind: 'token', refreshToken: TOKEN, file });
    expect(readRight({ PARLEY_PROBE_TOKEN: TOKEN })).toEqual({ kind: 'token', refreshToken: TOKEN, file: undefined });
  });

  it('says what is wrong with it, without repeating it', () => {
    expect(() => readRight({ PARLEY_PROBE_TOKEN: 'rubbish-of-mine' })).toThrow(/^(?!.*rubbish).*no server invitation/);
    expect(() => readRight({ PARLEY_PROBE_TOKEN: TOKEN, PARLEY_PROBE_PASSWORD: 'x' })).toThrow('not both');
    expect(() => readRight({ PARLEY_PROBE_TOKEN_FILE: join(folder, 'none') })).toThrow('cannot be read');
  });

  it('keeps the next token for its user alone', async () => {
    const file = join(folder, 'token');
    await keepToken(file, TOKEN);
    expect(readFileSync(file, 'utf8').trim()).toBe(TOKEN);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
