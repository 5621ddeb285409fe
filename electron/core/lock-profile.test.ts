import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockProfile } from './lock-profile.ts';
import { temporaryFolder } from './testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let profile: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  profile = join(folder.path, 'profile');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  folder.remove();
});

/** Another process that tries to take the profile, and what it says about it. */
async function otherProcess(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/children/hold-lock.ts'), profile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [said] = await once(createInterface(child.stdout), 'line');
  return { child, said: String(said) };
}

describe('a profile', () => {
  it('belongs to one process at a time', async () => {
    const mine = lockProfile(profile);
    expect(mine.ok).toBe(true);
    expect((await otherProcess()).said).toBe('already-running');
    if (mine.ok) mine.value.close();
    expect((await otherProcess()).said).toBe('held');
  });

  it('is free again after its process was killed', async () => {
    const { child, said } = await otherProcess();
    expect(said).toBe('held');
    expect(lockProfile(profile)).toMatchObject({ ok: false, code: 'already-running' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const mine = lockProfile(profile);
    expect(mine.ok).toBe(true);
    if (mine.ok) mine.value.close();
  });

  it('cannot be taken twice in one process', () => {
    const first = lockProfile(profile);
    expect(lockProfile(profile)).toMatchObject({ ok: false, code: 'already-running' });
    if (first.ok) first.value.close();
  });

  it.runIf(process.platform !== 'win32')('is a folder of this user alone', () => {
    const lock = lockProfile(profile);
    expect(statSync(profile).mode & 0o777).toBe(0o700);
    expect(statSync(join(profile, 'lock.db')).mode & 0o777).toBe(0o600);
    if (lock.ok) lock.value.close();
  });

  it('that cannot be written says so', () => {
    writeFileSync(profile, 'a file where the folder should be');
    expect(lockProfile(profile)).toMatchObject({ ok: false, code: 'disk-read-only' });
  });
});
