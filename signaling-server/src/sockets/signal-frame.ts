import {
  base64UrlLength,
  LIMITS,
  type ParticipantId,
  type RoomId,
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

export type SignalFrame = { call: number | undefined; signal: SignalSend };

/**
 * Reads the frame of a sealed box without building its JSON: the one message that comes by the thousand. Undefined for
 * everything that is not exactly that; then it goes the usual way, through JSON and the schema.
 */
export function readSignal(frame: string): SignalFrame | undefined {
  const head = HEAD.exec(frame);
  if (!head || !frame.endsWith(TAIL)) return undefined;
  const box = frame.slice(head[0].length, -TAIL.length);
  if (box.length < BOX_MIN || box.length > BOX_MAX || !isBase64Url(box)) return undefined;
  const [, call = '', roomId, to, id = ''] = head;
  return {
    call: call === '' ? undefined : Number(call),
    // Checked by the expression above, to the letter of their schemas.
    signal: { roomId: roomId as RoomId, to: to as ParticipantId | '*', id: detached(id) as SignalId, box },
  };
}

/** A copy of its own: a slice would keep the whole frame for as long as the id is remembered. */
const detached = (id: string): string => ` ${id}`.slice(1);

/** The packet of a box on its way to a member. All of it was checked to be base64url, so nothing needs escaping. */
export const signalPacket = ({ roomId, from, id, toAll, box }: SignalReceived): string =>
  `2["signal:received",{"roomId":"${roomId}","from":"${from}","id":"${id}","toAll":${toAll},"box":"${box}"}]`;
