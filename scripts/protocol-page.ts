/** docs/protocol.md from the tables of `shared`. scripts/documents.ts writes it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConnectAuth,
  clientEvents,
  ERRORS,
  FileMessage,
  LIMITS,
  LinkMessage,
  PairMessage,
  PROTOCOL_VERSION,
  SIGNALING_PATH,
  serverEvents,
} from '@parley/shared/protocol';
import { z } from 'zod';
import vectors from '../shared/sealing/vectors.json' with { type: 'json' };
import {
  ANY_REFUSALS,
  CLIENT_PROSE,
  CONNECT_REFUSALS,
  FIELD_PROSE,
  FILE_PROSE,
  LINK_PROSE,
  PAIR_PROSE,
  SERVER_PROSE,
} from './protocol-page.prose.ts';

type Schema = z.core.JSONSchema.BaseSchema;

const TEMPLATE = join(import.meta.dirname, 'protocol-page.template.md');

const plain = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: 'input', reused: 'inline' });

/** 65536 as 65,536. */
const grouped = (value: number): string => value.toLocaleString('en-US');

/** A range in words, leaving out what JavaScript's numbers bring anyway. */
function range(low: number | undefined, high: number | undefined, unit: string): string {
  const top = high === undefined || high === Number.MAX_SAFE_INTEGER ? undefined : high;
  if (low !== undefined && top !== undefined) {
    return low === top ? `exactly ${grouped(low)} ${unit}`.trim() : `${grouped(low)} to ${grouped(top)} ${unit}`.trim();
  }
  if (low !== undefined) return `at least ${grouped(low)} ${unit}`.trim();
  return top === undefined ? '' : `at most ${grouped(top)} ${unit}`.trim();
}

const BASE64_BYTES: Record<number, number> = { 22: 16, 43: 32, 86: 64 };
const choicesOf = (schema: Schema): Schema[] => (schema.anyOf ?? schema.oneOf ?? []) as Schema[];

/** The field that tells the forms of a union apart: the one that is a constant in each of them. */
function markOf(choices: readonly Schema[]): string | undefined {
  const names = Object.keys(choices[0]?.properties ?? {});
  return names.find((name) => choices.every((choice) => constantOf(choice, name) !== undefined));
}
const constantOf = (schema: Schema, name: string): unknown => (schema.properties?.[name] as Schema | undefined)?.const;

const nullFirst = (schema: Schema): number => (schema.type === 'null' ? 0 : 1);

/** One schema in words. */
export function words(schema: Schema): string {
  if (schema.description) return schema.description;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const choices = choicesOf(schema);
  const mark = choices.length > 1 ? markOf(choices) : undefined;
  if (mark !== undefined) return `one of ${choices.length} forms, by \`${mark}\``;
  if (choices.length > 0)
    return choices
      .toSorted((a, b) => nullFirst(a) - nullFirst(b))
      .map(words)
      .join(' or ');
  if (Array.isArray(schema.type))
    return schema.type
      .toReversed()
      .map((type) => words({ ...schema, type }))
      .join(' or ');
  switch (schema.type) {
    case 'string': {
      const fixed = /^\^\[A-Za-z0-9_-\]\{(\d+)\}\[/.exec(schema.pattern ?? '')?.[1];
      const bytes = fixed === undefined ? undefined : BASE64_BYTES[Number(fixed) + 1];
      if (bytes !== undefined) return `${bytes} bytes, base64url`;
      const isBase64Url = schema.pattern === '^[A-Za-z0-9_-]+$';
      const size = range(schema.minLength, schema.maxLength, isBase64Url ? 'characters' : 'UTF-16 units');
      const kind = isBase64Url ? 'base64url' : 'text';
      return size === '' ? kind : `${kind}, ${size}`;
    }
    case 'integer':
    case 'number': {
      const above = typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + 1 : undefined;
      const size = range(schema.minimum ?? above, schema.maximum, '');
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
      throw new Error(`no words for ${JSON.stringify(schema)}`);
  }
}

/** Field explanations that found their field; the rest is out of date. */
const explained = new Set<string>();

/** The meaning of a field: said for this event or message alone, or for every field of that name. */
export function meaning(owner: string, path: string): string {
  const name = path.split('.').at(-1)?.replace('[]', '') ?? path;
  for (const key of [`${owner} ${path}`, name]) {
    const found = FIELD_PROSE[key];
    if (found === undefined) continue;
    explained.add(key);
    return found;
  }
  return '';
}

const rowOf = (...cells: string[]): string => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;

/** Every field of an object, those of objects inside it by their paths. `skip` is not said again. */
function fields(owner: string, schema: Schema, path = '', skip?: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    if (name === skip) return [];
    const field = value as Schema;
    const full = `${path}${name}`;
    const optional = schema.required?.includes(name) ? '' : ', optional';
    const row = rowOf(`\`${full}\``, `${words(field)}${optional}`, meaning(owner, full));
    const element = field.items as Schema | undefined;
    return [row, ...inside(owner, field, full), ...(element ? inside(owner, element, `${full}[]`) : [])];
  });
}

