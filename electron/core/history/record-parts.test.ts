import type { Entry } from '@parley/shared/model';
import { profileFromName } from '@parley/shared/model';
import { accept, type Outcome, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, newMessageId, openTestStore, randomId, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import type { HistoryCall } from './call-queue.ts';
import { createRecordParts, type RecordAnswer } from './record-parts.ts';
import { createRunningHistory } from './running-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: TestStore;
let roomId: RoomId;
beforeEach(() => {
  folder = temporaryFolder();
  store = openTestStore(`${folder.path}/history.db`);
  roomId = store.addRoom();
});
afterEach(() => {
  store.close();
  folder.remove();
});

/** A running history where, at the entries of these numbers, a call is on its way. It comes when the record has paused. */
function open(awaitedAt: readonly number[], comes: (left: number) => HistoryCall | undefined) {
  const answered: string[] = [];
  const outcomes = new Map<number, unknown>();
  let looked = 0;
  let over: () => void = () => {};
  const recorded = new Promise<void>((resolve) => {
    over = resolve;
  });
  const history = createRunningHistory(
    {
      file: `${folder.path}/history.db`,
      seed: store.seed,
      slowQueryMs: 60_000,
      slowStatementMs: 60_000,
      backupDelayMs: 600_000,
    },
    (news) => {
      if (news.kind !== 'answer') return;
      outcomes.set(news.id, news.outcome);
      answered.push(`${news.id} ${news.outcome.ok ? 'done' : news.outcome.code}`);
      if (news.id === 1) over();
    },
    () => awaitedAt.includes(looked++),
  );
  return {
    answered,
    async record(entries: readonly Entry[]): Promise<RecordAnswer> {
      history.call({ id: 1, name: 'record', args: [roomId, entries, entries.map(() => true)] });
      for (let id = 2, left = awaitedAt.length; left > 0; id++, left--) {
        const call = comes(left);
        if (call) history.call({ ...call, id });
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      await recorded;
      await history.close();
      return (outcomes.get(1) as { value: RecordAnswer }).value;
    },
  };
}

const compose = (text: string): HistoryCall => ({
  id: 0,
  name: 'compose',
  args: [{ id: newMessageId(), roomId, content: { kind: 'text', text, of: null } }, profileFromName('Ana')],
});

describe('a batch of others’ entries', () => {
  const ben = author('Ben');
  const batch = (length: number) =>
    Array.from({ length }, (_, at) => ben.write(roomId, { seq: at + 1, clock: at + 1 }));
  const order = () => store.db.prepare("SELECT group_concat(mine, '') FROM messages").pluck().get();

  it('lets a message of one’s own in after a few of them, and answers for all of them', async () => {
    const { record, answered } = open([0, 9], () => compose('Meanwhile'));
    const { gained, fresh, stored, failed } = await record(batch(40));
    expect([gained, fresh.length, stored.length, failed]).toEqual([40, 40, 40, null]);
    expect(answered.at(-1)).toBe('1 done');
    expect(answered).toHaveLength(3);
    expect(order()).toMatch(/^0{4}10{4,12}10+$/);
  });

  it('tells of a message once, as it is after the last part', async () => {
    const [first, ...rest] = batch(20);
    if (!first) throw new Error('no message');
    const edit = ben.write(roomId, {
      seq: 21,
      clock: 21,
      kind: 'edit',
      of: { author: first.author, id: first.id },
      text: 'As it was meant',
    });
    const { fresh, changed } = await open([0], () => undefined).record([first, ...rest, edit]);
    expect(fresh).toHaveLength(20);
    expect(fresh[0]).toMatchObject({ id: first.id, text: 'As it was meant', edited: true });
    expect(changed).toEqual([]);
  });

  it('answers with each message as it is then, after what was changed meanwhile', async () => {
    const item = store.compose(roomId, 'Not for long');
    const of = { author: item.author, id: item.id };
    const reaction = ben.write(roomId, {
      seq: 1,
      clock: 9,
      kind: 'reaction',
      of,
      body: { salt: randomId(16), emoji: '👍', on: true },
    });
    const remove: HistoryCall = {
      id: 0,
      name: 'compose',
      args: [{ id: newMessageId(), roomId, content: { kind: 'delete', of } }, profileFromName('Ana')],
    };
    const others = batch(20).slice(1);
    const { changed, fresh } = await open([0], () => remove).record([reaction, ...others]);
    expect(changed).toMatchObject([{ id: item.id, deleted: true, text: '' }]);
    expect(fresh).toHaveLength(19);
  });

  it('is recorded from its beginning where the file was put together anew meanwhile', () => {
    const parts = createRecordParts(() => false);
    const call: HistoryCall = { id: 1, name: 'record', args: [roomId, batch(9), []] };
    const taken = (count: number) => ({
      touched: new Map(),
      stored: [],
      gained: count,
      refused: 0,
      forged: 0,
      taken: count,
    });
    const lengthOfRest = () => (parts.storeCall(call).args[1] as unknown[]).length;
    expect(parts.noted(call, accept(taken(4)))).toBe('paused');
    expect(lengthOfRest()).toBe(5);
    parts.repeat();
    expect(lengthOfRest()).toBe(9);
    const last = parts.noted(call, accept(taken(9)));
    const whole = parts.whole(call, last as Outcome<unknown>, () => accept({ fresh: [], changed: [] }));
    expect(whole).toMatchObject({ value: { gained: 9, failed: null } });
  });

  it('says what was stored of it and why the rest was not', async () => {
    const deleteRoom: HistoryCall = { id: 0, name: 'deleteRoom', args: [roomId] };
    const { gained, failed } = await open([0], () => deleteRoom).record(batch(20));
    expect({ gained, failed }).toMatchObject({ gained: 4, failed: { ok: false, code: 'room-unknown' } });
  });
});
