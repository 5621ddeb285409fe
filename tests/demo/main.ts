import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';
import { reportLines } from './report.ts';
import { runServersDemo } from './servers-demo.ts';
import { serversDemoLines } from './servers-report.ts';

const HELP = `npm run demo -- [options]

Shows the main job of Parley without a screen: several people on computers of their own join by invite, call,
chat, share a screen, lose the signaling server for ten seconds and leave.

  --peers N      how many people, 2 to 8 (2)
  --seconds S    how long the call lasts at least, 10 to 600 (30)
  --through URL  use a server that runs already; its loss is then left out
  --server       another run: two people meet on a server with a password and on one with personal invitations,
                 and are told when their right is revoked. Opens windows where there is a display; pictures of
                 each step are kept, and the last line says where
  --keep DIR     keep profiles, databases, the server's log, every byte it received, screenshots
  --json         the last line of the output is the report as JSON
`;

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`--${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
  }
  return value;
}

function hostOf(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//.test(text) ? text : `http://${text}`);
  if (!url || url.host === '')
    throw new Error(`--through takes an address such as http://127.0.0.1:8080, not ${JSON.stringify(text)}.`);
  return url.host;
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      peers: { type: 'string' },
      seconds: { type: 'string' },
      through: { type: 'string' },
      server: { type: 'boolean', default: false },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { json, help, keep, server: servers, peers, seconds, through } = values;
  if (servers && (peers ?? seconds ?? through) !== undefined) {
    throw new Error('--server is a run of its own, without --peers, --seconds and --through.');
  }
  return {
    json,
    help,
    keep,
    servers,
    peers: wholeNumber('peers', peers ?? '2', 2, 8),
    seconds: wholeNumber('seconds', seconds ?? '30', 10, 600),
    ...(through === undefined ? {} : { server: hostOf(through) }),
  };
}

/** Whether a window that is opened here can be seen. */
const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(`\n${HELP}`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  // With --json, standard output is for programs; people read along on standard error.
  const say = options.json ? (line: string) => console.error(line) : (line: string) => console.log(line);
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!interrupted.signal.aborted) say('Stopping; closing what was opened.');
      interrupted.abort(new Error('interrupted'));
    });
  }
  const { keep, json, help: _, servers, ...rest } = options;
  const folder = keep === undefined ? await mkdtemp(join(tmpdir(), 'parley-demo-')) : resolve(keep);
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) {
      console.error(`${folder} is not empty. Name a new folder, so that nothing of yours is mixed with the demo's.`);
      return 2;
    }
    if (servers) {
      const report = await runServersDemo({ folder, windows: hasDisplay(), say, signal: interrupted.signal });
      say('');
      for (const line of serversDemoLines(report)) say(line);
      if (json) console.log(JSON.stringify(report));
      return report.ok ? 0 : interrupted.signal.aborted ? 130 : 1;
    }
    const report = await runDemo({ ...rest, folder, say, signal: interrupted.signal });
    say('');
    for (const line of reportLines(report)) say(line);
    if (keep !== undefined) say(`Kept in ${folder}`);
    if (json) console.log(JSON.stringify(report));
    return report.ok ? 0 : interrupted.signal.aborted ? 130 : 1;
  } finally {
    if (keep === undefined && !servers) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

process.exitCode = await main();
