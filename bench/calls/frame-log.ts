import type { Page } from 'playwright-core';

/** When frames of each tile were shown, by its label, in milliseconds since 1970 and in order. */
export type ShownFrames = Readonly<Record<string, readonly number[]>>;

/** Runs in the page: notes each frame that is shown of any other participant, from then on. Self-contained: only its source gets there. */
function noteFrames(): void {
  const shown: Record<string, number[]> = {};
  const watched = new WeakSet<HTMLVideoElement>();
  const look = () => {
    for (const video of document.querySelectorAll<HTMLVideoElement>('[data-sess] video, video[data-label]')) {
      if (watched.has(video)) continue;
      watched.add(video);
      const note = () => {
        // A tile may be given to somebody else.
        const label = video.dataset.label ?? video.closest('[data-sess]')?.getAttribute('aria-label');
        if (label && label !== 'You') {
          shown[label] ??= [];
          shown[label].push(performance.timeOrigin + performance.now());
        }
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    }
  };
  look();
  setInterval(look, 100);
  Object.assign(window, { shownFrames: shown });
}

/** Begins to note frames in a page; done twice it goes on. */
export async function watchShown(page: Page): Promise<void> {
  if (!(await page.evaluate<boolean>('"shownFrames" in window'))) await page.evaluate(noteFrames);
}

/** Takes the frames that were noted since the last time. */
export const takeShown = (page: Page): Promise<ShownFrames> =>
  page.evaluate<ShownFrames>(
    '(() => { const taken = structuredClone(window.shownFrames); for (const each of Object.values(window.shownFrames)) each.length = 0; return taken; })()',
  );

/** Frames between two moments. */
export const countBetween = (frames: readonly number[], fromMs: number, untilMs: number): number =>
  frames.filter((at) => at >= fromMs && at < untilMs).length;

/** So many frames within a second after one mean that the picture is back, and not that one last frame came. */
const GOES_ON = 5;

/** The first frame from a moment on after which the picture goes on; undefined where there is none. */
export const backAt = (frames: readonly number[], fromMs: number): number | undefined =>
  frames.find((at) => at >= fromMs && countBetween(frames, at, at + 1_000) >= GOES_ON);

/** The longest time between two frames in a row, from one moment to another, in ms; the time up to and from them counts. */
export function longestGapMs(frames: readonly number[], fromMs: number, untilMs: number): number {
  const within = [fromMs, ...frames.filter((at) => at > fromMs && at < untilMs), untilMs];
  return Math.max(...within.map((at, index) => (index === 0 ? 0 : at - (within[index - 1] ?? at))));
}

/** Frames in each second from a moment on. */
export const perSecond = (frames: readonly number[], fromMs: number, seconds: number): number[] =>
  Array.from({ length: seconds }, (_, second) =>
    countBetween(frames, fromMs + second * 1_000, fromMs + (second + 1) * 1_000),
  );
