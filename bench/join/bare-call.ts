import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Server } from 'socket.io';
import { type Browser, openBrowser } from '../../tests/support/browser.ts';
import type { Clip } from '../../tests/support/clips.ts';
import { ASK_PROBE, type ProbeSnapshot } from '../../tests/support/page-probe.ts';
import { REPOSITORY } from '../../tests/support/repository.ts';
import { until } from '../../tests/support/wait.ts';

const FILES: Record<string, { path: string; type: string }> = {
  '/': { path: 'bench/join/bare/index.html', type: 'text/html' },
  '/page.js': { path: 'bench/join/bare/page.js', type: 'text/javascript' },
  '/simplepeer.min.js': { path: 'node_modules/simple-peer/simplepeer.min.js', type: 'text/javascript' },
  '/socket.io.min.js': { path: 'node_modules/socket.io-client/dist/socket.io.min.js', type: 'text/javascript' },
};

export interface BareCall {
  /** One newcomer's way into the call, in ms, from pressing the button to the first decoded frame. */
  round(): Promise<number>;
  close(): Promise<void>;
}

/** The time from pressing 'Join call' to the first decoded frame; waits for it. */
export async function firstFrameMs(browser: Browser): Promise<number> {
  const look = await until('the first frame', async () => {
    const snapshot = (await browser.page.evaluate(ASK_PROBE)) as ProbeSnapshot; // made by our own probe
    return snapshot.firstFrameAt === null ? undefined : snapshot;
  });
  return (look.firstFrameAt ?? 0) - Math.max(look.pressedAt['Join call'] ?? 0, look.pressedAt['Start call'] ?? 0);
}

/** Two browsers on a page that has nothing but simple-peer and Socket.IO; one is in the call, the other comes and goes. */
export async function openBareCall(clips: readonly [Clip, Clip]): Promise<BareCall> {
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
    socket.broadcast.emit('joined');
    socket.on('signal', (signal: unknown) => socket.broadcast.emit('signal', signal));
    socket.on('disconnect', () => socket.broadcast.emit('left'));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browsers = await Promise.all(clips.map((clip) => openBrowser({ clip })));
  const [there, newcomer] = browsers;
  if (!there || !newcomer) throw new Error('no browser');
  for (const { page } of browsers) await page.goto(`http://127.0.0.1:${port}/`);
  await there.page.getByRole('button', { name: 'Join call' }).click();
  await until('the first to be connected', () => io.of('/').sockets.size === 1);
  return {
    round: async () => {
      await newcomer.page.getByRole('button', { name: 'Join call' }).click();
      const ms = await firstFrameMs(newcomer);
      await newcomer.page.evaluate('leave()');
      await until('the newcomer to be gone', () => io.of('/').sockets.size === 1);
      return ms;
    },
    close: async () => {
      await Promise.all(browsers.map((browser) => browser.close()));
      await io.close();
    },
  };
}