/** The fields inside one field: an object's fields, or those of each form of a union. */
function inside(owner: string, field: Schema, path: string): string[] {
  if (field.type === 'object') return fields(owner, field, `${path}.`);
  const choices = choicesOf(field).filter(({ type }) => type === 'object');
  const mark = choices.length > 1 ? markOf(choices) : undefined;
  if (mark === undefined) return choices.flatMap((choice) => fields(owner, choice, `${path}.`));
  return choices.flatMap((choice) => {
    const constant = JSON.stringify(constantOf(choice, mark));
    return [
      rowOf(`\`${path}.${mark}\` = \`${constant}\``, '', meaning(owner, `${path}.${mark}=${constant}`)),
      ...fields(owner, choice, `${path}.`, mark),
    ];
  });
}

const table = (rows: string[], none: string): string =>
  rows.length === 0 ? none : ['| field | kind | meaning |', '| --- | --- | --- |', ...rows].join('\n');

const inCode = (codes: readonly string[]): string[] => codes.map((code) => `\`${code}\``);
const anyOf = new Intl.ListFormat('en-GB', { type: 'disjunction' });

const events = (): string =>
  Object.entries(CLIENT_PROSE)
    .map(([name, { does, refusals }]) => {
      const { input, ack } = clientEvents[name as keyof typeof clientEvents];
      return [
        `#### \`${name}\``,
        does,
        table(fields(name, plain(input)), 'No fields.'),
        `Refused with: ${inCode(refusals).join(', ') || 'nothing of its own'}. Otherwise answered with${Object.keys(ack.shape).length === 0 ? ' an empty object.' : ':'}`,
        table(fields(`${name} ack`, plain(ack)), ''),
      ]
        .filter((part) => part !== '')
        .join('\n\n');
    })
    .join('\n\n');

const pushed = (): string =>
  Object.entries(SERVER_PROSE)
    .map(([name, does]) => {
      const schema = serverEvents[name as keyof typeof serverEvents];
      return `#### \`${name}\`\n\n${does}\n\n${table(fields(name, plain(schema)), 'No fields.')}`;
    })
    .join('\n\n');

const union = (schema: z.ZodType, prose: Readonly<Record<string, string>>): string =>
  choicesOf(plain(schema))
    .map((choice) => {
      const type = String(constantOf(choice, 'type'));
      const rows = fields(type, choice, '', 'type');
      return `#### \`${type}\`\n\n${prose[type]}\n\n${table(rows, 'No further fields.')}`;
    })
    .join('\n\n');

const limits = (): string =>
  [
    '| limit | value |',
    '| --- | --- |',
    ...Object.entries(LIMITS).map(([name, value]) => `| \`${name}\` | ${grouped(value)} |`),
  ].join('\n');

const errors = (): string =>
  [
    '| code | sentence |',
    '| --- | --- |',
    ...Object.entries(ERRORS).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`),
  ].join('\n');

/** The page as it has to be. Throws when the template or the prose speaks of what is not there. */
export async function protocolPage(): Promise<string> {
  const parts: Record<string, string> = {
    version: String(PROTOCOL_VERSION),
    path: SIGNALING_PATH,
    auth: table(fields('auth', plain(ConnectAuth)), ''),
    events: events(),
    pushed: pushed(),
    link: union(LinkMessage, LINK_PROSE),
    file: union(FileMessage, FILE_PROSE),
    pair: union(PairMessage, PAIR_PROSE),
    connectRefusals: anyOf.format(inCode(CONNECT_REFUSALS)),
    anyRefusals: anyOf.format(inCode(ANY_REFUSALS)),
    limits: limits(),
    errors: errors(),
    vectors: JSON.stringify(vectors, null, 2),
  };
  for (const [name, value] of Object.entries(LIMITS)) parts[name] = grouped(value);
  const stale = Object.keys(FIELD_PROSE).filter((key) => !explained.has(key));
  if (stale.length > 0) throw new Error(`nothing has the fields that the prose explains: ${stale.join(', ')}`);
  const template = await readFile(TEMPLATE, 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`the template asks for ${name}`);
    return part;
  });
}
