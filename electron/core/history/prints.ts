import type { MessageId } from '@parley/shared/protocol';

/** The print of a set of messages: the XOR of their ids, 16 bytes. Ids are random, so different sets have different prints. */
export type PrintBytes = Uint8Array;

export const noPrint = (): PrintBytes => new Uint8Array(16);

const bytesOf = (id: string): Uint8Array => Buffer.from(id, 'base64url');

/** The print of the same set with this message added, or taken away where it was in it. */
export const withId = (print: PrintBytes, id: MessageId | string): PrintBytes => joined(print, bytesOf(id));

/** The print of two sets that have no message in common; also of the difference of a set and a part of it. */
export const joined = (left: PrintBytes, right: PrintBytes): PrintBytes =>
  left.map((byte, index) => byte ^ (right[index] ?? 0));

export const printText = (print: PrintBytes): string => Buffer.from(print).toString('base64url');
