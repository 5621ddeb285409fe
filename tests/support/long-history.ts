import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Entry } from '@parley/shared/model';
import { DeviceId, toBase64Url } from '@parley/shared/protocol';
import { createQueries } from '#core/history/database.ts';
import { createEntryLog } from '#core/history/entry-log.ts';
import { createHistoryContext } from '#core/history/history-context.ts';
import { STATE_NUMBERS } from '#core/history/message-rows.ts';
import { openHistory } from '#core/history/open-history.ts';
import { createSpans } from '#core/history/spans.ts';
import { signingKeyOf } from '#core/identity/ed25519.ts';

const AUTHORS = 5;
const MINUTE_MS = 60_000;
const words = 'the call went well and we talk again on monday about what comes next with all of you there'.split(' ');

/** The text of a message: its number, and from one word to some lines. */
export const longTextOf = (number: number): string =>
  [`Message ${number}.`, ...Array.from({ length: (number * 7) % 40 }, (_, at) => words[(number + at * at) % 19])].join(
    ' ',
  );

/**
 * Writes `count` messages of five others, a minute between them, into the only room of a profile that no app has open. The newest
 * `unread` of them were not seen. Straight into the file: nothing checks their signatures.
 */
export function fillOnlyRoom(profile: string, count: number, unread = 0): void {
  const { db } = openHistory(join(profile, 'history.db'), Date.now);
  try {
    const { room_id: roomId } = db.prepare<[], { room_id: string }>('SELECT room_id FROM rooms').get() ?? {};
    if (roomId === undefined) throw new Error('the profile has no room');
    const keys = Array.from({ length: AUTHORS }, () => signingKeyOf(new Uint8Array(randomBytes(32))));
    const own = DeviceId.parse(signingKeyOf(new Uint8Array(randomBytes(32))).publicKey);
    const [key] = keys;
    if (!key) throw new Error('no author');
    const context = createHistoryContext(createQueries(db), { db, key, now: Date.now, lifetime: Date.now, own });
    const log = createEntryLog(context, createSpans(context));
    const first = Date.now() - count * MINUTE_MS;
    const random = (size: number) => toBase64Url(new Uint8Array(randomBytes(size)));
    const seqs = new Map<number, number>();
    db.transaction(() => {
      for (let number = 1; number <= count; number++) {
        const by = Math.floor(number / 3) % AUTHORS;
        const seq = (seqs.get(by) ?? 0) + 1;
        seqs.set(by, seq);
        const entry = Entry.parse({
          id: random(16),
          roomId,
          author: keys[by]?.publicKey,
          authorName: `Member ${by + 1}`,
          seq,
          clock: number,
          sentAt: first + number * MINUTE_MS,
          kind: 'text',
          of: null,
          body: { salt: random(16), text: longTextOf(number) },
          digest: random(32),
          sig: random(64),
        });
        const isNew = number > count - unread;
        log.insert(entry, false, isNew ? STATE_NUMBERS.delivered : STATE_NUMBERS.read);
      }
      db.prepare('UPDATE rooms SET unread = ? WHERE room_id = ?').run(unread, roomId);
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}
