import { describe, expect, it } from 'vitest';
import { drawChart } from './chart.ts';

describe('the chart of a scenario', () => {
  const svg = drawChart({
    name: 'blackout-5',
    title: 'nothing passes for <5 s>',
    series: [
      { name: 'at Ana', perSecond: [20, 20, 0, 0, 18] },
      { name: 'at Ben', perSecond: [20, 19, 0, 0, 20] },
    ],
    marks: [{ atS: 2, text: 'begins' }],
  });

  it('has a line with a point for each second at both ends', () => {
    const lines = [...svg.matchAll(/<polyline [^>]*points="([^"]+)"/g)].map(([, points]) => points?.split(' '));
    expect(lines.map((points) => points?.length)).toEqual([5, 5]);
    const heights = lines[0]?.map((point) => Number(point.split(',')[1])) ?? [];
    expect(heights[2]).toBeGreaterThan(heights[0] ?? 0);
  });

  it('says in words what it shows, and takes no text for markup', () => {
    expect(svg).toContain('<title>Frames shown per second: nothing passes for &lt;5 s></title>');
    expect(svg).toContain('>begins</text>');
  });
});
