import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import { RefusalAnswer } from './answers.ts';

/** A zod schema as OpenAPI 3.1 takes it. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' });
  return rest;
}

type Described = FastifySchema & { summary: string; security?: Record<string, string[]>[] };

/** The description of a route: what it answers by status, besides refusals. */
export function answers(
  summary: string,
  byStatus: Record<number, z.ZodType>,
  more: { body?: z.ZodType; params?: z.ZodType; query?: z.ZodType; admin?: boolean } = {},
): Described {
  const response = Object.fromEntries(
    Object.entries(byStatus).map(([status, schema]) => [status, jsonSchemaOf(schema)]),
  );
  return {
    summary,
    response: { ...response, '4xx': jsonSchemaOf(RefusalAnswer) },
    ...(more.body ? { body: jsonSchemaOf(more.body) } : {}),
    ...(more.query ? { querystring: jsonSchemaOf(more.query) } : {}),
    ...(more.params ? { params: jsonSchemaOf(more.params) } : {}),
    ...(more.admin ? { security: [{ admin: [] }] } : {}),
  };
}
