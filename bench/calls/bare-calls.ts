import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Server } from 'socket.io';
import { type Browser, openBrowser } from '../../tests/support/browser.ts';
import type { Clip } from '../../tests/support/clips.ts';
import { REPOSITORY } from '../../tests/support/repository.ts';
import { until } from '../../tests/support/wait.ts';
import { takeShown, watchShown } from './frame-log.ts';

const FILES: Record<string, { path: string; type: string }> = {
  '/': { path: 'bench/calls/bare/index.html', type: 'text/html' },
  '/page.js': { path: 'bench/calls/bare/page.js', type: 'text/javascript' },
  '/simplepeer.min.js': { path: 'node_modules/simple-peer/simplepeer.min.js', type: 'text/javascript' },
  '/socket.io.min.js': { path: 'node_modules/socket.io-client/dist/socket.io.min.js', type: 'text/javascript' },
};

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
  const http = createServer((request, response) => {
    const file = FILES[request.url ?? '/'];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    void readFile(join(REPOSITORY, file.path)).then((bytes) =>
      response.writeHead(200, { 'content-type': file.type }).end(bytes),
    );
  });
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.broadcast.emit('joined', socket.id);
    socket.on('signal', (to: string, signal: unknown) => io.to(to).emit('signal', socket.id, signal));
    socket.on('disconnect', () => socket.broadcast.emit('left', socket.id));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browsers: Browser[] = [];
  const close = async () => {
    await Promise.allSettled(browsers.map((browser) => browser.close()));
    await io.close();
  };
  try {
    for (const clip of clips) browsers.push(await openBrowser({ clip, viewport }));
    for (const { page } of browsers) await page.goto(`http://127.0.0.1:${port}/`);
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
