import { join } from 'node:path';
import { nameIn, type ServerHost } from '@parley/shared/model';
import { z } from 'zod';
import { ensureBuilt } from '../support/built.ts';
import { BROWSERS_OWN } from '../support/clips.ts';
import { Participant } from '../support/participant.ts';
import { waitVoice } from '../support/received-media.ts';
import { until } from '../support/wait.ts';
import { type CallKind, type CallReport, isRelayed, type ProbeReport } from './report.ts';
import type { Right } from './right.ts';
import { NotWorking, type Signaling, trySignaling } from './try-signaling.ts';

export type ProbeOptions = {
  /** As it stands in invites. */
  host: ServerHost;
  right: Right;
  /** Whether a server without a relay is one that does not work. */
  relayNeeded: boolean;
  /** Profiles and logs lie here meanwhile. */
  folder: string;
  say(line: string): void;
  /** Ends it early; what was opened is closed. */
  signal: AbortSignal;
};

const NAMES = ['Probe One', 'Probe Two'] as const;
/** More than a picture that froze at once has. */
const FRAMES_WANTED = 60;
const CALL_MS = 45_000;

/**
 * A call between two browsers on this computer through a server: once with whatever path there is, once through a relay
 * only where the server offers one. Never throws for what went wrong in it: that is in the report.
 */
export async function runProbe(options: ProbeOptions & { url: string }): Promise<ProbeReport> {
  const { host, url, right, relayNeeded, say, signal } = options;
  const startedAt = performance.now();
  const problems: string[] = [];
  const calls: CallReport[] = [];
  let signaling: Signaling | undefined;
  try {
    say(`Connecting to ${nameIn(host)} and joining a room`);
    signaling = await trySignaling(url, host, right);
    const { relays, ignoredRelays } = signaling;
    if (relays.length === 0 && (relayNeeded || ignoredRelays.length > 0)) {
      problems.push(
        ignoredRelays.length > 0
          ? `The app does not use ${ignoredRelays.join(', ')}: a relay has to lie on the server’s own site, on port 443, 3478 or 5349, or with a private server at a private address.`
          : 'The server offers no relay: TURN_URLS and TURN_SECRET are not set.',
      );
    }
    const kinds = relays.length > 0 ? (['direct', 'relayed'] as const) : (['direct'] as const);
    // A right by token is good for one person, and a call has two.
    if (right.kind === 'token')
      say('No calls: a token lets one person in, and a call needs two. Signaling was tried with it.');
    else await ensureBuilt();
    for (const kind of right.kind === 'token' ? [] : kinds) {
      signal.throwIfAborted();
      say(kind === 'direct' ? 'A direct call' : 'A call through the relay only');
      calls.push(await makeCall(kind, relays, options));
    }
  } catch (error) {
    if (error instanceof NotWorking) problems.push(error.message);
    else if (!signal.aborted) throw error;
  }
  for (const { kind, problem } of calls) {
    if (problem !== null) problems.push(`${kind === 'direct' ? 'Direct' : 'Relayed'} call: ${problem}`);
  }
  if (signal.aborted) problems.push(stopped(signal));
  return {
    ok: problems.length === 0,
    server: host,
    endedAt: Date.now(),
    tookMs: Math.round(performance.now() - startedAt),
    signaling: signaling ?? null,
    problems,
    calls,
  };
}

const stopped = (signal: AbortSignal): string =>
  signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    ? 'It took too long and was stopped.'
    : 'It was interrupted.';

