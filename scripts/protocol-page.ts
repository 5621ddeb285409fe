/**
 * Writes docs/protocol.md from the tables of `shared`: node scripts/run.mjs scripts/protocol-page.ts [--check]
 * With --check nothing is written, and a page that is not up to date ends with 1.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConnectAuth,
  clientEvents,
  ERRORS,
  LIMITS,
  LinkMessage,
  PairMessage,
  PROTOCOL_VERSION,
  SIGNALING_PATH,
  serverEvents,
} from '@parley/shared/protocol';
import { z } from 'zod';
import vectors from '../shared/sealing/vectors.json' with { type: 'json' };

type Schema = z.core.JSONSchema.BaseSchema;

const PAGE = join(import.meta.dirname, '../docs/protocol.md');
const TEMPLATE = join(import.meta.dirname, 'protocol-page.template.md');

const plain = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: 'input', reused: 'inline' });

/** A range in words, leaving out what JavaScript's numbers bring anyway. */
function range(low: number | undefined, high: number | undefined, unit: string): string {
  const top = high === Number.MAX_SAFE_INTEGER ? undefined : high;
  if (low !== undefined && top !== undefined) {
    return low === top ? `exactly ${low} ${unit}` : `${low} to ${top} ${unit}`.trim();
  }
  if (low !== undefined) return `at least ${low} ${unit}`.trim();
  return top === undefined ? '' : `at most ${top} ${unit}`.trim();
}

const BASE64_BYTES: Record<number, number> = { 22: 16, 43: 32, 86: 64 };

/** One schema in words. */
function words(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => words(choice as Schema)).join(' or ');
  switch (schema.type) {
    case 'string': {
      const fixed = /^\^\[A-Za-z0-9_-\]\{(\d+)\}\[/.exec(schema.pattern ?? '')?.[1];
      const bytes = fixed === undefined ? undefined : BASE64_BYTES[Number(fixed) + 1];
      if (bytes !== undefined) return `${bytes} bytes, base64url`;
      const size = range(schema.minLength, schema.maxLength, 'characters');
      const kind = schema.pattern === '^[A-Za-z0-9_-]+$' ? 'base64url' : 'text';
      return size === '' ? kind : `${kind}, ${size}`;
    }
    case 'integer':
    case 'number': {
      const above = typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + 1 : undefined;
      const low = schema.minimum ?? above;
      const size = range(low, schema.maximum, '');
      return size === '' ? 'whole number' : `whole number, ${size}`;
    }
    case 'array': {
      const size = range(schema.minItems, schema.maxItems, '');
      return `list${size === '' ? '' : ` (${size})`} of ${words(schema.items as Schema)}`;
    }
    case 'object':
      return 'object';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return 'anything';
  }
}

/** Every field of an object, those of objects inside it by their paths. */
function fields(schema: Schema, path = ''): string[] {
  const rows: string[] = [];
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    const field = value as Schema;
    const full = `${path}${name}`;
    const optional = schema.required?.includes(name) ? '' : ', optional';
    rows.push(`| \`${full}\` | ${words(field)}${optional} |`);
    const inner = [field, field.items as Schema | undefined, ...((field.anyOf ?? []) as Schema[])].filter(
      (part): part is Schema => part?.type === 'object',
    );
    for (const part of inner) rows.push(...fields(part, `${full}${part === field.items ? '[]' : ''}.`));
    for (const choice of (field.oneOf ?? []) as Schema[]) {
      if (choice.type === 'object') rows.push(...variant(choice, full));
    }
  }
  return rows;
}

/** One form of a union, after the field that tells it apart. */
function variant(schema: Schema, path: string): string[] {
  const mark = Object.entries(schema.properties ?? {}).find(([, value]) => (value as Schema).const !== undefined);
  const title = mark ? `${mark[0]} = ${words(mark[1] as Schema)}` : 'otherwise';
  return [
    `| \`${path}\` with ${title} | |`,
    ...fields(schema, `${path}.`).filter((row) => !row.includes(`.${mark?.[0]}\``)),
  ];
}

const table = (rows: string[], none: string): string =>
  rows.length === 0 ? none : ['| field | what |', '| --- | --- |', ...rows].join('\n');

const events = (): string =>
  Object.entries(clientEvents)
    .map(
      ([name, { input, ack }]) =>
        `#### \`${name}\`\n\n${table(fields(plain(input)), 'No fields.')}\n\nAnswered with:\n\n${table(fields(plain(ack)), 'An empty object.')}`,
    )
    .join('\n\n');

const pushed = (): string =>
  Object.entries(serverEvents)
    .map(([name, schema]) => `#### \`${name}\`\n\n${table(fields(plain(schema)), 'No fields.')}`)
    .join('\n\n');

const union = (schema: z.ZodType): string =>
  ((plain(schema).oneOf ?? []) as Schema[])
    .map((choice) => {
      const type = (choice.properties?.type as Schema | undefined)?.const;
      const rows = fields(choice).filter((row) => !row.startsWith('| `type` |'));
      return `#### \`${String(type)}\`\n\n${table(rows, 'No further fields.')}`;
    })
    .join('\n\n');

const limits = (): string =>
  [
    '| limit | value |',
    '| --- | --- |',
    ...Object.entries(LIMITS).map(([name, value]) => `| \`${name}\` | ${value} |`),
  ].join('\n');

const errors = (): string =>
  [
    '| code | sentence |',
    '| --- | --- |',
    ...Object.entries(ERRORS).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`),
  ].join('\n');

/** The page as it has to be. */
export async function protocolPage(): Promise<string> {
  const parts: Record<string, string> = {
    version: String(PROTOCOL_VERSION),
    path: SIGNALING_PATH,
    auth: table(fields(plain(ConnectAuth)), ''),
    events: events(),
    pushed: pushed(),
    link: union(LinkMessage),
    pair: union(PairMessage),
    limits: limits(),
    errors: errors(),
    vectors: JSON.stringify(vectors, null, 2),
  };
  const template = await readFile(TEMPLATE, 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`the template asks for ${name}`);
    return part;
  });
}

/** The page as it lies in docs/. */
export const storedPage = (): Promise<string> => readFile(PAGE, 'utf8').catch(() => '');

if (process.argv[1] === import.meta.filename) {
  const page = await protocolPage();
  if (!process.argv.includes('--check')) await writeFile(PAGE, page);
  else if (page !== (await storedPage())) {
    console.error('docs/protocol.md is not up to date: node scripts/run.mjs scripts/protocol-page.ts');
    process.exitCode = 1;
  }
}
