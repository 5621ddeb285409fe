import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '#core/atomic-file.ts';

/**
 * How a second start reaches the first one: a file in the profile, which only this person can read, names the port and
 * a secret. Nothing but the wish to open a window, and a link, crosses.
 */
const fileOf = (profile: string) => join(profile, 'handover.json');
const digest = (text: string) => createHash('sha256').update(text).digest();

/** Makes the secret; `publish` writes it down for later starts, `withdraw` takes the file away. */
export function createHandover(profile: string) {
  const secret = randomBytes(32).toString('base64url');
  const expected = digest(secret);
  return {
    secretMatches: (given: string) => timingSafeEqual(digest(given), expected),
    publish: (port: number) => writeFileAtomically(fileOf(profile), JSON.stringify({ port, secret })),
    withdraw: () => rmSync(fileOf(profile), { force: true }),
  };
}

/** The outcome of a handover: the running Parley opened a window, or gave the address for one. */
export type HandoverAnswer = { opened: boolean; url: string | null };

/**
 * Asks the Parley that has this profile to open a window, with a link if there is one. Resolves with null when it
 * cannot be reached, as when it runs in Electron.
 */
export async function handOver(
  profile: string,
  deepLink: string | null,
  timeoutMs = 3_000,
): Promise<HandoverAnswer | null> {
  try {
    const note: unknown = JSON.parse(readFileSync(fileOf(profile), 'utf8'));
    if (typeof note !== 'object' || note === null || !('port' in note) || !('secret' in note)) return null;
    if (!Number.isInteger(note.port) || typeof note.secret !== 'string') return null;
    const response = await fetch(`http://127.0.0.1:${String(note.port)}/handover`, {
      method: 'POST',
      headers: { authorization: `Bearer ${note.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ deepLink }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json();
    if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== true) return null;
    const value = 'value' in answer && typeof answer.value === 'object' ? answer.value : null;
    return {
      opened: value !== null && 'opened' in value && value.opened === true,
      url: value !== null && 'url' in value && typeof value.url === 'string' ? value.url : null,
    };
  } catch {
    // The file is left over from a host that no longer runs, or another program has its port. The caller then starts a host.
    return null;
  }
}
