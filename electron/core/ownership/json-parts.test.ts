import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonPart, JsonParts } from './json-parts.ts';

function read(text: string, pieceChars: number): JsonPart[] {
  const parts = new JsonParts();
  const read: JsonPart[] = [];
  for (let at = 0; at < text.length; at += pieceChars) read.push(...parts.push(text.slice(at, at + pieceChars)));
  parts.end();
  return read;
}
const partsOf = (value: Record<string, unknown>): JsonPart[] =>
  Object.entries(value).flatMap(([key, field]) =>
    Array.isArray(field) ? field.map((item: unknown) => ({ key, value: item })) : [{ key, value: field }],
  );
// Fields that a JSON text cannot carry as they are (-0, __proto__) are no matter of this reader.
const someObject = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)
  .filter((value) => !Object.hasOwn(value, '__proto__'));

describe('JSON that is read as it comes', () => {
  it('gives what JSON.parse gives, however it is cut and laid out', () => {
    fc.assert(
      fc.property(
        someObject,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(undefined, 1, '\t'),
        (value, size, space) => {
          expect(read(JSON.stringify(value, null, space), size)).toEqual(partsOf(value));
        },
      ),
    );
  });

  it('refuses every text that is cut off', () => {
    const text = JSON.stringify({ a: [1, 'two', { three: ['"', '\\'] }], b: null, c: 'x' });
    for (let length = 0; length < text.length; length++) {
      expect(() => read(text.slice(0, length), 3), String(length)).toThrow(
        expect.objectContaining({ code: 'import-damaged' }),
      );
    }
    expect(read(text, 3)).toHaveLength(5);
  });

  it.each([
    '',
    '[]',
    '7',
    '{"a" 1}',
    '{"a":}',
    '{"a":[1,]}',
    '{"a":1,}',
    '{"a":[1}',
    '{"a":1}x',
    '{a:1}',
    '{"a":tru}',
    '{"a":1 2}',
  ])('refuses %s', (text) => {
    expect(() => read(text, 1)).toThrow(expect.objectContaining({ code: 'import-damaged' }));
  });
});
