import {
  base64UrlLength,
  LIMITS,
  type ParticipantId,
  type Refusal,
  type RoomId,
  refuse,
  type SignalId,
  type SignalReceived,
  type SignalSend,
} from '@parley/shared/protocol';

/** A sealed box as clients write it, up to the box itself: the fields in the order of the protocol page. */
const HEAD =
  /^2(\d{0,15})\["signal:send",\{"roomId":"([A-Za-z0-9_-]{21}[AQgw])","to":"(\*|[A-Za-z0-9_-]{21}[AQgw])","id":"([A-Za-z0-9_-]{21}[AQgw])","box":"/;
const TAIL = '"}]';
const BOX_MIN = 40;
const BOX_MAX = base64UrlLength(LIMITS.boxMaxBytes);

/** Decoding tells whether text is base64url ten times faster than a regular expression. */
const scratch = Buffer.alloc(LIMITS.boxMaxBytes + 8);

/**
 * Whether `text` is base64url. Says no to a few odd lengths that are; whoever asks looks again more slowly.
 * Node's decoder skips what is no digit and takes both alphabets, hence the length and the two others.
 */
function isBase64Url(text: string): boolean {
  return (
    text.length % 4 !== 1 &&
    // Of a character beyond Latin-1 the decoder would look at the lower half only.
    Buffer.byteLength(text) === text.length &&
    scratch.write(text, 'base64url') === Math.floor((text.length * 3) / 4) &&
    !text.includes('+') &&
    !text.includes('/')
  );
}

/** What its JSON would say letter by letter: no quotes, backslashes and control characters. */
const PLAIN = /^[ !#-[\]-\u{10ffff}]*$/u;

/** As the schema refuses it. */
const BOX_REFUSED = refuse('bad-request', { path: 'box' });

/** The call and what it is about; with a refusal where the box is none. */
export type SignalFrame = { call: number | undefined } & (
  | { refusal: undefined; signal: SignalSend }
  | { refusal: Refusal; about: { roomId: string } }
);

/**
 * Reads the frame of a sealed box without building its JSON: the one message that comes by the thousand. One whose box has
 * a character that is none is refused here too, so that it costs no more than a good one. Undefined for everything else; then it goes the usual
 * way, through JSON and the schema.
 */
export function readSignal(frame: string): SignalFrame | undefined {
  const head = HEAD.exec(frame);
  if (!head || !frame.endsWith(TAIL)) return undefined;
  const box = frame.slice(head[0].length, -TAIL.length);
  if (box.length < BOX_MIN || box.length > BOX_MAX) return undefined;
  const [, digits = '', roomId = '', to, id = ''] = head;
  const call = digits === '' ? undefined : Number(digits);
  if (!isBase64Url(box)) {
    if (box.length % 4 === 1 || !PLAIN.test(box)) return undefined;
    return { call, refusal: BOX_REFUSED, about: { roomId } };
  }
  return {
    call,
    refusal: undefined,
    // Checked by the expression above, to the letter of their schemas.
    signal: { roomId: roomId as RoomId, to: to as ParticipantId | '*', id: detached(id) as SignalId, box },
  };
}

/** A copy of its own: a slice would keep the whole frame for as long as the id is remembered. */
const detached = (id: string): string => ` ${id}`.slice(1);

/** The packet of a box on its way to a member. All of it was checked to be base64url, so nothing needs escaping. */
export const signalPacket = ({ roomId, from, id, toAll, box }: SignalReceived): string =>
  `2["signal:received",{"roomId":"${roomId}","from":"${from}","id":"${id}","toAll":${toAll},"box":"${box}"}]`;
