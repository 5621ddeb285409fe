import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { requireTool } from '#support/tools.ts';
import { until } from '#support/wait.ts';

const run = promisify(execFile);

/** A screen that exists in memory alone, and the hands of the person before it. */
export interface Screen {
  /** As DISPLAY names it. */
  readonly display: string;
  /** The ids of the visible windows with this title. */
  windows(title: string): Promise<string[]>;
  /** Waits for the window with this title, gives it the keyboard and presses keys, one after the other. */
  press(title: string, ...keys: string[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts Xvfb on a display of its own. Needs Xvfb and xdotool, which are installed where that is possible. */
export async function openScreen(): Promise<Screen> {
  const xdotool = requireTool('xdotool');
  // It chooses the display itself and writes it into the descriptor that it is given.
  const server = spawn(
    requireTool('xvfb'),
    ['-displayfd', '3', '-ac', '-nolisten', 'tcp', '-screen', '0', '1600x1000x24'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const end = () => server.kill('SIGKILL');
  process.on('exit', end);
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  let told = '';
  server.stdio[3]?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const display = `:${await until('the number of the display', () => /^(\d+)\n/.exec(told)?.[1])}`;
  const env = { ...process.env, DISPLAY: display };
  const windows = (title: string) =>
    run(xdotool, ['search', '--onlyvisible', '--name', `^${title}$`], { env }).then(
      ({ stdout }) => stdout.split('\n').filter((line) => line !== ''),
      () => [], // none
    );
  return {
    display,
    windows,
    async press(title, ...keys) {
      const window = await until(`the window "${title}"`, async () => (await windows(title)).at(-1));
      await run(xdotool, ['windowfocus', '--sync', window], { env });
      for (const key of keys) await run(xdotool, ['key', '--clearmodifiers', key], { env });
    },
    async close() {
      process.off('exit', end);
      server.kill('SIGTERM');
      await ended;
    },
  };
}
