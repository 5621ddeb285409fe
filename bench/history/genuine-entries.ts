import { randomBytes } from 'node:crypto';
import type { Entry } from '@parley/shared/model';
import { DeviceId, MessageId, type RoomId } from '@parley/shared/protocol';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { digestOf } from '../../electron/core/history/digest.ts';
import { type SigningKey, signingKeyOf } from '../../electron/core/identity/ed25519.ts';
import { createTexts } from './texts.ts';

const AUTHORS = 5;

export const newMessageId = (): MessageId => MessageId.parse(randomBytes(16).toString('base64url'));

/** Signed messages of several authors, oldest first. */
export function genuineEntries(roomId: RoomId, count: number): Entry[] {
  const textOf = createTexts();
  const keys: SigningKey[] = Array.from({ length: AUTHORS }, () => signingKeyOf(new Uint8Array(randomBytes(32))));
  return Array.from({ length: count }, (_, index) => {
    const key = keys[index % AUTHORS];
    if (!key) throw new Error('no author');
    const body = { salt: randomBytes(16).toString('base64url'), text: textOf(index) };
    const unsigned = {
      id: newMessageId(),
      roomId,
      author: DeviceId.parse(key.publicKey),
      authorName: `Member ${index % AUTHORS}`,
      seq: Math.floor(index / AUTHORS) + 1,
      clock: index + 1,
      sentAt: 1_700_000_000_000 + index * 1_000,
      kind: 'text' as const,
      of: null,
      body,
      digest: digestOf(body),
    };
    return { ...unsigned, sig: key.sign(entrySignatureBytes(unsigned)) };
  });
}

/** Entries in their order, so many in each batch. */
export function* batchesOf<T>(entries: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < entries.length; at += size) yield entries.slice(at, at + size);
}
