import { describe, expect, it } from 'vitest';
import { decodePacket, MalformedPacket } from './text-parser.ts';

describe('decodePacket (P3)', () => {
  it('reads what clients say', () => {
    expect(decodePacket('0')).toEqual({ type: 0, nsp: '/' });
    expect(decodePacket('0{"v":1}')).toEqual({ type: 0, nsp: '/', data: { v: 1 } });
    expect(decodePacket('1')).toEqual({ type: 1, nsp: '/' });
    expect(decodePacket('2["a",{}]')).toEqual({ type: 2, nsp: '/', data: ['a', {}] });
    expect(decodePacket('217["a"]')).toEqual({ type: 2, nsp: '/', id: 17, data: ['a'] });
    expect(decodePacket('30[]')).toEqual({ type: 3, nsp: '/', id: 0, data: [] });
  });

  it.each([
    '',
    '9',
    '0[]',
    '0null',
    '0"x"',
    '012{}',
    '1[]',
    '2',
    '2{}',
    '2[]',
    '2[1]',
    '2[null]',
    '2["connect"]',
    '2["disconnect"]',
    '2["newListener"]',
    '2[',
    '2/admin,["a"]',
    '0/admin,',
    '3[]',
    '4{"message":"x"}',
    '51-["a",{"_placeholder":true,"num":0}]',
    '50-["a"]',
    '61-3[]',
    '2["a"]garbage',
    '2 ["a"]'.replace(' ', 'x'),
    `2${'9'.repeat(400)}["a"]`,
  ])('refuses %s', (text) => {
    expect(() => decodePacket(text)).toThrow(MalformedPacket);
  });

  it('survives nesting as deep as a frame can hold', () => {
    expect(() => decodePacket(`2["a",${'['.repeat(16_000)}${']'.repeat(16_000)}]`)).not.toThrow();
  });
});
