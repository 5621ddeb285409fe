import { ParticipantId, RoomId, refuse, refuseInput, SignalId, SignalSend } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { readSignal, signalPacket } from './signal-frame.ts';
import { decodePacket } from './text-parser.ts';

const id = (fill: number): string => Buffer.alloc(16, fill).toString('base64url');
const good = { roomId: id(1), to: id(2), id: id(3), box: Buffer.alloc(60, 251).toString('base64url') };
const frame = (fields: object, call: number | '' = 7) => `2${call}["signal:send",${JSON.stringify(fields)}]`;

describe('readSignal (P3, V7)', () => {
  it('reads what the usual way reads', () => {
    for (const to of [good.to, '*'])
      for (const length of [40, 42, 43, 44, 2_048, 21_846]) {
        const fields = { ...good, to, box: 'Az09_-'.repeat(4_000).slice(0, length) };
        expect(readSignal(frame(fields))).toEqual({
          call: 7,
          refusal: undefined,
          signal: SignalSend.parse(fields),
        });
        const { data } = decodePacket(frame(fields));
        expect(SignalSend.parse((data as unknown[])[1])).toEqual(fields);
      }
    expect(readSignal(frame(good, ''))?.call).toBe(undefined);
  });

  it.each([
    ['a short box', frame({ ...good, box: 'A'.repeat(39) })],
    ['a long box', frame({ ...good, box: 'A'.repeat(21_847) })],
    ['an id with loose bits', frame({ ...good, id: `${good.id.slice(0, -1)}B` })],
    ['a stranger field', frame({ ...good, extra: 1 })],
    ['another order', frame({ id: good.id, roomId: good.roomId, to: good.to, box: good.box })],
    ['a second argument', `27["signal:send",${JSON.stringify(good)},1]`],
    ['another event', frame(good).replace('signal:send', 'room:leave!')],
    ['another type', frame(good).replace(/^2/, '3')],
    ['a cut end', frame(good).slice(0, -1)],
    ['a box that ends the object', frame(good).replace(good.box, `${good.box}"}],[{"a":"${good.box}`)],
  ])('leaves %s to the usual way', (_what, text) => {
    expect(readSignal(text)).toBe(undefined);
  });

  const odd = [
    '!',
    '+',
    '/',
    '=',
    '"',
    '\\',
    '\n',
    '\u0000',
    ' ',
    'é',
    '\u0141',
    '\u{1f600}',
    '\ud800',
    '\\u0041',
    '\\"',
  ];
  const boxes = odd.flatMap((each) => [40, 41, 42, 43].map((at) => `${'A'.repeat(at)}${each}${'A'.repeat(at)}`));
  boxes.push('A'.repeat(41), 'A'.repeat(2_045));
  it.each(boxes)('never says of the box %j what the usual way would not say', (box) => {
    const text = `27["signal:send",{"roomId":"${good.roomId}","to":"*","id":"${good.id}","box":"${box}"}]`;
    const read = readSignal(text);
    if (read === undefined) return;
    const { id: call, data } = decodePacket(text);
    const parsed = SignalSend.safeParse((data as unknown[])[1]);
    if (parsed.success) expect(read).toEqual({ call, refusal: undefined, signal: parsed.data });
    else expect(read).toEqual({ call, refusal: refuseInput(parsed.error), about: { roomId: good.roomId } });
  });

  it('refuses a box with one character that is none, wherever it is', () => {
    const box = 'Az09_-xy'.repeat(256);
    for (const each of ['!', '+', '/', '=', ' ', 'é'])
      for (const at of [0, 1_000, 2_047])
        expect(readSignal(frame({ ...good, box: `${box.slice(0, at)}${each}${box.slice(at + 1)}` }))).toEqual({
          call: 7,
          refusal: refuse('bad-request', { path: 'box' }),
          about: { roomId: good.roomId },
        });
  });

  it('finds no base64url in text that only decodes to as many bytes', () => {
    // Five characters of which one is none: as many bytes as four.
    expect(readSignal(frame({ ...good, box: `${'A'.repeat(40)}\n` }).replace('\\n', '\n'))).toBe(undefined);
  });
});

describe('signalPacket', () => {
  it('is the JSON of what it says', () => {
    const signal = {
      roomId: RoomId.parse(good.roomId),
      from: ParticipantId.parse(good.to),
      id: SignalId.parse(good.id),
      toAll: false,
      box: good.box,
    };
    expect(signalPacket(signal)).toBe(`2${JSON.stringify(['signal:received', signal])}`);
  });
});
