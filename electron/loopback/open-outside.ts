import { spawn } from 'node:child_process';
import { dirname } from 'node:path';

export type Opener = { command: string; args: string[] };

/** The program that opens a link or a file on this system, and its arguments. `target` is one argument, never a shell's text. */
export function openerFor(target: string, platform: string = process.platform): Opener {
  if (platform === 'darwin') return { command: 'open', args: [target] };
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', target] };
  return { command: 'xdg-open', args: [target] };
}

/** The program that shows a file in its folder. Linux has none that selects it everywhere, so the folder alone is opened. */
export function revealerFor(path: string, platform: string = process.platform): Opener {
  if (platform === 'darwin') return { command: 'open', args: ['-R', path] };
  if (platform === 'win32') return { command: 'explorer.exe', args: [`/select,${path}`] };
  return { command: 'xdg-open', args: [dirname(path)] };
}

/** Opens a checked link or a file with the system's own program; false when there is none. */
export const openOutside = (target: string): Promise<boolean> => start(openerFor(target));

/** Shows a file in its folder; false when no program does that. */
export const showOutside = (path: string): Promise<boolean> => start(revealerFor(path));

function start({ command, args }: Opener): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
