import { type Browser, openBrowser } from '../../tests/support/browser.ts';
import type { Clip } from '../../tests/support/clips.ts';
import { until } from '../../tests/support/wait.ts';
import { openBareServer } from '../bare-server.ts';
import { takeShown, watchShown } from './frame-log.ts';

/** A call of several on pages that have nothing but simple-peer and Socket.IO. */
export interface BareCalls {
  readonly browsers: readonly Browser[];
  /** Everybody enters, and sees everybody. */
  enter(): Promise<void>;
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a browser for each clip; nobody is in the call yet. */
export async function openBareCalls(
  clips: readonly Clip[],
  viewport: { width: number; height: number },
): Promise<BareCalls> {
  const server = await openBareServer('bench/calls/bare', (socket, io) => {
    socket.broadcast.emit('joined', socket.id);
    socket.on('signal', (to: string, signal: unknown) => io.to(to).emit('signal', socket.id, signal));
    socket.on('disconnect', () => socket.broadcast.emit('left', socket.id));
  });
  const browsers: Browser[] = [];
  const close = async () => {
    await Promise.allSettled(browsers.map((browser) => browser.close()));
    await server.close();
  };
  try {
    for (const clip of clips) browsers.push(await openBrowser({ clip, viewport }));
    for (const { page } of browsers) await page.goto(server.url);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    browsers,
    async enter() {
      for (const { page } of browsers) {
        await watchShown(page);
        await page.getByRole('button', { name: 'Join call' }).click();
      }
      await until(
        'everybody to see everybody',
        async () => {
          const shown = await Promise.all(browsers.map(({ page }) => takeShown(page)));
          const seen = shown.map((each) => Object.values(each).filter((frames) => frames.length > 3).length);
          return seen.every((count) => count >= browsers.length - 1);
        },
        { everyMs: 1_000, timeoutMs: 60_000 },
      );
    },
    async leave() {
      for (const { page } of browsers) await page.evaluate('leave()');
    },
    close,
  };
}
