import { existsSync, readFileSync } from 'node:fs';
import type { EmbeddedServerState, LanHost, ServerHost } from '@parley/shared/model';
import { refuse } from '@parley/shared/protocol';
import { writeFileAtomically } from '../atomic-file.ts';
import type { Clock, Log, RunningServer, ServerProcess } from '../ports.ts';
import type { OwnServer } from '../rooms/rooms.ts';
import { currentLanAddresses, type LanAddress } from './lan-addresses.ts';

/** Tried first at the first start; the port that was free is kept, so that invites go on working. */
const USUAL_PORT = 7350;
const RESTART_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A server that ran this long was well: the next end is a new trouble and not the old one again. */
const STEADY_MS = 60_000;

export interface EmbeddedServer extends OwnServer {
  state(): EmbeddedServerState;
  /** Starts it, or starts it anew with or without the network. Resolves when that is settled. */
  start(lan: boolean): Promise<EmbeddedServerState>;
  close(): Promise<void>;
}

/** This app's own signaling server: kept running on a port that stays the same, on loopback unless told otherwise. */
export function createEmbeddedServer(options: {
  process: ServerProcess | null;
  portFile: string;
  clock: Clock;
  log: Log;
  changed: (state: EmbeddedServerState) => void;
  /** This computer's addresses for others on its networks, likeliest first. */
  addresses?: () => Promise<LanAddress[]>;
}): EmbeddedServer {
  const { process: serverProcess, portFile, clock, log, changed, addresses = currentLanAddresses } = options;
  let state: EmbeddedServerState = { at: 'off' };
  let running: RunningServer | undefined;
  let cancelRestart: (() => void) | undefined;
  let lanNow = false;
  let failures = 0;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  const become = (next: EmbeddedServerState): EmbeddedServerState => {
    state = next;
    changed(next);
    return next;
  };

  const launch = async (lan: boolean): Promise<EmbeddedServerState> => {
    if (!serverProcess || closed || (state.at === 'running' && lanNow === lan)) return state;
    lanNow = lan;
    cancelRestart?.();
    become({ at: 'starting' });
    const before = running;
    running = undefined;
    await before?.close();
    const kept = readPort(portFile);
    const reachable = lan ? await addresses() : [];
    const lanHosts = (port: number): LanHost[] =>
      reachable.map(({ address, network }) => ({ host: `${address}:${port}`, network }));
    const attempt = (port: number) =>
      serverProcess.start({ port, lan, publicHosts: lanHosts(port).map(({ host }) => host) });
    let outcome = await attempt(kept ?? USUAL_PORT);
    if (!outcome.ok && outcome.code === 'port-in-use') {
      const spare = await serverProcess.start({ port: 0, lan: false, publicHosts: [] });
      outcome = spare;
      // With any free port the names are known only now, so it is started once more on that port.
      if (spare.ok && lan) {
        await spare.value.close();
        outcome = await attempt(spare.value.port);
      }
    }
    if (!outcome.ok) {
      failures++;
      scheduleRestart(lan);
      return become({ at: 'failed', code: outcome.code, message: outcome.message });
    }
    const server = outcome.value;
    const startedAt = clock.monotonicMs();
    running = server;
    // A port that was kept stays the wanted one, also while another program has it: invites name it.
    if (kept === undefined) savePort(portFile, server.port, log);
    server.onEnded(() => {
      if (running !== server || closed) return;
      running = undefined;
      failures = clock.monotonicMs() - startedAt >= STEADY_MS ? 1 : failures + 1;
      become({ at: 'starting' });
      scheduleRestart(lan);
    });
    return become({ at: 'running', host: `127.0.0.1:${server.port}`, lanHosts: lanHosts(server.port) });
  };

  const scheduleRestart = (lan: boolean) => {
    const delayMs = RESTART_MS[Math.min(failures, RESTART_MS.length) - 1] ?? 500;
    cancelRestart = clock.after(delayMs, () => {
      // Not sooner: who presses Ctrl+C in a terminal ends the server and this process at once.
      log.warn('the embedded server is started again');
      // `start` logs a failure and tells it by the state.
      start(lan).catch(() => undefined);
    });
  };

  // One start at a time: a second one waits for the first.
  const start = (lan: boolean): Promise<EmbeddedServerState> => {
    const next = turn.then(() => launch(lan));
    turn = next.catch((error: unknown) => {
      log.error('the embedded server could not be started', { name: error instanceof Error ? error.name : 'unknown' });
      become({ at: 'failed', ...failure });
    });
    return next;
  };
  const { code, message } = refuse('internal');
  const failure = { code, message };

  return {
    state: () => state,
    host: () => (state.at === 'running' ? state.host : keptHost(portFile)),
    inviteHost: () => (state.at === 'running' ? (state.lanHosts[0] ?? state).host : keptHost(portFile)),
    isOwn: (host) =>
      state.at === 'running'
        ? [state.host, state.host.replace('127.0.0.1', 'localhost'), ...state.lanHosts.map((lan) => lan.host)].includes(
            host,
          )
        : host === keptHost(portFile),
    start,
    async close() {
      closed = true;
      cancelRestart?.();
      // `turn` never rejects: a failed start was logged where it ended.
      await turn;
      await running?.close();
      running = undefined;
      state = { at: 'off' };
    },
  };
}

const keptHost = (portFile: string): ServerHost | null => {
  const port = readPort(portFile);
  return port === undefined ? null : `127.0.0.1:${port}`;
};

function readPort(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, 'utf8').trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function savePort(file: string, port: number, log: Log): void {
  try {
    writeFileAtomically(file, `${port}\n`);
  } catch (error) {
    // The server runs all the same; after the next start its invites may name another port.
    log.warn('the port of the embedded server could not be kept', {
      name: error instanceof Error ? error.name : 'unknown',
    });
  }
}
