import { type Browser, openBrowser } from '../../tests/support/browser.ts';
import type { Clip } from '../../tests/support/clips.ts';
import { ASK_PROBE, type ProbeSnapshot } from '../../tests/support/page-probe.ts';
import { until } from '../../tests/support/wait.ts';
import { openBareServer } from '../bare-server.ts';

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
  const server = await openBareServer('bench/join/bare', (socket) => {
    socket.broadcast.emit('joined');
    socket.on('signal', (signal: unknown) => socket.broadcast.emit('signal', signal));
    socket.on('disconnect', () => socket.broadcast.emit('left'));
  });
  const browsers = await Promise.all(clips.map((clip) => openBrowser({ clip })));
  const [there, newcomer] = browsers;
  if (!there || !newcomer) throw new Error('no browser');
  for (const { page } of browsers) await page.goto(server.url);
  await there.page.getByRole('button', { name: 'Join call' }).click();
  await until('the first to be connected', () => server.io.of('/').sockets.size === 1);
  return {
    round: async () => {
      await newcomer.page.getByRole('button', { name: 'Join call' }).click();
      const ms = await firstFrameMs(newcomer);
      await newcomer.page.evaluate('leave()');
      await until('the newcomer to be gone', () => server.io.of('/').sockets.size === 1);
      return ms;
    },
    close: async () => {
      await Promise.all(browsers.map((browser) => browser.close()));
      await server.close();
    },
  };
}
