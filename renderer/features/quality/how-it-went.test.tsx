// @vitest-environment happy-dom
import type { CallTimeline, TimelineSpan } from '@parley/shared/model';
import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { sampleTimeline } from '../../testing/gallery/samples/calls.ts';
import { callId, deviceIdOf } from '../../testing/gallery/samples/ids.ts';
import { design } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { HowItWent } from './how-it-went.tsx';
import { personSentence, spanWords } from './timeline-words.ts';

const mounted = mountEach();

async function show(kept: Outcome<CallTimeline | null>) {
  const app = createFakeApp('room', 'light');
  const saved: string[] = [];
  const actions = {
    ...app.actions,
    timelineOf: async () => kept,
    saveText: (_name: string, text: string) => void saved.push(text),
  };
  await mounted.render(
    <AppProvider app={{ ...app, actions }}>
      <HowItWent roomId={design} callId={callId} />
    </AppProvider>,
  );
  const press = (name: string) =>
    act(async () => {
      const all = [...mounted.page.querySelectorAll('button')];
      all.find((button) => button.textContent?.trim() === name)?.click();
    });
  const texts = (selector: string) => [...mounted.page.querySelectorAll(selector)].map((each) => each.textContent);
  return { press, texts, saved };
}

describe('how a call went, in the conversation (C7)', () => {
  it('says it of each person in words, on demand', async () => {
    const { press, texts } = await show(accept(sampleTimeline));
    expect(texts('section')).toEqual([]);
    await press('How it went');
    expect(texts('h4')).toEqual(['Ana Moreira', 'Benedikt', 'Chiara Fontana']);
    expect(texts('h4 + p')[0]).toBe('Good connection all the time.');
    expect(texts('li').slice(0, 5)).toEqual([
      '0:00 – 3:10 Good connection',
      '3:10 – 4:25 Fair connection: far relay',
      '4:25 – 5:30 Poor connection: their network',
      '5:30 – 5:42 Connection cut',
      '5:42 – 12:07 Good connection',
    ]);
    await press('How it went');
    expect(texts('section')).toEqual([]);
  });

  it('gives a report away without names', async () => {
    const { press, texts, saved } = await show(accept(sampleTimeline));
    await press('How it went');
    await press('Save report…');
    expect(JSON.parse(saved[0] ?? '')).toMatchObject({
      callSeconds: 727,
      people: [
        { person: 'Person 1' },
        { timeline: [{}, { from: 190, to: 265, level: 'fair', cause: 'far-relay' }, {}, {}, {}] },
        { person: 'Person 3' },
      ],
    });
    for (const { name, deviceId } of sampleTimeline.people) {
      expect(saved[0]).not.toContain(name);
      expect(saved[0]).not.toContain(deviceId);
    }
    expect(texts('[role=status]')[0]).toContain('parley-call-report.json');
  });

  it('leaves good times, and more than a few others, to the report', async () => {
    const spans = Array.from({ length: 30 }, (_, at): TimelineSpan => {
      const span = { fromMs: at * 1_000, toMs: at * 1_000 + 1_000 };
      return at % 2 ? { ...span, level: 'good', cause: null } : { ...span, level: 'fair', cause: 'far-away' };
    });
    const { press, texts } = await show(
      accept({ lengthMs: 30_000, people: [{ deviceId: deviceIdOf('Ana'), name: 'Ana', spans }] }),
    );
    await press('How it went');
    expect(texts('li')).toHaveLength(9);
    expect(texts('li').at(-1)).toBe('7 more times in the report.');
  });

  it('says why nothing is shown', async () => {
    const failed = await show(refuse('disk-full'));
    await failed.press('How it went');
    expect(failed.texts('section p')).toEqual([expect.stringMatching(/disk/i)]);
  });

  it('says that nothing is kept', async () => {
    const { press, texts } = await show(accept(null));
    await press('How it went');
    expect(texts('section p')).toEqual(['Nothing is kept of how this call went.']);
  });
});

describe('the words of a timeline (C7)', () => {
  const person = (...spans: TimelineSpan[]) => ({ deviceId: deviceIdOf('Ana'), name: 'Ana', spans });
  const span = (fromMs: number, toMs: number, level: TimelineSpan['level']): TimelineSpan => ({
    fromMs,
    toMs,
    level,
    cause: null,
  });

  it('add up how long it was bad, the worst first', () => {
    const mixed = person(
      span(0, 60_000, 'good'),
      span(60_000, 65_000, 'away'),
      span(65_000, 185_000, 'fair'),
      span(185_000, 205_000, 'poor'),
    );
    expect(personSentence(mixed)).toBe(
      'The connection was poor for 20 seconds, fair for 2 minutes and cut for 5 seconds, and good otherwise.',
    );
    expect(personSentence(person(span(0, 9_000, 'poor')))).toBe('The connection was poor for 9 seconds.');
  });

  it('name the cause where there is one', () => {
    expect([spanWords({ level: 'away', cause: null }), spanWords({ level: 'fair', cause: 'far-away' })]).toEqual([
      'Connection cut',
      'Fair connection: long way',
    ]);
  });
});
