import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toBase64Url } from '@parley/shared/protocol';
import { openHistory } from '#core/history/open-history.ts';
import { noPrint, withId } from '#core/history/prints.ts';
import { sql } from '#core/history/statements.ts';
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
    const authors = Array.from({ length: AUTHORS }, (_, at) => ({
      author: signingKeyOf(new Uint8Array(randomBytes(32))).publicKey,
      authorName: `Member ${at + 1}`,
      seq: 0,
      print: noPrint(),
    }));
    const insert = db.prepare(sql.insertMessage);
    const grew = db.prepare(sql.roomGrew);
    const span = db.prepare(sql.addSpan);
    const first = Date.now() - count * MINUTE_MS;
    db.transaction(() => {
      for (let number = 1; number <= count; number++) {
        const by = authors[Math.floor(number / 3) % AUTHORS];
        if (!by) throw new Error('no author');
        const id = toBase64Url(new Uint8Array(randomBytes(16)));
        by.seq += 1;
        by.print = withId(by.print, id);
        const sentAt = first + number * MINUTE_MS;
        const isNew = number > count - unread;
        insert.run({
          id,
          roomId,
          author: by.author,
          authorName: by.authorName,
          seq: by.seq,
          clock: number,
          sentAt,
          text: longTextOf(number),
          sig: toBase64Url(new Uint8Array(randomBytes(64))),
          mine: 0,
          state: isNew ? 2 : 3,
          recordedAt: sentAt,
        });
        grew.run({ roomId, clock: number, at: sentAt, unread: isNew ? 1 : 0 });
      }
      for (const { author, seq, print } of authors) if (seq > 0) span.run(roomId, author, 1, seq, print);
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}
