import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './testing/fake-clock.ts';
import { createWarnings } from './warnings.ts';

function opened(logged: readonly string[] = []) {
  const clock = new FakeClock();
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { clock, lines, warnings: createWarnings(clock, log, logged) };
}

describe('warnings (S8, S9)', () => {
  it('logs a sentence once, however often it is found, and keeps it with the time of the first', () => {
    const { clock, lines, warnings } = opened();
    const since = clock.now();
    warnings.warn('relay', 'The relay does not answer.');
    clock.advance(1_000);
    warnings.warn('relay', 'The relay does not answer.');
    warnings.warn('relay', 'The relay refuses the secret.');
    expect(lines.map(({ msg }) => msg)).toEqual(['The relay does not answer.', 'The relay refuses the secret.']);
    expect(warnings.current()).toEqual([
      { key: 'relay', sentence: 'The relay refuses the secret.', since, acknowledged: false },
    ]);
  });

  it('forgets what was corrected, and logs it when it comes back', () => {
    const { lines, warnings } = opened();
    warnings.warn('proxy', 'One.');
    warnings.clear('proxy');
    warnings.clear('proxy');
    expect(warnings.current()).toEqual([]);
    warnings.warn('proxy', 'One.');
    expect(lines.map(({ msg }) => msg)).toEqual(['One.', 'a warning is over', 'One.']);
  });

  it('stays acknowledged while it is the same, and is pressed again when it is another one', () => {
    const { warnings } = opened();
    warnings.warn('relay', 'The relay does not answer.');
    expect(warnings.acknowledge('relay')).toBe(true);
    warnings.warn('relay', 'The relay does not answer.');
    expect(warnings.current()).toMatchObject([{ acknowledged: true }]);
    warnings.warn('relay', 'The relay refuses the secret.');
    expect(warnings.current()).toMatchObject([{ acknowledged: false }]);
    expect(warnings.acknowledge('nothing')).toBe(false);
  });

  it('keeps what was logged before it was opened, without logging it again', () => {
    const { lines, warnings } = opened(['PUBLIC_HOSTS is empty.']);
    expect(warnings.current()).toMatchObject([{ sentence: 'PUBLIC_HOSTS is empty.' }]);
    expect(lines).toEqual([]);
  });
});
