import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { ServerReport } from '@parley/shared/protocol';
import { runTokenCommand } from './auth/token-command.ts';
import { systemClock } from './clock.ts';
import { answerHeartbeats, readWorkerPlace, startWorkers, WORKER_ENV } from './cluster/workers.ts';
import { type Config, readConfig, settingsTable, warningsOf } from './config.ts';
import { type Log, type LogOutput, openLog } from './log.ts';
import { LogFileError } from './observe/log-file.ts';
import { startSignaling } from './server.ts';
import { stopSignals } from './stop-signals.ts';

const USAGE = 'Parley signaling server: introduces participants to each other and cannot read what they say.';

/** After SIGTERM everything must be over by then, whatever hangs. */
const STOP_DEADLINE_MS = 29_000;

/** Whether this process let its parent go, and not the other way round. */
let isReleased = false;

/** Tells a parent process that started this one over IPC. */
const tellParent = (report: ServerReport): void => {
  if (process.connected) process.send?.(report);
};

/**
 * The whole life of the server's process: options, configuration, start, signals, stop. Exit codes: 0 after an orderly
 * stop, 1 when it could not start, 2 for an option it does not know. `token …` makes, lists and ends
 * rights instead of starting anything.
 */
export async function run(args: readonly string[]): Promise<void> {
  if (cluster.isWorker) endWithParent();
  const worker = readWorkerPlace(process.env[WORKER_ENV]);
  delete process.env[WORKER_ENV];
  if (args[0] === 'token') {
    stopSignals.onStop = () => process.exit(1);
    process.exitCode = await runTokenCommand(args.slice(1));
    return;
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(
      `${USAGE}\n\n\`token\` makes, lists and ends rights to use it; \`token --help\` says how. \`health\` asks whether the one on this computer is ready.\n\nIt is configured by environment variables:\n\n${settingsTable()}`,
    );
    return;
  }
  if (args.length > 0 && args.join(' ') !== 'health') {
    console.error(`Unknown option: ${args.join(' ')}. --help lists the settings; they are environment variables.`);
    process.exitCode = 2;
    return;
  }
  const fail = (code: string): void => {
    tellParent({ type: 'failed', code });
    process.exitCode = 1;
    releaseParent();
  };
  const refuseSettings = (problems: readonly string[]): void => {
    console.error(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    console.error('--help lists every setting.');
    fail('configuration-invalid');
  };
  const reading = readConfig(process.env);
  if (!reading.ok) return refuseSettings(reading.problems);

  const { config } = reading;
  if (args[0] === 'health') {
    const { isReady } = await import('./http/health-check.ts');
    process.exitCode = (await isReady(config)) ? 0 : 1;
    return;
  }
  const weak = await weakPassword(config);
  const wrong = [...(weak && config.nodeEnv === 'production' ? [weak] : []), ...(await wrongCertificate(config))];
  if (wrong.length > 0) return refuseSettings(wrong);
  let output: LogOutput;
  try {
    output = await openLog(config, worker && String(worker.place));
  } catch (failure) {
    if (!(failure instanceof LogFileError)) throw failure;
    return refuseSettings([failure.message]);
  }
  const { log } = output;
  stopSignals.onStop = (why) => {
    log.info({ why }, 'stopped while it was starting');
    void output.close().finally(() => process.exit(0));
  };
  // Once, where there are several processes.
  const warnings = [...(weak ? [weak] : []), ...warningsOf(config, process.env)];
  if (cluster.isPrimary) for (const warning of warnings) log.warn(warning);
  const count = config.workers === 0 ? availableParallelism() : config.workers;
  if (count > 1 && cluster.isPrimary) {
    const group = startWorkers(count, systemClock, log);
    const stop = stopOnSignal(log, output, () => group.stop());
    try {
      const port = await group.listening;
      log.info({ port, workers: count }, 'workers listening');
      tellParent({ type: 'listening', port });
    } catch (failure) {
      // Each worker has said why in the log.
      const code = failure instanceof Error && 'code' in failure ? String(failure.code) : 'internal';
      tellParent({ type: 'failed', code });
      await stop('no worker could start', 1);
    }
    return;
  }
  if (worker) answerHeartbeats();
  try {
    const server = await startSignaling(config, { log, warnings, worker });
    stopOnSignal(log, output, () => server.close().then(() => true));
    tellParent({ type: 'listening', port: server.port });
  } catch (failure) {
    const inUse = failure instanceof Error && 'code' in failure && failure.code === 'EADDRINUSE';
    if (inUse) log.fatal({ code: 'port-in-use', port: config.port }, 'another program is using that port');
    else log.fatal(whyNot(failure), 'could not start');
    await output.close();
    fail(inUse ? 'port-in-use' : 'internal');
  }
}

/**
 * From here on a signal stops what runs in this process, and so does the end of the program that started it: an embedded
 * server must not outlive its app. `close` resolves with whether all ended well. The result stops it for another reason,
 * with an exit code.
 */
function stopOnSignal(
  log: Log,
  output: LogOutput,
  close: () => Promise<boolean>,
): (why: string, code: number) => Promise<void> {
  const closeAll = async (why: string, code: number): Promise<void> => {
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    const wentWell = await close();
    log.info('stopped');
    await output.close();
    process.exitCode = wentWell ? code : 1;
    releaseParent();
  };
  let stopping: Promise<void> | undefined;
  const stop = (why: string, code: number): Promise<void> => {
    stopping ??= closeAll(why, code).catch((failure: unknown) => {
      log.fatal({ err: failure }, 'stopping failed');
      process.exit(1);
    });
    return stopping;
  };
  stopSignals.onStop = (signal) => void stop(signal, 0);
  process.on('disconnect', () => void stop('parent gone', 0));
  return stop;
}

/**
 * A worker whose parent is gone ends at once, whatever its threads do: node:cluster would call `process.exit` here, which can
 * wait for ever for a thread that compiles (nodejs/node#54918) or for an output that nobody reads. To its people it is a node that
 * was killed, as it was before: they notice the closed socket and come back.
 */
function endWithParent(): void {
  process.prependListener('disconnect', () => {
    if (!isReleased) process.kill(process.pid, 'SIGKILL');
  });
}

/** Loaded only where there is a certificate. */
async function wrongCertificate({ tlsCertFile, tlsKeyFile }: Config): Promise<string[]> {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return [];
  const { certificateProblems } = await import('./http/tls.ts');
  return certificateProblems({ certFile: tlsCertFile, keyFile: tlsKeyFile });
}

/** The warning about the server's password, if it has one that is easily guessed. */
async function weakPassword({ access, accessPassword }: Config): Promise<string | undefined> {
  if (access !== 'password' || accessPassword === undefined) return undefined;
  // Its dictionaries take megabytes, which a server without a password need not hold.
  const { strengthOf } = await import('./auth/strength.ts');
  const score = strengthOf(accessPassword);
  return score >= 3 ? undefined : `ACCESS_PASSWORD: is easily guessed (strength ${score} of 4); take five random words`;
}

/** Code and message of a failure alone: what else an error carries can be a setting, such as the URL that it could not read. */
function whyNot(failure: unknown): { code?: unknown; why: string } {
  if (!(failure instanceof Error)) return { why: 'unknown' };
  return { ...('code' in failure ? { code: failure.code } : {}), why: failure.message };
}

/** The channel to a parent would keep the process alive. */
function releaseParent(): void {
  isReleased = true;
  if (process.connected) process.disconnect();
}
