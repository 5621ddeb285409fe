/** Why this Node cannot start Parley, in one sentence, or null when it can. */
export function nodeRefusal(version?: string): string | null;
/** Whether `npm ci` is due, and why. */
export function installDue(root?: string): 'missing' | 'changed' | null;
/** How npm is started here. */
export function npmCommand(
  env?: Readonly<Record<string, string | undefined>>,
  platform?: string,
): { command: string; args: string[]; shell: boolean };
/** Installs when that is due; ends the process with a sentence when it cannot. */
export function install(options?: { root?: string; say?: (line: string) => void }): Promise<void>;
/** The Node 24 that the project brings. */
export function findNode(root?: string): string;
