/** The path of Electron's binary, or null. */
export function findElectron(root?: string, env?: Readonly<Record<string, string | undefined>>): string | null;
/** Fetches Electron's binary with a time limit; a failure is remembered for a day. */
export function fetchElectron(options: {
  root?: string;
  node: string;
  say?: (line: string) => void;
  /** Milliseconds since 1970. */
  now?: number;
  limitMs?: number;
  installer?: string;
}): Promise<string | null>;
