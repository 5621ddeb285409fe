// npm and its shell, told to end by a supervisor, end without a word to what they run; it would go on and keep its port.
// Plain JavaScript without dependencies, like what imports it.

/** The process that started this; read at once, because it may end while packages are installed. */
const shell = process.ppid;

/** Ends `child` as SIGTERM does when the npm that runs this script is gone. Nothing is watched without npm. */
export function endWithNpm(child, env = process.env) {
  if (env.npm_lifecycle_event === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
  watch.unref();
}
