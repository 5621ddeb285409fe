import { describe, expect, it } from 'vitest';
import { createHistograms, httpFigures, quantile } from './histograms.ts';

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

  it('tells of each route how many requests it had, how many failed and how long they took', async () => {
    const { http } = createHistograms();
    for (let at = 0; at < 9; at += 1) http.observe({ method: 'GET', route: '/health', status: 200 }, 0.002);
    http.observe({ method: 'GET', route: '/health', status: 503 }, 0.2);
    http.observe({ method: 'POST', route: '/auth/refresh', status: 200 }, 0.04);
    const { all, routes: found } = httpFigures((await http.get()).values);
    const routes = Object.fromEntries(found);
    expect(routes['GET /health']).toMatchObject({ total: 10, failed: 1, error_rate: 0.1 });
    expect(routes['GET /health']?.p50).toBeLessThan(2.5);
    expect(routes['GET /health']?.p99).toBeGreaterThan(100);
    expect(routes['POST /auth/refresh']).toMatchObject({ total: 1, failed: 0, error_rate: 0 });
    expect(all).toMatchObject({ total: 11, failed: 1 });
    expect(all.average).toBeCloseTo((9 * 2 + 200 + 40) / 11);
  });

  it('is empty before the first request', async () => {
    const { all, routes } = httpFigures((await createHistograms().http.get()).values);
    expect(all).toMatchObject({ total: 0, failed: 0, error_rate: 0, p50: 0, average: 0 });
    expect(routes).toEqual([]);
  });
});
