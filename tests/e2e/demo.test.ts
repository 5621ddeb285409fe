import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ProcessEnd, startProcess } from '#support/processes.ts';

const Count = z.number().int().nonnegative();
const Report = z.strictObject({
  ok: z.boolean(),
  problems: z.array(z.string()),
  participants: z.array(
    z.strictObject({
      name: z.string(),
      firstFrameMs: Count,
      framesDecoded: Count,
      framesDecodedWhileServerAway: Count,
      counterFirst: Count,
      counterLast: Count,
      voiceDb: z.number(),
      messagesSent: Count,
      messagesDelivered: Count,
      messagesFound: Count,
      reconnects: Count,
      candidatePair: z.string(),
    }),
  ),
  server: z.strictObject({ bytesReceived: Count, events: Count }),
});

describe('npm run demo', () => {
  let folder: string;
  let end: ProcessEnd;
  let lines: readonly string[];
  let errorText: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-demo-test-'));
    const demo = startProcess({ args: ['tests/demo/main.ts', '--json', '--seconds', '20', '--keep', folder] });
    end = await demo.ended;
    ({ lines, errorText } = demo);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('does everything that it promises (P1)', () => {
    const report = Report.parse(JSON.parse(lines.at(-1) ?? ''));
    expect(report.problems, errorText).toEqual([]);
    expect(end.code).toBe(0);
    expect(report.participants.map(({ name }) => name)).toEqual(['Ana Ribeiro', 'Ben Okafor']);
    for (const one of report.participants) {
      expect(one.framesDecoded).toBeGreaterThan(100);
      expect(one.counterLast).toBeGreaterThan(one.counterFirst);
      expect(one.framesDecodedWhileServerAway).toBeGreaterThan(50);
      expect(one.messagesDelivered).toBe(one.messagesSent);
      expect(one.messagesFound).toBe(one.messagesSent);
      expect(one.messagesSent).toBeGreaterThan(1);
      expect(one.reconnects).toBeGreaterThanOrEqual(1);
    }
  });

  it('leaves databases that sqlite3 can read, what the server saw, and pictures', async () => {
    const files = await readdir(folder, { recursive: true });
    expect(files.filter((file) => file.endsWith('.png')).length).toBeGreaterThanOrEqual(6);
    const databases = files.filter((file) => file.endsWith('history.db'));
    expect(databases.length).toBe(2);
    // Closed in order: everything is in the one file.
    expect(files.filter((file) => file.endsWith('-wal'))).toEqual([]);
    expect((await readFile(join(folder, 'server-received.log'))).length).toBeGreaterThan(1_000);
    expect((await readFile(join(folder, 'server.log'))).length).toBeGreaterThan(0);
  });

  it('refuses a number of people that makes no call, in one sentence', async () => {
    const refused = startProcess({ args: ['tests/demo/main.ts', '--peers', '1'] });
    expect((await refused.ended).code).toBe(2);
    expect(refused.errorText).toContain('--peers takes a whole number from 2 to 8');
  });
});

const ServersReport = z.strictObject({
  ok: z.boolean(),
  interrupted: z.boolean(),
  folder: z.string(),
  steps: z.array(
    z.strictObject({
      what: z.string(),
      ok: z.boolean(),
      seconds: z.number(),
      problem: z.string().nullable(),
      pictures: z.array(z.string()),
    }),
  ),
});

describe('npm run demo -- --server', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-demo-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  /** Without a display, wherever the test runs. */
  const start = (args: string[], env: Record<string, string> = {}) =>
    startProcess({
      args: ['tests/demo/main.ts', '--server', ...args],
      env: { DISPLAY: '', WAYLAND_DISPLAY: '', ...env },
    });

  it('goes through every step, keeps pictures of them, and ends with 0', async () => {
    const kept = join(folder, 'whole');
    const demo = start(['--json', '--keep', kept]);
    const end = await demo.ended;
    const report = ServersReport.parse(JSON.parse(demo.lines.at(-1) ?? ''));
    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(end.code).toBe(0);
    for (const said of ['wrong password', 'the two meet', 'revokes Ben’s right', 'told at once', 'call goes on']) {
      expect(report.steps.filter(({ what }) => what.includes(said))).toHaveLength(1);
      expect(demo.errorText).toMatch(new RegExp(`✓ .*${said}`));
    }
    const files = await readdir(kept);
    const pictures = report.steps.flatMap((step) => step.pictures);
    expect(pictures.length).toBeGreaterThan(10);
    expect(files).toEqual(expect.arrayContaining([...pictures, 'run.html']));
  });

  it('says at which step it stopped and ends with 1 when a step does not happen', async () => {
    const demo = start(['--keep', join(folder, 'broken')], { CHROMIUM: '/bin/false' });
    expect((await demo.ended).code).toBe(1);
    expect(demo.lines.join('\n')).toMatch(/✗ Step \d+ did not happen: Ana and Ben open Parley/);
  });

  it('closes what it opened and ends with 130 when it is interrupted', async () => {
    const demo = start(['--keep', join(folder, 'interrupted')]);
    await demo.waitForLine('the servers', (line) => (line.includes('✓ Two servers run') ? line : undefined), 120_000);
    demo.kill('SIGINT');
    expect((await demo.ended).code).toBe(130);
    expect(demo.lines.join('\n')).toContain('It was interrupted');
  });

  it('refuses to be mixed with the other run, in one sentence', async () => {
    const refused = start(['--peers', '3']);
    expect((await refused.ended).code).toBe(2);
    expect(refused.errorText).toContain('--server is a run of its own');
  });
});
