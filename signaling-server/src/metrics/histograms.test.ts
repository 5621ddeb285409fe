import { describe, expect, it } from 'vitest';
import { createHistograms, durationFigures, quantile } from './histograms.ts';

describe('durations as histograms (S6)', () => {
  it('estimates quantiles as Prometheus does: evenly within a bucket, the greatest bound beyond the last', () => {
    const buckets = [
      { le: 0.1, count: 50 },
      { le: 0.2, count: 90 },
      { le: 0.4, count: 100 },
      { le: Number.POSITIVE_INFINITY, count: 101 },
    ];
    expect(quantile(buckets, 50 / 101)).toBeCloseTo(0.1);
    expect(quantile(buckets, 70 / 101)).toBeCloseTo(0.15);
    expect(quantile(buckets, 95 / 101)).toBeCloseTo(0.3);
    expect(quantile(buckets, 1)).toBeCloseTo(0.4);
    expect(quantile([], 0.5)).toBe(0);
  });

  it('tells of all routes together how many requests there were, how many failed and how long they took', async () => {
    const { http } = createHistograms();
    for (let at = 0; at < 9; at += 1) http.observe({ method: 'GET', route: '/health', status: 200 }, 0.002);
    http.observe({ method: 'GET', route: '/health', status: 503 }, 0.2);
    http.observe({ method: 'POST', route: '/auth/refresh', status: 200 }, 0.04);
    const figures = durationFigures((await http.get()).values);
    expect(figures).toMatchObject({ total: 11, failed: 1 });
    expect(figures.average).toBeCloseTo((9 * 2 + 200 + 40) / 11);
    expect(figures.p50).toBeLessThan(2.5);
    expect(figures.p99).toBeGreaterThan(100);
  });

  it('is empty before the first request', async () => {
    const figures = durationFigures((await createHistograms().http.get()).values);
    expect(figures).toMatchObject({ total: 0, failed: 0, p50: 0, average: 0 });
  });
});
