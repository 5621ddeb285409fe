import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { type Beating, Heartbeat } from './heartbeat.ts';

class Far implements Beating {
  beatAt = 0;
  pings = 0;
  ping() {
    this.pings += 1;
  }
}

describe('the heartbeat (S4)', () => {
  let clock: FakeClock;
  let lost: Far[];
  let heart: Heartbeat<Far>;
  beforeEach(() => {
    clock = new FakeClock();
    lost = [];
    heart = new Heartbeat(clock, { intervalMs: 25_000, timeoutMs: 20_000 }, (one) => lost.push(one));
  });

  it('asks once in an interval, for as long as there is an answer', () => {
    const one = new Far();
    heart.add(one);
    clock.advance(24_000);
    expect(one.pings).toBe(0);
    clock.advance(1_000);
    for (let beat = 1; beat <= 5; beat++) {
      expect(one.pings).toBe(beat);
      heart.heard(one);
      clock.advance(25_000);
    }
    expect(lost).toEqual([]);
  });

  it('gives up whoever says nothing, once, and nobody else', () => {
    const [silent, alive] = [new Far(), new Far()];
    heart.add(silent);
    clock.advance(500);
    heart.add(alive);
    clock.advance(26_000);
    heart.heard(alive);
    clock.advance(18_000);
    expect(lost).toEqual([]);
    clock.advance(2_000);
    expect(lost).toEqual([silent]);
    expect(silent.pings).toBe(1);
    heart.heard(alive);
    heart.heard(silent);
    clock.advance(60_000);
    expect(lost).toEqual([silent, alive]);
    expect(heart.size).toBe(0);
  });

  it('asks those who came at different times each at their time', () => {
    const all = Array.from({ length: 20 }, () => new Far());
    for (const one of all) {
      heart.add(one);
      clock.advance(1_000);
    }
    clock.advance(6_500);
    expect(all.map(({ pings }) => pings)).toEqual(all.map((_one, index) => (index <= 1 ? 1 : 0)));
  });

  it('goes on when the clock is set back, by whatever it is', () => {
    const [silent, later] = [new Far(), new Far()];
    heart.add(silent);
    clock.advance(30_000);
    clock.setBack(3_600_000);
    heart.add(later);
    clock.advance(26_000);
    expect([silent.pings, later.pings, lost]).toEqual([1, 1, [silent]]);
  });

  it('forgets who has gone, whether they were asked or not, and leaves no timer behind', () => {
    const [early, late] = [new Far(), new Far()];
    heart.add(early);
    clock.advance(10_000);
    heart.add(late);
    clock.advance(16_000);
    heart.remove(early);
    heart.remove(late);
    clock.advance(100_000);
    expect([early.pings, late.pings, heart.size, lost]).toEqual([1, 0, 0, []]);
    heart.stop();
    expect(clock.pending).toBe(0);
  });
});
