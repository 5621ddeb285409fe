import type { ChildProcess } from 'node:child_process';

/** Ends `child` as SIGTERM does when the npm that runs this script is gone. */
export function endWithNpm(child: ChildProcess, env?: Readonly<Record<string, string | undefined>>): void;
