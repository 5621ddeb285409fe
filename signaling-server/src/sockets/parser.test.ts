import { SignalSend } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { CheckedSignal, Decoder, decodePacket, Encoder, MalformedPacket } from './parser.ts';

describe('decodePacket (P3)', () => {
  it('reads what clients say', () => {
    expect(decodePacket('0')).toEqual({ type: 0, nsp: '/' });
    expect(decodePacket('0{"v":1}')).toEqual({ type: 0, nsp: '/', data: { v: 1 } });
    expect(decodePacket('1')).toEqual({ type: 1, nsp: '/' });
    expect(decodePacket('2["a",{}]')).toEqual({ type: 2, nsp: '/', data: ['a', {}] });
    expect(decodePacket('217["a"]')).toEqual({ type: 2, nsp: '/', id: 17, data: ['a'] });
    expect(decodePacket('0/admin,{"v":1}')).toEqual({ type: 0, nsp: '/admin', data: { v: 1 } });
    expect(decodePacket('0/random')).toEqual({ type: 0, nsp: '/random' });
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
    '0/ad min,',
    '1/admin,',
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

const id = (fill: number): string => Buffer.alloc(16, fill).toString('base64url');
const good = { roomId: id(1), to: id(2), id: id(3), box: Buffer.alloc(60, 251).toString('base64url') };
const frame = (fields: object, call: number | '' = 7) => `2${call}["signal:send",${JSON.stringify(fields)}]`;

/** The packets that one decoder makes of frames. */
function decode(...frames: unknown[]): { type: number; data?: unknown; id?: number }[] {
  const packets: { type: number; data?: unknown; id?: number }[] = [];
  const decoder = new Decoder().on('decoded', (packet) => void packets.push(packet));
  for (const each of frames) decoder.add(each);
  return packets;
}

const argumentsOf = (packet: { data?: unknown } | undefined): unknown[] =>
  Array.isArray(packet?.data) ? packet.data : [];

describe('a decoder (P3, V7)', () => {
  it('reads a signal to the letter of its schema, without its JSON', () => {
    for (const to of [good.to, '*'])
      for (const length of [40, 42, 43, 44, 2_048, 21_846]) {
        const fields = { ...good, to, box: 'Az09_-'.repeat(4_000).slice(0, length) };
        const [packet] = decode(frame(fields));
        const [event, signal] = argumentsOf(packet);
        expect([event, packet?.id, signal instanceof CheckedSignal]).toEqual(['signal:send', 7, true]);
        expect({ ...(signal as object) }).toEqual(SignalSend.parse(fields));
      }
    expect(decode(frame(good, ''))[0]).not.toHaveProperty('id');
  });

  it.each([
    ['a short box', frame({ ...good, box: 'A'.repeat(39) })],
    ['a long box', frame({ ...good, box: 'A'.repeat(21_847) })],
    ['a box with a character that is none', frame({ ...good, box: `${'A'.repeat(40)}!` })],
    ['a box of the other alphabet', frame({ ...good, box: `${'A'.repeat(40)}+/` })],
    ['a box with a line break', frame({ ...good, box: `${'A'.repeat(40)}\n` })],
    ['a box with a character beyond Latin-1', frame({ ...good, box: `${'A'.repeat(40)}\u0141` })],
    ['an id with loose bits', frame({ ...good, id: `${good.id.slice(0, -1)}B` })],
    ['a strange field', frame({ ...good, extra: 1 })],
    ['another order', frame({ id: good.id, roomId: good.roomId, to: good.to, box: good.box })],
    ['a second argument', `27["signal:send",${JSON.stringify(good)},1]`],
    ['another event', frame(good).replace('signal:send', 'room:leave!')],
  ])('leaves %s to JSON and the schema', (_what, text) => {
    const [packet] = decode(text);
    expect(packet).toEqual(decodePacket(text));
    expect(argumentsOf(packet)[1]).not.toBeInstanceOf(CheckedSignal);
  });

  it('takes text alone, and one request to connect', () => {
    expect(() => decode(Buffer.from('0'))).toThrow(MalformedPacket);
    expect(() => decode(undefined)).toThrow(MalformedPacket);
    expect(() => decode('0', '0')).toThrow(MalformedPacket);
    expect(() => decode('0/a,', '0')).toThrow(MalformedPacket);
  });
});

describe('an encoder', () => {
  const encoder = new Encoder();
  it('writes what Socket.IO says', () => {
    expect(encoder.encode({ type: 0, nsp: '/', data: { sid: 'x' } })).toEqual(['0{"sid":"x"}']);
    expect(encoder.encode({ type: 4, nsp: '/a', data: { message: 'no' } })).toEqual(['4/a,{"message":"no"}']);
    expect(encoder.encode({ type: 3, nsp: '/', id: 12, data: [{ ok: true }] })).toEqual(['312[{"ok":true}]']);
    expect(encoder.encode({ type: 1, nsp: '/' })).toEqual(['1']);
  });

  it('writes a signal as JSON does, and the same one once for all', () => {
    const { roomId, box } = good;
    for (const toAll of [true, false]) {
      const data = ['signal:received', { roomId, from: id(2), id: id(3), toAll, box }];
      const text = `2${JSON.stringify(data)}`;
      expect(encoder.encode({ type: 2, nsp: '/', data })).toEqual([text]);
      expect(encoder.encode({ type: 2, nsp: '/', data })).toEqual([text]);
    }
  });
});
