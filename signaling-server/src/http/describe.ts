import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { RefusalAnswer } from '../answers.ts';

/** Requests are parsed by the zod schemas of their routes, and answers are written by theirs. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

const validatorCompiler =
  ({ schema }: { schema: z.ZodType }) =>
  (given: unknown) => {
    // The error of zod itself tells the path.
    const { error, data } = schema.safeParse(given);
    return error ? { error } : { value: data };
  };

/** Named when the app is made, and not set on it later, so that Fastify's own compilers are not even loaded. */
export const COMPILERS = {
  buildValidator: () => validatorCompiler as never,
  buildSerializer: () => serializerCompiler as never,
};

type Answers = Record<number, z.ZodType>;
export type Parts = {
  body?: z.ZodType;
  params?: z.ZodType;
  querystring?: z.ZodType;
  security?: Record<string, string[]>[];
};

/** The schema of a route: what it answers by status, besides refusals, and what it takes. */
export function answers<A extends Answers, P extends Parts = Record<never, never>>(
  summary: string,
  byStatus: A,
  parts?: P,
) {
  return {
    schema: { summary, response: { ...byStatus, '4xx': RefusalAnswer }, ...(parts as P) },
  };
}

/** The `security` of routes that are the admin's. */
export const AS_ADMIN = [{ admin: [] }];
