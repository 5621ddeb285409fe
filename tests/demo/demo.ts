import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built.ts';
import { CLIP_LARGE, CLIP_SMALL, clipsFor } from '../support/clips.ts';
import { findLeaks, secretFingerprint, secretText } from '../support/leak-search.ts';
import { NAMES } from '../support/names.ts';
import { Participant } from '../support/participant.ts';
import { waitVoice } from '../support/received-media.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { pause, until } from '../support/wait.ts';
import { brokenPromises, type DemoReport, type ParticipantReport } from './report.ts';

export type DemoOptions = {
  /** 2 to 8. */
  peers: number;
  /** How long the call lasts, at least. */
  seconds: number;
  /** `host:port` of a server that runs already; absent: one of our own, which then goes away for ten seconds. */
  server?: string;
  /** Everything is written here. */
  folder: string;
  say(line: string): void;
  /** Ends the demo early; what was opened is closed. */
  signal: AbortSignal;
};

const ROOM = 'Garden plans';
const SENTENCES = [
  'the tomatoes need water before the weekend',
  'who brings the ladder for the pear tree?',
  'I put the seeds into the blue box',
];
const AWAY_SECONDS = 10;

const LETTERS = 'bdfghklmnprstvz';
/** A word that no other message has, so that a search for it finds exactly one. */
const wordFor = (who: number, index: number): string => `${LETTERS[who]}uro${LETTERS[index]}ilomat`;

