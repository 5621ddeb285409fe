import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createWarnings } from '../warnings.ts';
import { type RelayVerdict, readRelayUrl } from './relay-test.ts';
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
      url === failing
        ? { at: 'failed', url, fault: 'unreachable', sentence: `${url} does not answer.` }
        : { at: 'ok', url, tookMs: 12 };
  };
  return { clock, warnings, tested, watch, pass, fail };
}

describe('the watch over the relay (S19)', () => {
  it('tests every address after the start and every five minutes from then on', async () => {
    const { tested, watch, pass, warnings } = watched();
    expect(watch.state()).toEqual({ verdicts: [], testedAt: undefined });
    await pass(5_000);
    expect(tested).toEqual([UDP, TLS]);
    expect(watch.problem()).toBeUndefined();
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
    expect(watch.problem()).toBe(`${TLS} does not answer.`);
    expect(warnings.current().map(({ sentence }) => sentence)).toEqual([`${TLS} does not answer.`]);
    fail('');
    await pass(30_000);
    expect(watch.problem()).toBeUndefined();
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

describe("a relay's address (S19)", () => {
  it.each([
    ['turn:a.example', { host: 'a.example', port: 3_478, transport: 'udp' }],
    ['turn:a.example:80?transport=tcp', { host: 'a.example', port: 80, transport: 'tcp' }],
    ['turns:a.example', { host: 'a.example', port: 5_349, transport: 'tls' }],
    ['turns:a.example:443?transport=tcp', { host: 'a.example', port: 443, transport: 'tls' }],
    ['turn:[2001:db8::1]:3478?transport=udp', { host: '2001:db8::1', port: 3_478, transport: 'udp' }],
  ])('%s is read', (url, wanted) => {
    expect(readRelayUrl(url)).toEqual(wanted);
  });

  it('is refused where it is none', () => {
    expect(readRelayUrl('https://a.example')).toBeUndefined();
  });
});
