import { readFileSync } from 'node:fs';
import { problemsBetween } from './config-rules.ts';
import { type Config, nameInConfig, SETTINGS } from './config-settings.ts';

export { warningsOf } from './config-rules.ts';
export { type Config, SETTINGS } from './config-settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ConfigReading = { ok: true; config: Config } | { ok: false; problems: string[] };

/**
 * Reads the configuration. On trouble every problem is named, also those between settings, so that an admin corrects
 * them in one go. Values are repeated only where they are not secret. A secret may stand in a file that `<NAME>_FILE` names.
 */
export function readConfig(
  environment: Environment,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ConfigReading {
  const problems: string[] = [];
  const given: Record<string, string> = {};
  const config: Record<string, unknown> = {};
  for (const [name, { schema, fallback, isSecret }] of Object.entries(SETTINGS)) {
    // An empty variable is an unset one: compose files and shells make no difference either.
    const own = environment[name]?.trim() ?? '';
    const file = (isSecret && environment[`${name}_FILE`]?.trim()) || '';
    if (own !== '' && file !== '') problems.push(`${name}: is given twice, by itself and in ${name}_FILE`);
    let value = own;
    if (own === '' && file !== '') {
      try {
        value = readFile(file).trim();
        if (value === '') problems.push(`${name}_FILE: ${file} is empty`);
      } catch (failure) {
        problems.push(`${name}_FILE: ${file} cannot be read (${codeOf(failure)})`);
        // It is given, whatever it is.
        given[name] = file;
        continue;
      }
    }
    if (value !== '') given[name] = value;
    if (/^(["']).*\1$/s.test(value)) {
      problems.push(`${name}: is in quotes, which would be a part of it; take them away`);
      continue;
    }
    const parsed = schema.safeParse(value === '' ? fallback : value);
    for (const { message } of parsed.error?.issues ?? []) problems.push(`${name}: ${message}`);
    config[nameInConfig(name)] = parsed.data;
  }
  problems.push(...problemsBetween(given));
  // Each value is of its schema's type, and each setting has one.
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: config as Config };
}

const codeOf = (failure: unknown): string =>
  failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown';

/** The table of all settings as `--help` prints it. */
export function settingsTable(): string {
  const nameWidth = Math.max(...Object.keys(SETTINGS).map((name) => name.length));
  return Object.entries(SETTINGS)
    .map(
      ([name, { about, fallback }]) =>
        `${name.padEnd(nameWidth)}  ${about}\n${' '.repeat(nameWidth)}  default: ${fallback || '-'}`,
    )
    .join('\n');
}
