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
      audioEnergy: z.number(),
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
