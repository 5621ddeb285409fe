import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createWarnings } from '../warnings.ts';
import type { RelayVerdict } from './relay-test.ts';
import { RELAY_TEST_EVERY_MS, watchRelay } from './watch-relay.ts';

const UDP = 'turn:parley.example.org?transport=udp';
const TLS = 'turns:parley.example.org?transport=tcp';
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function watched() {
  const clock = new FakeClock();
  const warnings = createWarnings(clock, pino({ level: 'silent' }));
  const tested: string[] = [];
  let answer = (url: string): RelayVerdict => ({ at: 'ok', url, tookMs: 12 });
  const watch = watchRelay({
    urls: [UDP, TLS],
    clock,
    warnings,
    test: async (url) => {
      tested.push(url);
      return answer(url);
    },
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  const fail = (failing: string): void => {
    answer = (url) =>
      url === failing ? { at: 'failed', url, sentence: `${url} does not answer.` } : { at: 'ok', url, tookMs: 12 };
  };
  return { clock, warnings, tested, watch, pass, fail };
}

describe('the watch over the relay (S19)', () => {
  it('tests every address after the start and every five minutes from then on', async () => {
    const { tested, watch, pass, warnings } = watched();
    expect([watch.verdicts(), watch.slowestMs()]).toEqual([[], 0]);
    await pass(5_000);
    expect(tested).toEqual([UDP, TLS]);
    expect([watch.problem(), watch.slowestMs()]).toEqual([undefined, 12]);
    await pass(RELAY_TEST_EVERY_MS - 1);
    expect(tested).toHaveLength(2);
    await pass(1);
    expect(tested).toHaveLength(4);
    expect(warnings.current()).toEqual([]);
    watch.close();
  });

  it('warns of an address that fails, tests again soon, and takes the warning back when it works', async () => {
    const { watch, pass, fail, warnings } = watched();
    fail(TLS);
    await pass(5_000);
    expect([watch.problem(), watch.slowestMs()]).toEqual([`${TLS} does not answer.`, null]);
    expect(watch.verdicts()).toContainEqual({ at: 'failed', url: TLS, sentence: `${TLS} does not answer.` });
    expect(warnings.current().map(({ sentence }) => sentence)).toEqual([`${TLS} does not answer.`]);
    fail('');
    await pass(30_000);
    expect([watch.problem(), watch.slowestMs()]).toEqual([undefined, 12]);
    expect(warnings.current()).toEqual([]);
    watch.close();
  });

  it('tests nothing more when it is closed', async () => {
    const { tested, watch, pass } = watched();
    watch.close();
    await pass(RELAY_TEST_EVERY_MS);
    expect(tested).toEqual([]);
  });
});
