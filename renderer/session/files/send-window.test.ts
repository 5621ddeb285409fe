import { expect, it } from 'vitest';
import { SendWindow, WINDOW_MIN_BYTES } from './send-window.ts';

const FRAME = 65_536;

/**
 * Sends for some seconds over a way that takes so long and carries so many bytes a millisecond. Answers how many bytes came in a millisecond,
 * and how long the last frames waited beyond the way itself.
 */
function sendOver(
  window: SendWindow,
  { latencyMs, bytesPerMs, seconds = 20 }: { latencyMs: number; bytesPerMs: number; seconds?: number },
) {
  const underWay: { sentAt: number; gotAt: number; upTo: number }[] = [];
  let [sent, got, freeAt] = [0, 0, 0];
  const waits: number[] = [];
  for (let now = 0; now < seconds * 1_000; now++) {
    for (let first = underWay[0]; first && first.gotAt <= now; first = underWay[0]) {
      underWay.shift();
      got = first.upTo;
      window.got(got, now);
      waits.push(now - first.sentAt - latencyMs - FRAME / bytesPerMs);
    }
    while (!window.isFull) {
      sent += FRAME;
      freeAt = Math.max(freeAt, now) + FRAME / bytesPerMs;
      underWay.push({ sentAt: now, gotAt: freeAt + latencyMs, upTo: sent });
      window.sent(FRAME, now);
    }
  }
  return { bytesPerMs: got / (seconds * 1_000), waitMs: Math.max(...waits.slice(-200)) };
}

it('lets files use a long way almost whole', () => {
  const { bytesPerMs } = sendOver(new SendWindow(), { latencyMs: 150, bytesPerMs: 12_500 });
  expect(bytesPerMs).toBeGreaterThan(0.9 * 12_500);
});

it.each([
  [4_000, 1],
  [1_000, 1],
  [20_000, 40],
])('lets little wait on the way at %i bytes a millisecond over %i ms', (bytesPerMs, latencyMs) => {
  const sent = sendOver(new SendWindow(), { latencyMs, bytesPerMs });
  expect(sent.bytesPerMs).toBeGreaterThan(0.9 * bytesPerMs);
  // The least window waits longer than wanted where the way is very slow.
  expect(sent.waitMs).toBeLessThan(Math.max(100, WINDOW_MIN_BYTES / bytesPerMs));
});

it('lets no more wait after ten minutes', () => {
  const sent = sendOver(new SendWindow(), { latencyMs: 20, bytesPerMs: 1_000, seconds: 600 });
  expect(sent.bytesPerMs).toBeGreaterThan(0.9 * 1_000);
  expect(sent.waitMs).toBeLessThan(WINDOW_MIN_BYTES / 1_000);
});

it('does not grow by files that never fill it', () => {
  const window = new SendWindow();
  for (let at = 0; at < 200; at++) {
    window.sent(FRAME, 10 * at);
    window.got((at + 1) * FRAME, 10 * at + 1);
  }
  let atOnce = 0;
  for (; !window.isFull; atOnce++) window.sent(FRAME, 2_000);
  expect(atOnce * FRAME).toBeLessThanOrEqual(2 * WINDOW_MIN_BYTES);
});

it('does not believe that more arrived than was sent, nor less than before', () => {
  const window = new SendWindow();
  while (!window.isFull) window.sent(FRAME, 0);
  window.got(100 * WINDOW_MIN_BYTES, 1);
  expect(window.isFull).toBe(true);
  window.got(FRAME, 1);
  expect(window.isFull).toBe(false);
  window.got(2 * FRAME, 2);
  window.sent(FRAME, 3);
  for (const bytes of [FRAME, 0]) window.got(bytes, 4);
  expect(window.isFull).toBe(false);
});
