import { z } from 'zod';
import { ErrorCode, sentenceOf } from './errors.ts';

/** Why something was refused: a stable code, a sentence for people and, where it is a field, its path. */
export const Refusal = z.object({
  ok: z.literal(false),
  code: ErrorCode,
  message: z.string().max(500),
  path: z.string().max(200).exactOptional(),
  /** Truthful time until the same request is served. */
  retryAfterMs: z.number().int().nonnegative().exactOptional(),
});
export type Refusal = { ok: false; code: ErrorCode; message: string; path?: string; retryAfterMs?: number };

/** A result or a refusal, in place of an exception, where a process or network border is crossed. */
export type Outcome<T> = { ok: true; value: T } | Refusal;

/** Schema of an Outcome around the schema of its value. */
export const outcomeOf = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), value }), Refusal]);

/** A successful outcome. */
export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** A refusal; `message` defaults to the code's own sentence. */
export function refuse(
  code: ErrorCode,
  more: { message?: string; path?: string; retryAfterMs?: number } = {},
): Refusal {
  return { ok: false, code, message: sentenceOf(code), ...more };
}

/** Turns zod's first complaint into a refusal that names the field (V7). */
export function refuseInput(error: z.ZodError, code: ErrorCode = 'bad-request'): Refusal {
  const issue = error.issues[0];
  if (!issue) return refuse(code);
  const path = issue.path.map(String).join('.').slice(0, 200);
  const known = ErrorCode.safeParse(issue.message);
  const named = known.success ? known.data : code;
  return refuse(named, path ? { path } : {});
}

/** An exception that carries a code; stays inside one process and becomes a Refusal at its border. */
export class ParleyError extends Error {
  override name = 'ParleyError';
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    options: ErrorOptions & { message?: string; path?: string; retryAfterMs?: number } = {},
  ) {
    super(options.message ?? sentenceOf(code), options);
    this.code = code;
    this.path = options.path;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The refusal that crosses the border in this error's place. The cause never crosses. */
  toRefusal(): Refusal {
    return refuse(this.code, {
      message: this.message,
      ...(this.path === undefined ? {} : { path: this.path }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    });
  }
}

/** The refusal for whatever was thrown: a ParleyError keeps its code, anything else is `internal`. */
export const refusalOf = (thrown: unknown): Refusal =>
  thrown instanceof ParleyError ? thrown.toRefusal() : refuse('internal');

/** The value of an outcome; throws its refusal as a ParleyError. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, message, path, retryAfterMs } = outcome;
  throw new ParleyError(code, {
    message,
    ...(path === undefined ? {} : { path }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
