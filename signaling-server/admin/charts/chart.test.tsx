// @vitest-environment happy-dom
import { act, useState } from 'react';
import { describe, expect, it } from 'vitest';
import { fakeSample } from '../testing/fake-overview.ts';
import { mountEach } from '../testing/mounted.ts';
import { Chart, summaryOf } from './chart.tsx';
import { CHARTS, type ChartKind, type Sample } from './kinds.ts';
import { timeAxis } from './scale.ts';

const noon = new Date(2026, 2, 14, 12).getTime();
const kindOf = (title: string): ChartKind => {
  const kind = CHARTS.find((one) => one.title === title);
  if (!kind) throw new Error(`no chart ${title}`);
  return kind;
};
const people = kindOf('Connections and participants');
const delay = kindOf('Event loop delay');
const samples = [3, 9, 6].map((connections, n) =>
  fakeSample(noon + n * 10_000, { connections, participants: connections - 1, event_loop_delay_ms: connections * 10 }),
);

const mounted = mountEach();

function Held({ kind, shown, limit }: { kind: ChartKind; shown: readonly Sample[]; limit: number | undefined }) {
  const [cursor, setCursor] = useState<number>();
  const time = timeAxis(shown[0]?.at ?? 0, shown.at(-1)?.at ?? 0);
  return <Chart kind={kind} samples={shown} time={time} limit={limit} cursor={cursor} onCursor={setCursor} />;
}

async function show(kind: ChartKind, shown: readonly Sample[] = samples, limit?: number) {
  await mounted.render(<Held kind={kind} shown={shown} limit={limit} />);
  const slider = mounted.page.querySelector<HTMLElement>('[role="slider"]');
  if (!slider) throw new Error('the chart has no slider');
  const press = (key: string) =>
    act(async () => void slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })));
  const read = () => slider.getAttribute('aria-valuetext')?.replace(/^\S+( [AP]M)?: /, '');
  return { slider, press, read };
}

describe('a chart', () => {
  it('reads the newest moment until another is chosen, and is back there after Escape', async () => {
    const { press, read, slider } = await show(people);
    expect(read()).toBe('Connections 6, Participants 5');
    await press('ArrowLeft');
    expect(read()).toBe('Connections 9, Participants 8');
    expect(mounted.page.textContent).toContain('Connections9');
    await press('Home');
    expect(read()).toBe('Connections 3, Participants 2');
    await press('ArrowLeft');
    expect(slider.getAttribute('aria-valuenow')).toBe('0');
    await press('PageUp');
    expect(slider.getAttribute('aria-valuenow')).toBe('2');
    await press('Home');
    await press('Escape');
    expect(read()).toBe('Connections 6, Participants 5');
  });

  it('stays on the chosen moment when new samples come and old ones go', async () => {
    const { press, read } = await show(people);
    await press('ArrowLeft');
    const later = [...samples.slice(1), fakeSample(noon + 30_000, { connections: 40 })];
    await mounted.render(<Held kind={people} shown={later} limit={undefined} />);
    expect(read()).toBe('Connections 9, Participants 8');
  });

  it('tells in words what the lines show', async () => {
    const { slider } = await show(people);
    const summary = document.getElementById(slider.getAttribute('aria-describedby') ?? '')?.textContent;
    expect(summary).toBe(summaryOf(people, samples));
    expect(summary).toMatch(/^Connections: 6 now, highest 9 at .*12:00.*, lowest 3 at .*12:00.* Participants: 5 now/);
    expect(summaryOf(people, samples.slice(0, 1))).toContain('Connections: 3 all the time.');
    expect(summaryOf(people, [])).toContain('Connections: no samples yet.');
  });

  it('shows the limit once the values come near it', async () => {
    await show(delay, samples, 200);
    expect(mounted.page.textContent).not.toContain('limit');
    await show(delay, [...samples, fakeSample(noon + 30_000, { event_loop_delay_ms: 150 })], 200);
    expect(mounted.page.textContent).toContain('limit 200 ms');
  });
});
