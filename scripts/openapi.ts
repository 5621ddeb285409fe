/** docs/openapi.json: what a running server says of its own routes. scripts/documents.ts writes it. */
import { isDeepStrictEqual } from 'node:util';
import * as answers from '@parley/signaling-server/answers.ts';
import { readConfig } from '@parley/signaling-server/config.ts';
import { startSignaling } from '@parley/signaling-server/server.ts';
import { z } from 'zod';

type Json = { [key: string]: unknown };

/** Settings that bring routes with them, so that each is described. */
const EVERY_ROUTE = {
  ADMIN_TOKEN: 'for-the-description-alone-0123456789',
  ACCESS: 'token',
  TOKEN_SECRET: 'for-the-description-alone-0123456789',
  TOKEN_FILE: 'never-written.db',
};

/** The description as the server hands it out at /openapi.json. */
export async function servedOpenApi(): Promise<Json> {
  const reading = readConfig({ PORT: '0', LOG_LEVEL: 'silent', SHUTDOWN_GRACE_MS: '0', ...EVERY_ROUTE });
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const server = await startSignaling(reading.config);
  try {
    return z.record(z.string(), z.unknown()).parse(await (await fetch(`${server.url}/openapi.json`)).json());
  } finally {
    await server.close();
  }
}

/** The same description, with the schemas that have a name in the server's code under that name, each once. */
export async function openApi(): Promise<Json> {
  const served = await servedOpenApi();
  const named = Object.entries(answers).flatMap(([name, schema]) =>
    schema instanceof z.ZodType ? [{ name, schema: asServed(jsonSchemaOf(schema)) }] : [],
  );
  const used: Json = {};
  const refer = (value: unknown, except?: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => refer(each));
    if (!isObject(value)) return value;
    const match = named.find(({ name, schema }) => name !== except && isDeepStrictEqual(schema, value));
    if (match === undefined) return mapValues(value, (each) => refer(each));
    used[match.name] ??= refer(match.schema, match.name);
    return { $ref: `#/components/schemas/${match.name}` };
  };
  const paths = refer(served.paths);
  const components = isObject(served.components) ? served.components : {};
  return { ...served, components: { ...components, schemas: used }, paths };
}

/** A schema as the server describes it. */
function jsonSchemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output', reused: 'inline' });
  return rest;
}

/** A constant is served as a choice of one. */
function asServed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asServed);
  if (!isObject(value)) return value;
  const { const: only, ...rest } = value;
  return mapValues(only === undefined ? rest : { ...rest, enum: [only] }, asServed);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (object: Json, map: (value: unknown) => unknown): Json =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