/**
 * The main job of Parley, done by `peers` people on computers of their own: join by invite, call, chat, share a
 * screen, lose the server, leave. Never throws for what went wrong in it: that is in the report.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { peers, folder, say, signal } = options;
  const names = NAMES.slice(0, peers);
  const problems: string[] = [];
  const participants: Participant[] = [];
  const reports: ParticipantReport[] = names.map((name) => ({
    name,
    firstFrameMs: null,
    framesDecoded: 0,
    framesDecodedWhileServerAway: null,
    counterFirst: null,
    counterLast: null,
    voiceDb: null,
    messagesSent: 0,
    messagesDelivered: 0,
    messagesFound: 0,
    reconnects: 0,
    candidatePair: null,
  }));
  const messages: { who: number; text: string; word: string }[] = [];
  const received = join(folder, 'server-received.log');
  const serverLog = join(folder, 'server.log');
  let server: TestServer | undefined;
  let invite = '';

  const startedAt = performance.now();
  const tell = (line: string) => say(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  /** One step of the story; afterwards nobody goes on if it was asked to stop. */
  const step = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    tell(what);
    try {
      return await act();
    } catch (error) {
      if (!signal.aborted)
        problems.push(`${what}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
      throw error;
    }
  };
  /** A step whose failure leaves the rest worth doing. */
  const attempt = async (what: string, act: () => Promise<void>): Promise<void> => {
    await step(what, act).catch((error: unknown) => {
      if (signal.aborted) throw error;
    });
  };
  const others = (who: number) => names.map((name, other) => ({ name, other })).filter(({ other }) => other !== who);
  const everyone = <T>(act: (participant: Participant, who: number) => Promise<T>) =>
    Promise.all(participants.map(act));
  const write = async (who: number, index: number) => {
    const participant = participants[who];
    const report = reports[who];
    if (!participant || !report) return;
    const word = wordFor(who, index);
    const text = `${word}: ${SENTENCES[(who + index) % SENTENCES.length]}`;
    await participant.send(text);
    messages.push({ who, text, word });
    report.messagesSent += 1;
  };
  const picture = (participant: Participant, title: string) =>
    participant.page.screenshot({ path: join(folder, 'screenshots', `${slug(participant.name)}-${title}.png`) });

  const stop = () => void Promise.allSettled(participants.map((participant) => participant.close()));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await mkdir(join(folder, 'screenshots'), { recursive: true });
    await step('Building the app if a source is newer', ensureBuilt);
    const clips = await step('Making the clips', () => clipsFor(peers, peers > 2 ? CLIP_SMALL : CLIP_LARGE));
    if (options.server === undefined) {
      server = await step('Starting the signaling server', () => startServer({ recordTo: received, logTo: serverLog }));
    }
    // Each microphone is encoded once for every other participant; beyond its cores a computer drops pictures instead.
    const speakers = peers <= 3 || availableParallelism() >= 2 * peers ? peers : 2;
    if (speakers < peers) tell(`${names.slice(0, speakers).join(' and ')} have a microphone, the others only listen`);
    const homeServer = options.server ?? server?.host ?? '';

    await step(`${names.join(', ')} open Parley`, async () => {
      // Two at a time: a small computer starts eight browsers no faster together.
      for (let first = 0; first < peers; first += 2) {
        const pair = await Promise.allSettled(
          names.slice(first, first + 2).map((name, i) => {
            const clip = clips[first + i];
            if (!clip) throw new Error('a clip is missing');
            return Participant.open({
              name,
              clip,
              homeServer,
              equipment: { microphone: first + i < speakers },
              folder: join(folder, slug(name)),
              // Drawn without a graphics card: more windows, smaller ones.
              viewport: peers > 2 ? { width: 960, height: 640 } : { width: 1280, height: 800 },
            });
          }),
        );
        for (const opened of pair) if (opened.status === 'fulfilled') participants.push(opened.value);
        for (const opened of pair) if (opened.status === 'rejected') throw opened.reason;
        signal.throwIfAborted();
      }
    });
    const [ana, ben] = participants;
    if (!ana || !ben) throw new Error('nobody came');

    await step(`${ana.name} makes the room and starts a call`, async () => {
      await ana.createRoom(ROOM);
      await ana.enterCall();
      invite = await ana.copyInvite();
    });
    await step(`${names.slice(1).join(', ')} join by the invite and answer`, async () => {
      for (const participant of participants.slice(1)) {
        await participant.joinRoom(invite);
        await participant.joinCall();
      }
    });
    const callStartedAt = performance.now();
    await attempt('Everyone sees everyone', async () => {
      await everyone((participant, who) =>
        Promise.all(others(who).map(({ name }) => participant.waitFrames(name, 20, 90_000))),
      );
    });
    await attempt('Everyone hears everyone', async () => {
      await everyone(async (participant, who) => {
        const levels: number[] = [];
        for (const { name, other } of others(who)) {
          if (other < speakers) levels.push(await waitVoice(participant, name));
        }
        const report = reports[who];
        if (report) report.voiceDb = Math.min(...levels);
      });
    });
    await attempt('Everyone writes', async () => {
      for (let who = 0; who < peers; who++) for (const index of [1, 2]) await write(who, index);
    });
    await attempt(`${ben.name} shares a screen`, async () => {
      await ben.press('Share screen');
      await Promise.all(
        participants
          .filter((participant) => participant !== ben)
          .map((participant) =>
            until(
              `${ben.name}'s screen on ${participant.name}'s`,
              async () => (await participant.seen(`${ben.name}'s screen`)).framesDecoded > 3,
              { timeoutMs: 45_000 },
            ),
          ),
      );
      await picture(ana, 'screen-share');
      await ben.press('Stop sharing');
    });

    if (server) {
      const ours = server;
      await attempt(`The server goes away for ${AWAY_SECONDS} s`, async () => {
        const framesOf = () =>
          everyone(async (participant, who) => {
            participant.frames.add(await participant.snapshot());
            return others(who).map(({ name }) => participant.frames.of(name).framesDecoded);
          });
        await ours.stop('SIGKILL');
        const before = await framesOf();
        const awaySince = performance.now();
        await attempt('The apps say so, and the chat goes on', async () => {
          await everyone((participant) => participant.waitStatus(/Reconnecting/, AWAY_SECONDS * 1000));
          for (let who = 0; who < peers; who++) await write(who, 3);
        });
        await picture(ana, 'server-away');
        const left = AWAY_SECONDS * 1000 - (performance.now() - awaySince);
        if (left > 0) await pause(left);
        const after = await framesOf();
        reports.forEach((report, who) => {
          report.framesDecodedWhileServerAway = Math.min(
            ...(after[who] ?? []).map((frames, other) => frames - (before[who]?.[other] ?? 0)),
          );
        });
      });
      await step('The server comes back', () => ours.start());
      await attempt('Everyone is connected again', async () => {
        await everyone(async (participant, who) => {
          await participant.waitStatus(/Connected to/, 60_000);
          const report = reports[who];
          if (report) report.reconnects += 1;
        });
      });
    } else {
      tell('The given server stays: its loss is left out');
    }

    const left = options.seconds * 1000 - (performance.now() - callStartedAt);
    if (left > 0) {
      await step(`The call goes on for ${Math.ceil(left / 1000)} s`, async () => {
        await until(
          'the end of the call',
          () => signal.aborted || performance.now() - callStartedAt >= options.seconds * 1000,
          {
            timeoutMs: left + 5_000,
          },
        );
      });
    }
    await attempt('Every message is delivered', async () => {
      for (const { who, text } of messages) {
        const participant = participants[who];
        const report = reports[who];
        if (!participant || !report) continue;
        await participant.waitDelivered(text).then(
          () => {
            report.messagesDelivered += 1;
          },
          () => undefined, // counted as undelivered
        );
      }
    });
    await everyone((participant) => picture(participant, 'call'));
    await attempt('Every message is found by search', async () => {
      const foundBy = await everyone(async (participant, who) => {
        const found = new Set<string>();
        for (const message of messages.filter((one) => one.who !== who)) {
          if ((await participant.search(message.word)) > 0) found.add(message.word);
        }
        await participant.closeSearch();
        return found;
      });
      for (const { who, word } of messages) {
        const report = reports[who];
        if (report && foundBy.every((found, other) => other === who || found.has(word))) report.messagesFound += 1;
      }
    });

    const looks = await everyone((participant) => participant.snapshot());
    const entered = looks.map((look) => {
      const pressed = Math.max(look.pressedAt['Start call'] ?? 0, look.pressedAt['Join call'] ?? 0);
      return look.epoch + pressed;
    });
    participants.forEach((participant, who) => {
      const report = reports[who];
      const look = looks[who];
      if (!report || !look) return;
      participant.frames.add(look);
      const company = Math.min(...entered.filter((_, other) => other !== who));
      if (look.firstFrameAt !== null) {
        report.firstFrameMs = Math.round(look.epoch + look.firstFrameAt - Math.max(entered[who] ?? 0, company));
      }
      const seen = others(who).map(({ name, other }) => ({ other, ...participant.frames.of(name) }));
      const least = seen.toSorted((a, b) => a.framesDecoded - b.framesDecoded)[0];
      if (least) {
        report.framesDecoded = least.framesDecoded;
        report.counterFirst = least.counterFirst;
        report.counterLast = least.counterLast;
      }
      for (const { other, who: clip } of seen) {
        if (clip !== null && clip !== other)
          problems.push(`${report.name}: the picture under ${names[other]}'s name is someone else's`);
      }
      report.candidatePair = [...participant.frames.candidatePairs].join(', ') || null;
    });

    await attempt('Everyone leaves', async () => {
      await everyone((participant) => participant.leaveCall());
    });
    await everyone((participant) => picture(participant, 'after'));
  } catch (error) {
    if (!signal.aborted && problems.length === 0) problems.push(error instanceof Error ? error.message : String(error));
    if (!signal.aborted) await Promise.allSettled(participants.map((participant) => picture(participant, 'trouble')));
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.allSettled(participants.map((participant) => participant.close()));
    await server?.close();
  }
  if (signal.aborted) problems.push('It was interrupted.');

  const secrets = [
    ...names.map((name) => secretText('a name', name)),
    ...messages.map(({ text }) => secretText('the text of a message', text)),
    ...messages.map(({ word }) => secretText('a word of a message', word)),
    secretText('the name of the room', ROOM),
    secretText('a candidate', 'candidate:'),
    secretText('a session description', 'a=fingerprint'),
    ...(invite === '' ? [] : [secretText('the secret of the invite', invite.split('#')[1]?.split('.')[1] ?? invite)]),
    ...participants.flatMap((participant) => [...participant.frames.fingerprints].flatMap(secretFingerprint)),
  ];
  let bytesReceived: number | null = null;
  let events: number | null = null;
  if (options.server === undefined) {
    const bytes = existsSync(received) ? await readFile(received) : Buffer.alloc(0);
    const logged = existsSync(serverLog) ? await readFile(serverLog) : Buffer.alloc(0);
    bytesReceived = bytes.length;
    events = countEvents(bytes);
    if (bytes.length === 0) problems.push('The server recorded nothing of what it received.');
    for (const [where, haystack] of [
      ['received', bytes],
      ['logged', logged],
    ] as const) {
      const leaks = findLeaks(haystack, secrets);
      for (const { what, form } of leaks) problems.push(`The server ${where} ${what} (${form}).`);
      if (leaks.length === 0 && haystack.length > 0)
        tell(`None of ${secrets.length} names, texts and fingerprints is in what the server ${where}.`);
    }
  }
  problems.push(...brokenPromises(reports, options.server === undefined));
  return { ok: problems.length === 0, problems, participants: reports, server: { bytesReceived, events } };
}

/** Socket.IO events (packet type 42) among the recorded frames. */
function countEvents(bytes: Buffer): number {
  return bytes.toString('latin1').match(/42\d*\["[a-z]+:[a-z-]+"/g)?.length ?? 0;
}

const slug = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '-');
