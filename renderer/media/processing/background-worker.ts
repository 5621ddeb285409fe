/** Hides the background of a camera's pictures, away from the page. See background-cover.ts. */
import type { CoverEasier, CoverNews, CoverOrder } from './background-messages.ts';
import { CoveredPicture } from './covered-picture.ts';
import { PersonFinder, type Segmenter } from './person-finder.ts';

/** The worker as it is used here, and the function that the loaded script leaves in it. */
type Scope = {
  onmessage: ((event: MessageEvent<CoverOrder | CoverEasier>) => void) | null;
  postMessage(news: CoverNews): void;
  importScripts(url: string): void;
  createTwilioTFLiteSIMDModule?: (options: { locateFile: () => string }) => Promise<Segmenter>;
};
const scope = self as unknown as Scope; // the page's types are the only ones here

/** On a busy computer the person is looked for in every third picture. */
const EASIER_EVERY = 3;
const TELL_EVERY_MS = 1_000;

let lookEvery = 1;

scope.onmessage = ({ data }) => {
  if (data.type === 'easier') lookEvery = EASIER_EVERY;
  else {
    start(data).catch((error: unknown) =>
      scope.postMessage({ type: 'failed', why: error instanceof Error ? error.message : 'other' }),
    );
  }
};

async function start({ from, into, background, picture: own, files }: CoverOrder): Promise<void> {
  scope.importScripts(files.script);
  const [program, model] = await Promise.all([
    scope.createTwilioTFLiteSIMDModule?.({ locateFile: () => files.program }),
    fetch(files.model).then((answer) => answer.arrayBuffer()),
  ]);
  if (!program) throw new Error('the script made no program');
  const picture = new CoveredPicture(new PersonFinder(program, new Uint8Array(model)), background, own);
  const reader = from.getReader();
  const writer = into.getWriter();
  let [count, tookMs, taken, toldAt] = [0, 0, 0, performance.now()];
  for (;;) {
    const { value: frame, done } = await reader.read();
    if (done) return;
    const beganAt = performance.now();
    const canvas = picture.cover(frame, frame.displayWidth, frame.displayHeight, count % lookEvery === 0);
    const covered = new VideoFrame(canvas, { timestamp: frame.timestamp });
    frame.close();
    await writer.write(covered);
    count += 1;
    if (count === 1) scope.postMessage({ type: 'first' });
    const now = performance.now();
    tookMs += now - beganAt;
    taken += 1;
    if (now - toldAt < TELL_EVERY_MS) continue;
    scope.postMessage({ type: 'looked', msPerPicture: tookMs / taken });
    [tookMs, taken, toldAt] = [0, 0, now];
  }
}
