import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second, whatever the processor. */
const TICK_MS = 10;

type ProcessTimes = { pid: number; parent: number; ms: number };

/** Fields of /proc/<pid>/stat after the name, which stands in parentheses and may hold anything. */
function timesOf(pid: string): ProcessTimes[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, userOfEnded, systemOfEnded] = fields.slice(11, 15).map(Number);
    const ticks = (user ?? 0) + (system ?? 0) + (userOfEnded ?? 0) + (systemOfEnded ?? 0);
    return [{ pid: Number(pid), parent: Number(fields[1]), ms: ticks * TICK_MS }];
  } catch {
    return []; // It ended meanwhile.
  }
}

const allProcesses = (): ProcessTimes[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(timesOf);

/** The processes that were started from this one, by whomever, whose command line has this text: browsers by their profile. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) ? [Number(pid)] : [];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

/** Processor time that these processes and all below them took since they began, in ms. Linux only. */
export function processorMs(roots: readonly number[]): number {
  const all = allProcesses();
  const wanted = new Set(roots);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of all) {
      if (wanted.has(pid) || !wanted.has(parent)) continue;
      wanted.add(pid);
      grew = true;
    }
  }
  return all.reduce((sum, { pid, ms }) => sum + (wanted.has(pid) ? ms : 0), 0);
}

/** Time that the cores of this computer were busy and idle since it started, in ms. Linux only. */
export function coresMs(): { busy: number; all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, ...rest] = line
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const busy = user + nice + system + rest.reduce((sum, each) => sum + each, 0);
  return { busy: busy * TICK_MS, all: (busy + idle + waiting) * TICK_MS };
}
