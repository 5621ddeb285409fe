import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { underFlood } from './under-flood.ts';

describe('what is made anew only so often', () => {
  it('is made for everybody while few ask, and for four a second when many do', async () => {
    const clock = new FakeClock();
    let made = 0;
    const ask = underFlood(
      async () => ++made,
      () => clock.now(),
    );
    for (let n = 1; n <= 20; n++) expect(await ask()).toBe(n);
    for (let n = 0; n < 1_000; n++) expect(await ask()).toBe(20);
    clock.advance(250);
    expect(await ask()).toBe(21);
    expect(await ask()).toBe(21);
    clock.advance(60_000);
    expect(await ask()).toBe(22);
  });

  it('shares what is still being made, and a failure with nobody who comes later', async () => {
    const clock = new FakeClock();
    let fails = false;
    let made = 0;
    const make = () => (fails ? Promise.reject(new Error('no')) : Promise.resolve(++made));
    const ask = underFlood(make, () => clock.now());
    for (let n = 0; n < 19; n++) await ask();
    fails = true;
    await expect(ask()).rejects.toThrow('no');
    fails = false;
    expect(await ask()).toBe(20);
  });
});