async function makeCall(
  kind: CallKind,
  relays: readonly string[],
  { host, folder, right, signal }: ProbeOptions,
): Promise<CallReport> {
  const report: CallReport = { kind, problem: null, detail: null, firstFrameMs: null, framesDecoded: 0, path: null };
  const people: Participant[] = [];
  const stop = () => void Promise.allSettled(people.map((person) => person.close()));
  signal.addEventListener('abort', stop, { once: true });
  let step = 'Parley could not be opened.';
  try {
    for (const name of NAMES) {
      signal.throwIfAborted();
      people.push(
        await Participant.open({
          name,
          clip: BROWSERS_OWN,
          folder: join(folder, `${kind}-${people.length + 1}`),
          homeServer: host,
          relayOnly: kind === 'relayed',
          viewport: { width: 960, height: 640 },
        }),
      );
    }
    const [one, two] = people;
    if (!one || !two) throw new Error('nobody came');
    step = 'The server was not added with its password.';
    if (right.kind === 'password') await Promise.all(people.map((person) => addServer(person, host, right.password)));
    step = 'No room could be made and entered.';
    await one.createRoom('Probe');
    await one.enterCall();
    const invite = await one.copyInvite();
    step = 'The second browser could not join by the invite.';
    await two.joinRoom(invite);
    step = 'The call did not reach the second browser.';
    await two.joinCall();
    step =
      kind === 'direct'
        ? 'No picture came.'
        : `No picture came through the relay. Is coturn reachable at ${relays.join(', ')}, with the same secret, and may it relay to itself?`;
    await Promise.all([waitFrames(one, NAMES[1]), waitFrames(two, NAMES[0])]);
    step = 'Nothing was heard.';
    await Promise.all([waitVoice(one, NAMES[1]), waitVoice(two, NAMES[0])]);
    await measure(report, people);
    step = 'The call could not be left.';
    if (kind === 'relayed' && !isRelayed(report.path ?? '')) report.problem = 'It did not go through the relay.';
    await Promise.all(people.map((person) => person.leaveCall()));
  } catch (error) {
    const [one, two] = people;
    if (one && two && report.path === null) await measure(report, people).catch(() => undefined);
    const said = await Promise.all(people.map((person) => appSays(person).catch(() => '')));
    const app = [...new Set(said.filter((text) => text !== ''))].join(' / ');
    report.problem = `${step}${app === '' ? '' : ` The app says: ${app}`}`;
    report.detail = error instanceof Error ? error.message : String(error);
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.allSettled(people.map((person) => person.close()));
  }
  return report;
}

/** As Settings → Servers does it. */
async function addServer(person: Participant, text: string, password: string): Promise<void> {
  const outcome = await person.page.evaluate(
    async (input) => {
      const call = { page: crypto.randomUUID(), name: 'servers.add', input };
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/bridge/call', { method: 'POST', headers, body: JSON.stringify(call) });
      const body: unknown = await answer.json();
      return JSON.stringify(body);
    },
    { text, password },
  );
  const { ok, message } = z.object({ ok: z.boolean(), message: z.string().optional() }).parse(JSON.parse(outcome));
  if (!ok) throw new Error(message ?? 'refused');
}

const waitFrames = (person: Participant, from: string) =>
  until(
    `${FRAMES_WANTED} frames of ${from} on ${person.name}'s screen`,
    async () => {
      const { framesDecoded } = await person.seen(from);
      if (framesDecoded >= FRAMES_WANTED) return true;
      throw new Error(`${framesDecoded} frames`);
    },
    { timeoutMs: CALL_MS, everyMs: 100 },
  );

async function measure(report: CallReport, people: readonly Participant[]): Promise<void> {
  const looks = await Promise.all(people.map((person) => person.snapshot()));
  const entered = looks.map(
    ({ epoch, pressedAt }) => epoch + Math.max(pressedAt['Start call'] ?? 0, pressedAt['Join call'] ?? 0),
  );
  const frames: number[] = [];
  const firsts: number[] = [];
  const paths = new Set<string>();
  people.forEach((person, who) => {
    const look = looks[who];
    if (!look) return;
    person.frames.add(look);
    frames.push(person.frames.of(NAMES[1 - who] ?? '').framesDecoded);
    if (look.firstFrameAt !== null) firsts.push(Math.round(look.epoch + look.firstFrameAt - Math.max(...entered)));
    for (const { candidatePair } of look.peers) if (candidatePair !== null) paths.add(candidatePair);
  });
  report.framesDecoded = Math.min(...frames);
  report.firstFrameMs = firsts.length === people.length ? Math.max(...firsts) : null;
  report.path = [...paths].join(', ') || null;
}

/** The complaints that the app shows now. */
async function appSays(person: Participant): Promise<string> {
  const alerts = await person.page.getByRole('alert').allTextContents();
  return alerts.join(' ').replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}
