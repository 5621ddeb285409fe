import { randomBytes } from 'node:crypto';

/** Where something that this server does stands in a trace (W3C Trace Context). */
export type Trace = {
  readonly traceId: string;
  /** The server's own part. */
  readonly spanId: string;
  /** The part that asked for it; undefined where the trace begins here. */
  readonly parentSpanId: string | undefined;
  /** Whether who began the trace keeps what is recorded of it. One that begins here is kept. */
  readonly isSampled: boolean;
};

/** version "-" trace-id "-" parent-id "-" trace-flags; versions to come may have more after another dash. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NOTHING = /^0+$/;

const hexOf = (sizeBytes: number): string => randomBytes(sizeBytes).toString('hex');

/** What a caller says of itself. */
export type Caller = Readonly<{ traceId: string; parentSpanId: string; isSampled: boolean }>;

/** What a `traceparent` header says, by the standard's grammar; undefined for whatever does not keep to it. */
export function readTraceparent(header: unknown): Caller | undefined {
  const [, version, traceId, parentSpanId, flags, more] =
    (typeof header === 'string' ? TRACEPARENT.exec(header) : null) ?? [];
  if (version === undefined || traceId === undefined || parentSpanId === undefined || flags === undefined)
    return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (NOTHING.test(traceId) || NOTHING.test(parentSpanId)) return undefined;
  return { traceId, parentSpanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Goes on with the caller's trace, or begins one when the header says none. */
export function startTrace(header: unknown): Trace {
  const caller = readTraceparent(header);
  return caller
    ? { ...caller, spanId: hexOf(8) }
    : { traceId: hexOf(16), spanId: hexOf(8), parentSpanId: undefined, isSampled: true };
}

/**
 * The trace of a socket. Both ids are made of its own, which is 15 random bytes: nothing has to be kept for a socket whose
 * caller said nothing, as most do, and every log line about one can afford them.
 */
export function traceOfSocket(id: string, caller: Caller | undefined): Trace {
  const hex = Buffer.from(id, 'base64url').toString('hex');
  const spanId = hex.slice(-16);
  return caller ? { ...caller, spanId } : { traceId: `01${hex}`, spanId, parentSpanId: undefined, isSampled: true };
}

/** A part within `trace`. */
export function partOf({ traceId, spanId, isSampled }: Trace): Trace {
  return { traceId, spanId: hexOf(8), parentSpanId: spanId, isSampled };
}
