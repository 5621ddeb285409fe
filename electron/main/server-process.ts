import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import type { UtilityProcess, utilityProcess } from 'electron';
import { readServerReport, serverEnvironment } from '#core/adapters/child-server-process.ts';
import type { Clock, RunningServer, ServerProcess } from '#core/ports.ts';

const START_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 5_000;

/** The signaling server in a utility process: the fuses leave no other way to run Node code beside the app. */
export function utilityServerProcess(
  utility: Pick<typeof utilityProcess, 'fork'>,
  mainFile: string,
  clock: Clock,
): ServerProcess {
  return {
    start(options) {
      // Settings travel in the environment and never in the arguments, which every program can read.
      const child = utility.fork(mainFile, [], {
        env: serverEnvironment(options),
        stdio: 'ignore',
        serviceName: 'Parley signaling server',
      });
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      return new Promise<Outcome<RunningServer>>((resolve) => {
        const undo = clock.after(START_LIMIT_MS, () => {
          child.kill();
          resolve(refuse('timed-out'));
        });
        void exited.then(() => {
          undo();
          resolve(refuse('internal'));
        });
        child.on('message', (message: unknown) => {
          const report = readServerReport(message);
          if (!report) return;
          undo();
          if (report.type === 'failed') resolve(refuse(report.code === 'port-in-use' ? 'port-in-use' : 'internal'));
          else resolve(accept(running(child, exited, report.port, clock)));
        });
      });
    },
  };
}

function running(child: UtilityProcess, exited: Promise<void>, port: number, clock: Clock): RunningServer {
  let closing = false;
  return {
    port,
    onEnded(callback) {
      void exited.then(() => {
        if (!closing) callback();
      });
    },
    async close() {
      closing = true;
      child.kill();
      let undo = () => {};
      const limit = new Promise<void>((resolve) => {
        undo = clock.after(STOP_LIMIT_MS, resolve);
      });
      await Promise.race([exited, limit]);
      undo();
    },
  };
}
