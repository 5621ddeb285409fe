import { spawn } from 'node:child_process';
import type { Shell } from '#core/ports.ts';

/** The system's own program for opening a link. The URL is one argument and never goes through a shell. */
export function openerOf(platform: string, url: URL): [command: string, args: string[]] {
  if (platform === 'darwin') return ['open', [url.href]];
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url.href]];
  return ['xdg-open', [url.href]];
}

/** Opens links in the person's usual browser; the page has asked them before. */
export const systemShell = (platform: string = process.platform): Shell => ({
  openExternal: (url) =>
    new Promise((resolve) => {
      const [command, args] = openerOf(platform, url);
      const child = spawn(command, args, { stdio: 'ignore', detached: true });
      child.once('error', () => resolve(false));
      child.once('spawn', () => {
        child.unref();
        resolve(true);
      });
    }),
});
