import { describe, expect, it } from 'vitest';
import { ServerName, ServerRight } from './server.ts';

describe('a known server', () => {
  it('has a name that a person can see, without blanks around it', () => {
    expect(ServerName.parse('  Office ')).toBe('Office');
    for (const name of ['', '   ', '\u200b', 'x'.repeat(65)]) expect(ServerName.safeParse(name).success).toBe(false);
  });

  it('has lost its right for one of three reasons', () => {
    const lost = (code: string) => ServerRight.safeParse({ at: 'lost', kind: 'token', code }).success;
    expect(['access-refused', 'access-expired', 'access-revoked', 'blocked'].map(lost)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
