import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { RefreshToken } from '@parley/shared/protocol';
import { parseServerInvite } from '@parley/shared/sealing';

/** How the probe gets in. A token is written back to its file after each use: every exchange makes it new. */
export type Right =
  | { kind: 'none' }
  | { kind: 'password'; password: string }
  | { kind: 'token'; refreshToken: string; file: string | undefined };

export class WrongRight extends Error {
  override name = 'WrongRight';
}

/**
 * Reads PARLEY_PROBE_PASSWORD or PARLEY_PROBE_TOKEN, or the file that PARLEY_PROBE_PASSWORD_FILE or PARLEY_PROBE_TOKEN_FILE names: arguments can
 * be read by every process of a computer. Throws WrongRight with a sentence.
 */
export function readRight(environment: Readonly<Record<string, string | undefined>>): Right {
  const [password, token] = ['PARLEY_PROBE_PASSWORD', 'PARLEY_PROBE_TOKEN'].map((name) =>
    readSecret(environment, name),
  );
  if (password?.value && token?.value) throw new WrongRight('Give the probe a password or a token, not both.');
  if (password?.value) return { kind: 'password', password: password.value };
  if (!token?.value) return { kind: 'none' };
  const invite = parseServerInvite(token.value);
  const refreshToken = RefreshToken.safeParse(invite.ok ? invite.value.refreshToken : token.value);
  if (!refreshToken.success)
    throw new WrongRight('PARLEY_PROBE_TOKEN is no server invitation (parley://server/…) and no token of one.');
  return { kind: 'token', refreshToken: refreshToken.data, file: token.file };
}

function readSecret(environment: Readonly<Record<string, string | undefined>>, name: string) {
  const file = environment[`${name}_FILE`];
  if (file === undefined || file === '') return { value: environment[name]?.trim(), file: undefined };
  try {
    return { value: readFileSync(file, 'utf8').trim(), file };
  } catch (failure) {
    throw new WrongRight(
      `${name}_FILE cannot be read: ${failure instanceof Error ? failure.message : String(failure)}.`,
    );
  }
}

/** Keeps the token that is good the next time, whole or not at all. */
export async function keepToken(file: string, refreshToken: string): Promise<void> {
  await writeFile(`${file}.part`, `${refreshToken}\n`, { mode: 0o600 });
  await rename(`${file}.part`, file);
}
