import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NODE } from '../../../tests/support/repository.ts';
import { cpuDuring, type Effort, expectAll, inShortTurns, row, type SignalingRow } from '../measure.ts';
import { startServer } from '../servers/server.ts';
import { SERVER_NAMES } from '../servers/servers.ts';

const run = promisify(execFile);
const AUTOCANNON = fileURLToPath(import.meta.resolve('autocannon'));
const CONNECTIONS = 20;

const PAGES = [
  { name: 'Parley /health', server: 'parley', path: '/health' },
  { name: 'Parley /health/live', server: 'parley', path: '/health/live' },
  { name: "PeerJS's page", server: 'peerjs', path: '/' },
] as const;
type Page = (typeof PAGES)[number]['name'];

async function load(url: string, requests: number): Promise<void> {
  const { stdout } = await run(NODE, [AUTOCANNON, '--json', '-c', String(CONNECTIONS), '-a', String(requests), url]);
  const result: unknown = JSON.parse(stdout);
  const answered = typeof result === 'object' && result !== null && '2xx' in result ? Number(result['2xx']) : 0;
  expectAll(`requests to ${url}`, requests, answered);
}

/** Requests that a server answers per second of its CPU time; autocannon asks, over 20 connections that stay open. */
export async function http({ quick, turns }: Effort): Promise<SignalingRow[]> {
  const requests = quick ? 500 : 4_000;
  const pageOf = (name: Page) => PAGES.find((page) => page.name === name) ?? PAGES[0];
  const results = await inShortTurns(
    { part: 'http', kinds: PAGES.map(({ name }) => name), ...turns },
    (name) => startServer(pageOf(name).server),
    (name, { server }) => load(`http://127.0.0.1:${server.port}${pageOf(name).path}`, requests * 2),
    async (name, { server }) => {
      const { cpuMs } = await cpuDuring(server, () =>
        load(`http://127.0.0.1:${server.port}${pageOf(name).path}`, requests),
      );
      return (requests / cpuMs) * 1_000;
    },
  );
  const theirs = `page of ${SERVER_NAMES.peerjs}`;
  return PAGES.map(({ name }) =>
    row(
      { part: 'http', name, unit: 'requests per CPU second', values: results[name] },
      name === "PeerJS's page" ? undefined : { with: theirs, values: results["PeerJS's page"] },
      name === 'Parley /health' ? { least: 1_000 } : undefined,
    ),
  );
}
