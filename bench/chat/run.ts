import type { Page } from 'playwright-core';
import { fillOnlyRoom } from '../../tests/support/long-history.ts';
import type { Participant } from '../../tests/support/participant.ts';
import { openStage, type Stage } from '../../tests/support/stage.ts';
import type { BenchRow } from '../bench-row.ts';
import { publishRun } from '../publish.ts';
import { median, p95 } from '../statistics.ts';

const LETTERS = 60;
const WHEEL_STEPS = 120;
const WHEEL_STEP_PX = 600;
const FEW = 50;

type Measured = { letterMs: number[]; frames: number; emptyFrames: number; heapBytes: number };

/** Runs in the page: notes for each key how long it took until the frame with its letter was drawn, in ms. */
function noteLetters(): void {
  const letterMs: number[] = [];
  window.addEventListener(
    'keydown',
    ({ timeStamp }) =>
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        // Behind the work of this frame: what was drawn is drawn.
        channel.port1.onmessage = () => letterMs.push(performance.now() - timeStamp);
        channel.port2.postMessage(null);
      }),
    true,
  );
  Object.assign(window, { letterMs });
}

/** Runs in the page: looks at each frame whether rows cover the whole list. */
function watchFrames(): void {
  const seen = { frames: 0, emptyFrames: 0 };
  const list = document.querySelector('[role=feed]');
  const look = () => {
    if (!list) return;
    const { top, bottom, left, width } = list.getBoundingClientRect();
    seen.frames += 1;
    const at = (y: number) => document.elementsFromPoint(left + width / 2, y).some((each) => each.closest('article'));
    // A day, a mark or the space between two messages may lie in one of the places, but not in most of them.
    const places = Array.from({ length: 12 }, (_, index) => top + ((bottom - top) * (index + 0.5)) / 12);
    if (places.filter(at).length < places.length / 2) seen.emptyFrames += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  Object.assign(window, { framesSeen: seen });
}

/** What lies on the page's heap after a collection, in bytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize }: { usedSize: number } = await session.send('Runtime.getHeapUsage');
    return usedSize;
  } finally {
    await session.detach();
  }
}

/** Opens the room of somebody with so many messages and types and scrolls in it. */
async function measure(stage: Stage, stored: number): Promise<Measured> {
  let ana: Participant = await stage.enter(`Reader of ${stored}`);
  await ana.createRoom('Archive');
  const { profile } = ana;
  await ana.close();
  fillOnlyRoom(profile, stored, 0);
  ana = await stage.reopen(ana);
  const { page } = ana;
  await page
    .getByRole('list', { name: 'Rooms' })
    .getByRole('button', { name: /Archive/ })
    .click();
  const feed = page.getByRole('feed', { name: 'Messages' });
  await feed.getByRole('article').last().waitFor();
  await page.evaluate(noteLetters);
  const field = page.getByRole('textbox', { name: /^Message/ });
  await field.focus();
  for (let letter = 0; letter < LETTERS; letter++) await page.keyboard.press('abcdefghij '[letter % 11] ?? 'a');
  await page.evaluate(watchFrames);
  await feed.hover();
  for (let step = 0; step < WHEEL_STEPS; step++)
    await page.mouse.wheel(0, step < WHEEL_STEPS / 2 ? -WHEEL_STEP_PX : WHEEL_STEP_PX);
  // Frames that show what the last turns of the wheel brought are looked at too.
  await page.evaluate(
    'new Promise((resolve) => { let left = 30; const next = () => (left-- > 0 ? requestAnimationFrame(next) : resolve()); next(); })',
  );
  const letterMs = await page.evaluate<number[]>('letterMs');
  const seen = await page.evaluate<Pick<Measured, 'frames' | 'emptyFrames'>>('framesSeen');
  const heapBytes = await heapOf(page);
  await ana.close();
  return { letterMs, ...seen, heapBytes };
}

/** Typing and scrolling in a room with a long history, in Chromium over the whole app. Compared with a room of few messages. */
export async function run({ quick }: { quick: boolean }): Promise<BenchRow[]> {
  const stored = quick ? 5_000 : 100_000;
  const stage = await openStage();
  try {
    const few = await measure(stage, FEW);
    const many = await measure(stage, stored);
    const room = `room of ${stored.toLocaleString('en')}`;
    const comparedWith = (value: string) => `room of ${FEW}: ${value}`;
    return [
      {
        name: `letter to screen, ${room}, median`,
        value: median(many.letterMs),
        unit: 'ms',
        comparedWith: comparedWith(`${median(few.letterMs).toFixed(1)} ms`),
        ratio: median(many.letterMs) / median(few.letterMs),
      },
      {
        name: `letter to screen, ${room}, p95`,
        value: p95(many.letterMs),
        unit: 'ms',
        comparedWith: comparedWith(`${p95(few.letterMs).toFixed(1)} ms`),
        ratio: p95(many.letterMs) / p95(few.letterMs),
        goal: '≤ 50 ms',
      },
      {
        name: `frames with an empty list while scrolling, ${room}`,
        value: many.emptyFrames,
        unit: `of ${many.frames}`,
        comparedWith: comparedWith(`${few.emptyFrames} of ${few.frames}`),
        goal: '0',
      },
      {
        name: `heap of the page, ${room}`,
        value: many.heapBytes / 1e6,
        unit: 'MB',
        comparedWith: comparedWith(`${(few.heapBytes / 1e6).toFixed(1)} MB`),
        ratio: many.heapBytes / few.heapBytes,
        goal: '≤ 1.5 ×',
      },
    ];
  } finally {
    await stage.close();
  }
}

/** Puts a run into docs/performance-history.md. */
export const publish = (rows: readonly BenchRow[]): Promise<void> => publishRun('performance-history', 'chat', rows);
