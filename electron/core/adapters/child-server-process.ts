import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accept, type Outcome, refuse, ServerReport } from '@parley/shared/protocol';
import type { RunningServer, ServerProcess, ServerProcessOptions } from '../ports.ts';

/** The environment that the server is started with; shared by every host's way of starting it. */
export function serverEnvironment(options: ServerProcessOptions): Record<string, string> {
  return {
    HOST: options.lan ? '0.0.0.0' : '127.0.0.1',
    PORT: String(options.port),
    PUBLIC_HOSTS: options.publicHosts.join(','),
    LOG_LEVEL: 'warn',
    // Every app of this computer comes from one address: blocking it for one of them would block all.
    STRIKES_PER_MINUTE: '0',
    // Quitting should not be felt; clients resume their seats by themselves.
    SHUTDOWN_GRACE_MS: '300',
    NODE_ENV: 'development',
    // Nobody is told it: what only an admin may see stays shut to the network.
    ADMIN_TOKEN: randomBytes(32).toString('hex'),
  };
}

/** Reads a report of the server; undefined for anything else. */
export function readServerReport(message: unknown): ServerReport | undefined {
  const parsed = ServerReport.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}

/** Runs the server's main file in a child process of plain Node; it ends when this process ends. */
export function childServerProcess(mainFile: string, startTimeoutMs = 15_000): ServerProcess {
  return {
    start(options) {
      const child = fork(mainFile, [], {
        env: { PATH: process.env.PATH ?? '', ...serverEnvironment(options) },
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      return new Promise<Outcome<RunningServer>>((resolve) => {
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          resolve(refuse('timed-out'));
        }, startTimeoutMs);
        child.once('error', () => resolve(refuse('internal')));
        child.once('exit', () => {
          clearTimeout(timer);
          resolve(refuse('internal'));
        });
        child.on('message', (message) => {
          const report = readServerReport(message);
          if (!report) return;
          clearTimeout(timer);
          if (report.type === 'failed') resolve(refuse(report.code === 'port-in-use' ? 'port-in-use' : 'internal'));
          else resolve(accept(runningServer(child, report.port)));
        });
      });
    },
  };
}

function runningServer(child: ChildProcess, port: number): RunningServer {
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
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
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(killer);
    },
  };
}
