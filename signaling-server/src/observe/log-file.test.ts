import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LogFileError, type LogFilePorts, openLogFile } from './log-file.ts';

const KIB = 1 / 1024;
const quiet: LogFilePorts = { onTrouble: () => {}, onMended: () => {} };

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const line = (n: number): string => `${JSON.stringify({ n, filling: 'x'.repeat(200) })}\n`;

describe('openLogFile (S9)', () => {
  it('writes every line, in numbered files that only this user may read, and keeps as many as it should', async () => {
    const folder = emptyFolder();
    const file = await openLogFile({ path: join(folder, 'parley.log'), maxMb: KIB, kept: 3 }, quiet);
    const written = (): string =>
      readdirSync(folder)
        .sort(byNumber)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
    for (let n = 0; n < 60; n++) {
      file.write(line(n));
      // All at once they would go into one file.
      await vi.waitFor(() => expect(written()).toContain(line(n)), { interval: 1 });
    }
    file.write(line(60));
    await file.close();
    expect(written().endsWith(line(60))).toBe(true);
    // One more when the newest was not there yet as the oldest were looked for.
    await vi.waitFor(() => expect(readdirSync(folder).length).toBeLessThanOrEqual(5));
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const lines = written().trim().split('\n');
    const numbers = lines.map((text) => (JSON.parse(text) as { n: number }).n);
    // The oldest are gone; of the rest none is missing, and the last was not left behind.
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 61 - numbers.length + index));
  });

  it('goes on in the last file of an earlier run', async () => {
    const folder = emptyFolder();
    for (const n of [1, 2]) {
      const file = await openLogFile({ path: join(folder, 'parley.log'), maxMb: 1, kept: 1 }, quiet);
      file.write(line(n));
      await file.close();
    }
    expect(readdirSync(folder)).toEqual(['parley.1.log']);
    expect(readFileSync(join(folder, 'parley.1.log'), 'utf8')).toBe(line(1) + line(2));
  });

  it('says in one sentence why it cannot write', async () => {
    const folder = emptyFolder();
    const missing = openLogFile({ path: join(folder, 'no', 'parley.log'), maxMb: 1, kept: 1 }, quiet);
    await expect(missing).rejects.toBeInstanceOf(LogFileError);
    await expect(missing).rejects.toThrow(
      `LOG_FILE: ${join(folder, 'no', 'parley.1.log')} cannot be written: its folder does not exist`,
    );
    mkdirSync(join(folder, 'taken.1.log'));
    const taken = openLogFile({ path: join(folder, 'taken.log'), maxMb: 1, kept: 1 }, quiet);
    await expect(taken).rejects.toThrow('cannot be written: it is a folder');
  });

  it.runIf(existsSync('/dev/full'))('goes on when the disk is full, and says so once', async () => {
    const folder = emptyFolder();
    // Takes no byte, like a disk that is full.
    symlinkSync('/dev/full', join(folder, 'parley.1.log'));
    const onTrouble = vi.fn();
    const onMended = vi.fn();
    const file = await openLogFile({ path: join(folder, 'parley.log'), maxMb: 1, kept: 1 }, { onTrouble, onMended });
    for (let n = 0; n < 3; n++) {
      file.write(line(n));
      await vi.waitFor(() => expect(onTrouble).toHaveBeenCalledWith('ENOSPC'));
    }
    // More than it holds back: the newest are lost, and nothing grows.
    for (let n = 0; n < 2 ** 20 / 200; n++) file.write(line(n));
    expect(onTrouble).toHaveBeenCalledTimes(1);
    expect(onMended).not.toHaveBeenCalled();
    await file.close();
    // A line that comes late is nobody's trouble.
    file.write(line(0));
    unlinkSync(join(folder, 'parley.1.log'));
  });

  it('does not mind that its folder went away, nor closing twice', async () => {
    const folder = emptyFolder();
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    const onTrouble = vi.fn();
    const onMended = vi.fn();
    const closings: (Error | null)[] = [];
    const close = fs.close;
    const spy = vi.spyOn(fs, 'close').mockImplementation((number, done) =>
      close(number, (failure) => {
        closings.push(failure ?? null);
        done?.(failure ?? null);
      }),
    );
    onTestFinished(() => spy.mockRestore());
    const file = await openLogFile({ path: join(inner, 'parley.log'), maxMb: KIB, kept: 1 }, { onTrouble, onMended });
    rmSync(inner, { recursive: true });
    for (let n = 0; n < 20; n++) file.write(line(n));
    await vi.waitFor(() => expect(onTrouble).toHaveBeenCalledWith('ENOENT'));
    mkdirSync(inner);
    // The next one is tried when as much again was written.
    await vi.waitFor(() => {
      for (let n = 0; n < 20; n++) file.write(line(n));
      expect(readdirSync(inner)).not.toEqual([]);
    });
    await file.close();
    await file.close();
    // The file before was closed once: at a second time its number may be somebody else's.
    expect(closings.length).toBeGreaterThanOrEqual(2);
    expect(closings.filter((failure) => failure !== null)).toEqual([]);
  });
});

const byNumber = (left: string, right: string): number => numberOf(left) - numberOf(right);
const numberOf = (name: string): number => Number(name.split('.').at(-2));
