import { spawn } from 'node:child_process';

/** The program that opens a link on this system, and its arguments. The link is one argument, never a shell's text. */
export function openerFor(url: URL, platform: string = process.platform): { command: string; args: string[] } {
  if (platform === 'darwin') return { command: 'open', args: [url.href] };
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', url.href] };
  return { command: 'xdg-open', args: [url.href] };
}

/** Opens a checked link with the system's own program; false when there is none. */
export function openOutside(url: URL): Promise<boolean> {
  const { command, args } = openerFor(url);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
