import { describe, expect, it } from 'vitest';
import { partOf, readTraceparent, startTrace, traceOfSocket } from './trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const ZEROS = '0'.repeat(32);

describe('readTraceparent (S9)', () => {
  it('takes what the standard says, with the flag that it has a meaning for', () => {
    expect(readTraceparent(`00-${TRACE}-${PARENT}-01`)).toEqual({
      traceId: TRACE,
      parentSpanId: PARENT,
      isSampled: true,
    });
    expect(readTraceparent(`00-${TRACE}-${PARENT}-00`)?.isSampled).toBe(false);
    // Other bits are somebody else's: 09 is sampled, 08 is not.
    expect(readTraceparent(`00-${TRACE}-${PARENT}-09`)?.isSampled).toBe(true);
    expect(readTraceparent(`00-${TRACE}-${PARENT}-08`)?.isSampled).toBe(false);
  });

  it('takes the same four fields of versions to come', () => {
    expect(readTraceparent(`01-${TRACE}-${PARENT}-01`)?.traceId).toBe(TRACE);
    expect(readTraceparent(`cc-${TRACE}-${PARENT}-01-what-comes-then`)?.parentSpanId).toBe(PARENT);
  });

  it.each([
    ['no header', undefined],
    ['several', [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01`]],
    ['several, joined', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ['nothing', ''],
    ['a forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['no version', `${TRACE}-${PARENT}-01`],
    ['more than its version has', `00-${TRACE}-${PARENT}-01-more`],
    ['more without a dash', `01-${TRACE}-${PARENT}-01more`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['capital letters in the parent', `00-${TRACE}-${PARENT.toUpperCase()}-01`],
    ['a trace of zeros', `00-${ZEROS}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${ZEROS.slice(16)}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['a long parent', `00-${TRACE}-${PARENT}0-01`],
    ['no flags', `00-${TRACE}-${PARENT}`],
    ['flags that are no number', `00-${TRACE}-${PARENT}-0x`],
    ['a line break', `00-${TRACE}-${PARENT}-01\n`],
    ['blanks', ` 00-${TRACE}-${PARENT}-01`],
  ])('does not take %s', (_what, header) => {
    expect(readTraceparent(header)).toBeUndefined();
    const own = startTrace(header);
    expect(own).toMatchObject({ parentSpanId: undefined, isSampled: true });
    expect(own.traceId).not.toBe(TRACE);
  });
});

describe('startTrace (S9)', () => {
  it('goes on with the trace of the caller under a name of its own', () => {
    const trace = startTrace(`00-${TRACE}-${PARENT}-00`);
    expect(trace).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, isSampled: false });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(PARENT);
    expect(partOf(trace)).toMatchObject({ traceId: TRACE, parentSpanId: trace.spanId, isSampled: false });
  });

  it('begins a new one each time', () => {
    const [one, two] = [startTrace(undefined), startTrace(undefined)];
    expect(one.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(one.traceId).not.toBe(two.traceId);
    expect(one.spanId).not.toBe(two.spanId);
  });
});

describe('traceOfSocket (S9)', () => {
  const [oneId, twoId] = [1, 2].map((fill) => Buffer.alloc(15, fill).toString('base64url')) as [string, string];

  it('is the same each time, and another for each socket', () => {
    const one = traceOfSocket(oneId, undefined);
    expect(traceOfSocket(oneId, undefined)).toEqual(one);
    expect(one.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(one.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(traceOfSocket(twoId, undefined).traceId).not.toBe(one.traceId);
  });

  it('is the trace of its caller, if that named one', () => {
    const caller = readTraceparent(`00-${TRACE}-${PARENT}-00`);
    expect(traceOfSocket(oneId, caller)).toEqual({
      traceId: TRACE,
      spanId: traceOfSocket(oneId, undefined).spanId,
      parentSpanId: PARENT,
      isSampled: false,
    });
  });
});
