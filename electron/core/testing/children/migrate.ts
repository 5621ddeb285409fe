import fs, { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import Database from 'better-sqlite3';

/**
 * Opens the history given, which brings it to the newest version, and counts the steps on the way: each change of a file, each
 * statement, and each thousandth message in the middle of one. Says what each of them was, or is killed at one of them:
 * `migrate.ts FILE at N` by itself, before the step; `migrate.ts FILE in N` by whoever hears that the step begins.
 */
const [, , file = '', how = 'count', stop = '0'] = process.argv;
const CALLS_A_STEP = 1_000;
const steps: string[] = [];

function step(what: string): void {
  if (steps.push(what) !== Number(stop)) return;
  if (how === 'at') process.kill(process.pid, 'SIGKILL');
  else if (how === 'in') writeSync(1, 'now\n');
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
/** Counts a call of a method as a step. */
function counted<K extends string>(owner: Record<K, AnyFunction>, name: K): void {
  const real = owner[name];
  owner[name] = function (...args) {
    step(name);
    return real.apply(this, args);
  };
}

const files = fs as unknown as Record<string, AnyFunction>;
for (const name of ['renameSync', 'rmSync', 'copyFileSync', 'linkSync', 'fsyncSync']) counted(files, name);
syncBuiltinESMExports();

const database = Database.prototype as unknown as Record<string, AnyFunction>;
for (const name of ['exec', 'pragma', 'close']) counted(database, name);
const probe = new Database(':memory:');
counted(Object.getPrototypeOf(probe.prepare('SELECT 1')), 'run');
probe.close();
const define = database.function as AnyFunction;
database.function = function (name, options, work) {
  let calls = 0;
  const counting: AnyFunction = (...args) => {
    if (++calls % CALLS_A_STEP === 0) step('messages');
    return (work as AnyFunction)(...args);
  };
  // SQLite asks a function how many values it takes.
  Object.defineProperty(counting, 'length', { value: (work as AnyFunction).length });
  return define.call(this, name, options, counting);
};

const { openHistory } = await import('../../history/open-history.ts');
steps.length = 0;
openHistory(file, Date.now).db.close();
writeSync(1, JSON.stringify(steps));
