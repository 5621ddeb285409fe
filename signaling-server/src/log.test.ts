import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { createPseudonyms } from './pseudonyms.ts';

describe('createLog (S9)', () => {
  it('redacts what must not be written, should it ever be passed by its name', () => {
    const lines: string[] = [];
    const { log } = createLog({ logLevel: 'info', logPretty: false }, { write: (line) => void lines.push(line) });
    const secrets = {
      ip: '203.0.113.7',
      box: 'sealed-box',
      resumeToken: 'the-token',
      roomId: 'the-room',
      sig: 'the-sig',
    };
    log.info({ ...secrets, nested: secrets }, 'careless');
    for (const secret of Object.values(secrets)) expect(lines.join()).not.toContain(secret);
    expect(lines.join()).toContain('careless');
  });

  it('redacts in errors as well, and leaves everything else as it was', () => {
    const lines: string[] = [];
    const { log } = createLog({ logLevel: 'info', logPretty: false }, { write: (line) => void lines.push(line) });
    const cause = Object.assign(new Error('why'), { token: 'the-token', code: 'E_WHY' });
    const given = {
      err: cause,
      earlier: cause,
      at: new Date(0),
      list: [1, 2],
      nested: { kept: true, sig: 'the-sig' },
      none: undefined,
      nothing: null,
    };
    log.error(given, 'failed');
    expect(lines.join()).not.toMatch(/the-token|the-sig/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      err: { type: 'Error', message: 'why', code: 'E_WHY', token: '[redacted]', stack: expect.any(String) },
      earlier: { code: 'E_WHY', token: '[redacted]' },
      at: '1970-01-01T00:00:00.000Z',
      list: [1, 2],
      nested: { kept: true, sig: '[redacted]' },
      nothing: null,
    });
    expect(given.nested.sig).toBe('the-sig');
  });
});

describe('what was thrown', () => {
  it('is logged whatever it is', () => {
    const lines: string[] = [];
    const { log } = createLog({ logLevel: 'info', logPretty: false }, { write: (line) => void lines.push(line) });
    for (const err of [null, 'boom', 7, { token: 'the-token' }]) log.error({ err }, 'failed');
    expect(lines.map((line) => JSON.parse(line).err)).toEqual([null, 'boom', 7, { token: '[redacted]' }]);
  });
});

describe('createPseudonyms (S6, S9)', () => {
  it('gives one room one name within a process, and another in the next', () => {
    const [one, two] = [createPseudonyms(), createPseudonyms()];
    expect(one.room('a')).toBe(one.room('a'));
    expect(one.room('a')).not.toBe(one.room('b'));
    expect(one.room('a')).not.toBe(two.room('a'));
    expect(one.room('a')).not.toBe(one.address('a'));
  });
});
