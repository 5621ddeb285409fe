import type { CDPSession, Page } from 'playwright-core';
import { CLIP_SMALL } from '../../../tests/support/clips.ts';
import { openStage } from '../../../tests/support/stage.ts';
import type { CallRow } from '../call-row.ts';

const KINDS = ['RTCPeerConnection', 'MediaStreamTrack', 'MediaStream'] as const;
type Left = Record<(typeof KINDS)[number] | 'listeners' | 'heapBytes', number>;

/** How many objects of a class are in a page, after everything that can be collected was. */
async function countOf(session: CDPSession, kind: string): Promise<number> {
  const objectGroup = 'counted';
  const { result: prototype } = await session.send('Runtime.evaluate', {
    expression: `${kind}.prototype`,
    objectGroup,
  });
  if (prototype.objectId === undefined) throw new Error(`there is no ${kind}`);
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: prototype.objectId,
    objectGroup,
  });
  if (objects.objectId === undefined) throw new Error(`${kind} cannot be counted`);
  const { result } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return this.length; }',
    returnByValue: true,
  });
  await session.send('Runtime.releaseObjectGroup', { objectGroup });
  return Number(result.value);
}

/** The objects that a page holds now, after those that nobody uses were collected. */
async function leftIn(page: Page): Promise<Left> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Performance.enable');
    for (let again = 0; again < 3; again++) await session.send('HeapProfiler.collectGarbage');
    const counts = { RTCPeerConnection: 0, MediaStreamTrack: 0, MediaStream: 0 };
    for (const kind of KINDS) counts[kind] = await countOf(session, kind);
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return { ...counts, listeners: metric('JSEventListeners'), heapBytes: usedSize };
  } finally {
    await session.detach();
  }
}

/** Somebody enters a call and leaves it, again and again; at both ends it is counted what stays. */
export async function joins({ quick }: { quick: boolean }): Promise<CallRow[]> {
  const times = quick ? 5 : 50;
  const stage = await openStage();
  try {
    const { ana, invite } = await stage.hostCall('Joins', { clipSize: CLIP_SMALL });
    const ben = await stage.enter('Ben Okafor', { clipSize: CLIP_SMALL });
    await ben.joinRoom(invite);
    const comeAndGo = async () => {
      await ben.joinCall();
      await Promise.all([ben.waitFrames(ana.name, 3), ana.waitFrames(ben.name, 3)]);
      await ben.leaveCall();
      await ana.tile(ben.name).waitFor({ state: 'detached' });
    };
    // Things that are made once and kept are there after these.
    for (let warm = 0; warm < 3; warm++) await comeAndGo();
    const pages = [ben.page, ana.page];
    const before = await Promise.all(pages.map(leftIn));
    for (let time = 0; time < times; time++) await comeAndGo();
    const after = await Promise.all(pages.map(leftIn));
    const more = (of: keyof Left) => after.map((each, who) => each[of] - (before[who]?.[of] ?? 0));
    const worst = (of: keyof Left) => Math.max(...more(of));
    return [
      ...KINDS.map((kind, index) => ({
        name: `${index === 0 ? `left by ${times} joins and leaves, worse end: ` : '  '}${kind}`,
        value: worst(kind),
        unit: '',
        goal: '0',
        rounds: more(kind),
      })),
      { name: '  listeners', value: worst('listeners'), unit: '', goal: '0', rounds: more('listeners') },
      {
        name: '  heap, for each of them',
        value: worst('heapBytes') / 1_024 / times,
        unit: 'KiB',
        rounds: more('heapBytes').map((bytes) => bytes / 1_024 / times),
      },
    ];
  } finally {
    await stage.close();
  }
}
