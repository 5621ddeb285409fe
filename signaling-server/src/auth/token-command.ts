import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { formatServerInvite } from '@parley/shared/sealing';
import { systemClock } from '../clock.ts';
import { type Config, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { openLogFile } from '../observe/log-file.ts';
import { openTokens } from './open-tokens.ts';
import { TokenFileError } from './sqlite-token-store.ts';
import { endAt, type TokenRecord } from './token-record.ts';
import type { Tokens } from './tokens.ts';

const USAGE = `Rights to use a server whose ACCESS is token. Same environment as the server.

  token create --name NAME [--days DAYS] [--json]   makes one and prints its token, once
  token list [--json]                               shows them all
  token revoke ID                                   ends one; its connections are closed within seconds`;

class UsageError extends Error {}

/** `token create|list|revoke`. Returns the exit code: 0 done, 1 not possible, 2 not understood. */
export async function runTokenCommand(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === undefined || args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return verb === undefined ? 2 : 0;
  }
  try {
    const task = taskOf(verb, rest);
    const reading = readConfig({ ...process.env, NODE_ENV: process.env.NODE_ENV ?? '', ACCESS: 'token' });
    if (!reading.ok) {
      console.error(`The configuration is not valid:\n${reading.problems.map((problem) => `  ${problem}`).join('\n')}`);
      return 1;
    }
    return await withTokens(reading.config, task);
  } catch (failure) {
    if (failure instanceof UsageError) {
      console.error(`${failure.message}\n\n${USAGE}`);
      return 2;
    }
    if (failure instanceof TokenFileError) console.error(failure.message);
    else console.error(`The tokens cannot be reached: ${failure instanceof Error ? failure.message : 'unknown'}`);
    return 1;
  }
}

/** Does what was asked for; `note` writes a line of the audit log. */
type Task = (tokens: Tokens, note: (what: string, right: string) => Promise<void>, config: Config) => Promise<number>;

function taskOf(verb: string, args: string[]): Task {
  switch (verb) {
    case 'create': {
      const { name, days, json } = readOptions(args);
      if (name === undefined || name.trim() === '' || name.length > 100)
        throw new UsageError('Say who it is for: --name NAME, up to 100 characters.');
      if (days !== undefined && !/^[1-9][0-9]{0,4}$/.test(days))
        throw new UsageError('--days takes a whole number from 1 to 99999.');
      const endsAt = days === undefined ? null : Date.now() + Number(days) * 86_400_000;
      return async (tokens, note, { publicHosts: [host] }) => {
        const { record, refreshToken } = await tokens.create(name.trim(), endsAt);
        const invitation = host === undefined ? undefined : formatServerInvite({ host, refreshToken });
        const shown = invitation === undefined ? refreshToken : `${invitation}\n\nor the token alone: ${refreshToken}`;
        if (json) console.log(JSON.stringify({ id: record.id, name: record.name, token: refreshToken, invitation }));
        else console.log(`${shown}\n\nGive this to ${record.name}. It is shown only now; ${record.id} ends it.`);
        await note('right made', record.id);
        return 0;
      };
    }
    case 'list': {
      const { json } = readOptions(args);
      return async (tokens) => {
        const records = (await tokens.list()).toSorted((a, b) => a.createdAt - b.createdAt);
        if (json) console.log(JSON.stringify(records));
        else console.log(records.length === 0 ? 'There are none.' : records.map(lineOf).join('\n'));
        return 0;
      };
    }
    case 'revoke': {
      const [id, ...more] = args;
      if (id === undefined || more.length > 0) throw new UsageError('Say which: token revoke ID.');
      return async (tokens, note) => {
        if (await tokens.revoke(id)) {
          console.log(`${id} ended.`);
          await note('right ended', id);
          return 0;
        }
        console.error(`There is no ${id}; \`token list\` shows them all.`);
        return 1;
      };
    }
    default:
      throw new UsageError(`Unknown: token ${verb}.`);
  }
}

function readOptions(args: string[]): { name?: string; days?: string; json?: boolean } {
  try {
    const options = { name: { type: 'string' }, days: { type: 'string' }, json: { type: 'boolean' } } as const;
    return parseArgs({ args, options, strict: true }).values;
  } catch (failure) {
    throw new UsageError(failure instanceof Error ? failure.message : 'That was not understood.');
  }
}

function lineOf(record: TokenRecord): string {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const end = record.endsAt === null ? 'no end' : `until ${day(record.endsAt)}`;
  const ended = record.why === 'reused' ? 'ended: its token was used twice' : 'ended by the admin';
  const state = !endAt(record, Date.now())
    ? end
    : record.revokedAt === null
      ? `over since ${day(record.endsAt ?? 0)}`
      : ended;
  const used = record.lastUsedAt === null ? 'never used' : `used ${day(record.lastUsedAt)}`;
  return `${record.id}  ${record.name}  ${state}  ${used}`;
}

/**
 * Writes what was done into the server's log file, if it has one: no server's process does it. The token was given out by then, so
 * whatever goes wrong here is no more than told.
 */
const noteIn =
  ({ logFile, logFileMaxMb, logFilesKept }: Config) =>
  async (what: string, right: string): Promise<void> => {
    if (logFile === undefined) return;
    try {
      const settings = { path: logFile, maxMb: logFileMaxMb, kept: logFilesKept };
      const onTrouble = (code: string): void => console.error(`The log file was not written: ${code}`);
      const file = await openLogFile(settings, { onTrouble, onMended: () => {} });
      createLog({ logLevel: 'info', logPretty: false }, file).log.info({ audit: true, right }, what);
      await file.close();
    } catch (failure) {
      console.error(failure instanceof Error ? failure.message : 'The log file was not written.');
    }
  };

async function withTokens(config: Config, task: Task): Promise<number> {
  const redis = await openRedis(config);
  try {
    const tokens = await openTokens(config, { redis, now: () => Date.now(), random: randomBytes });
    return tokens ? await task(tokens, noteIn(config), config) : 1;
  } finally {
    redis?.destroy();
  }
}

async function openRedis({ redisUrl: url, redisPrefix: prefix }: Config) {
  if (url === undefined) return undefined;
  const { connectRedis } = await import('../cluster/redis-client.ts');
  const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
  return connectRedis({ url, prefix, clock: systemClock, log, random: randomBytes });
}
