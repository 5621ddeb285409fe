import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isPrivateHost, ServerHost } from '@parley/shared/model';
import { runProbe } from './probe.ts';
import { type ProbeReport, prometheusText, reportLines, writeMetricsFile } from './report.ts';
import { readRight } from './right.ts';

const HELP = `npm run probe -- --server https://parley.example.org [options]

Makes a real call between two browsers on this computer through a signaling server: a direct one and, where the
server offers a relay, one through the relay only. Ends with 0 when calls work, 1 when they do not.

  --server URL           the server as its invites name it; http only inside private networks
  --relay                a server without a relay is one that does not work
  --timeout S            stop after so many seconds, 30 to 900 (240)
  --metrics-file PATH    write the result for Prometheus's textfile collector
  --json                 the last line of the output is the report as JSON

Where the server asks for more, in the environment (arguments can be read by every process):
  PARLEY_PROBE_PASSWORD  the password of the server, or PARLEY_PROBE_PASSWORD_FILE with a file that has it
  PARLEY_PROBE_TOKEN     a server invitation (parley://server/…); it is used up. Better: PARLEY_PROBE_TOKEN_FILE, a file
                         that the probe may write to: it puts the next token there. A token lets one person in, so with
                         it signaling is tried, and no calls
`;

class WrongUse extends Error {}

/** The server's address for programs, and its name as it stands in invites. */
function serverOf(text: string | undefined): { url: string; host: ServerHost } {
  const url = URL.parse(text ?? '');
  const host = ServerHost.safeParse(url?.host);
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || !host.success)
    throw new WrongUse('--server takes an address such as https://parley.example.org.');
  const wanted = isPrivateHost(host.data) ? 'http:' : 'https:';
  if (url.protocol !== wanted)
    throw new WrongUse(
      wanted === 'https:'
        ? 'The app connects unencrypted only inside private networks: name this server with https://.'
        : 'Inside private networks the app connects unencrypted: name this server with http://.',
    );
  return { url: url.origin, host: host.data };
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      server: { type: 'string' },
      relay: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '240' },
      'metrics-file': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const timeoutS = Number(values.timeout);
  if (!Number.isInteger(timeoutS) || timeoutS < 30 || timeoutS > 900)
    throw new WrongUse('--timeout takes a whole number of seconds from 30 to 900.');
  return {
    ...values,
    timeoutS,
    metricsFile: values['metrics-file'],
    right: readRight(process.env),
    ...serverOf(values.server),
  };
}

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(`\n${HELP}`);
    return 2;
  }
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const { json, metricsFile, relay, timeoutS, url, host, right } = options;
  // With --json, standard output is for programs; people read along on standard error.
  const say = json ? (line: string) => console.error(line) : (line: string) => console.log(line);
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupted.abort());
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(timeoutS * 1_000)]);
  const folder = await mkdtemp(join(tmpdir(), 'parley-probe-'));
  let report: ProbeReport;
  try {
    report = await runProbe({ url, host, right, relayNeeded: relay, folder, say, signal });
  } catch (error) {
    // The probe's own trouble says nothing about the server, so no metrics are written.
    console.error(`The probe itself failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  for (const line of reportLines(report)) say(line);
  if (json) console.log(JSON.stringify(report));
  if (interrupted.signal.aborted) return 130;
  if (metricsFile !== undefined) await writeMetricsFile(metricsFile, prometheusText(report));
  return report.ok ? 0 : 1;
}

process.exitCode = await main();
