import type { Bridge } from '@parley/shared/bridge';
import type { HistoryItem } from '@parley/shared/model';
import { accept, CallId, LIMITS, type Outcome, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { CallEntries } from './call-entries.ts';

const idOf = (at: number) => String(at).padStart(21, 'x');
const callOf = (at: number) => ({ callId: CallId.parse(`${idOf(at)}A`), startedAt: 0 });
const roomId = RoomId.parse(`${idOf(0)}A`);

function open(answers: { note?: Outcome<HistoryItem>; join?: Outcome<{ changed: HistoryItem[] }> } = {}) {
  const noted: unknown[] = [];
  const joined: unknown[] = [];
  const changed: unknown[] = [];
  const warnings: unknown[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (...words: unknown[]) => void warnings.push(words) };
  const bridge = {
    call: async (name: string, { callId }: { callId: CallId }) => {
      joined.push([name, callId]);
      return answers.join ?? accept({ changed: [] });
    },
  };
  const entries = new CallEntries({
    roomId,
    bridge: bridge as unknown as Bridge,
    conversation: {
      note: async (content) => {
        noted.push(content);
        return answers.note ?? accept({} as HistoryItem);
      },
      tellChanged: (items) => void changed.push(...items),
    },
    log: log as never,
  });
  return { entries, noted, joined, changed, warnings };
}

const age = (ms: number) => () => ms;
const [one, two] = [callOf(1), callOf(2)];

describe('the entries of calls', () => {
  it('say once that a call was joined, and how long it had run when it was left', () => {
    const { entries, noted, joined } = open();
    entries.started(one.callId);
    for (let at = 0; at < 3; at++) entries.follow(one, [one.callId], age(1));
    entries.follow(null, [], age(12_345.6));
    entries.follow(null, [one.callId], age(99_999));
    expect(joined).toEqual([['history.join-call', one.callId]]);
    expect(noted).toEqual([
      { kind: 'call', callId: one.callId, of: null },
      { kind: 'hangup', callId: one.callId, lengthMs: 12_346 },
    ]);
  });

  it('say that a call was left for the one that it became', () => {
    const { entries, noted, joined } = open();
    entries.follow(two, [], age(0));
    entries.follow(one, [one.callId], age(2_000));
    expect(noted).toEqual([{ kind: 'hangup', callId: two.callId, lengthMs: 2_000 }]);
    expect(joined.map((each) => (each as unknown[])[1])).toEqual([two.callId, one.callId]);
  });

  it.each([
    [-5_000, 0],
    [Number.MAX_SAFE_INTEGER, LIMITS.callLengthMaxMs],
  ])('keep a length of %i ms within what can be said', (ageMs, lengthMs) => {
    const { entries, noted } = open();
    entries.follow(one, [], age(0));
    entries.follow(null, [], age(ageMs));
    expect(noted).toEqual([{ kind: 'hangup', callId: one.callId, lengthMs }]);
  });

  it('believe only so many names for one call', () => {
    const { entries, joined } = open();
    const names = Array.from({ length: 100 }, (_, at) => callOf(at + 10).callId);
    entries.follow(one, names, age(0));
    expect(joined).toHaveLength(LIMITS.callCapacity);
    entries.follow(two, names, age(0));
    // The own call always counts.
    expect(joined).toHaveLength(LIMITS.callCapacity + 1);
  });

  it('say only so often in one stay that a call became another, and always that it was left', () => {
    const { entries, noted } = open();
    for (let stay = 0; stay < 2; stay++) {
      const names = Array.from({ length: 50 }, (_, at) => callOf(at + 10));
      for (const call of names) entries.follow(call, [], age(1));
      entries.follow(null, [], age(2));
      const left = [...names.slice(0, LIMITS.callCapacity), ...names.slice(-1)].map(({ callId }) => callId);
      expect(noted.splice(0).map((each) => (each as { callId: CallId }).callId)).toEqual(left);
    }
  });

  it('say again that a call was joined where that could not be noted', async () => {
    const answers: Parameters<typeof open>[0] = { join: refuse('disk-full') };
    const { entries, joined } = open(answers);
    const follow = async () => {
      entries.follow(one, [], age(0));
      await new Promise((resolve) => setImmediate(resolve));
    };
    await follow();
    delete answers.join;
    await follow();
    await follow();
    expect(joined).toHaveLength(2);
  });

  it('tell of what is shown another way, and only log what could not be noted', async () => {
    const item = { id: 'one' } as unknown as HistoryItem;
    const told = open({ join: accept({ changed: [item] }) });
    told.entries.follow(one, [], age(0));
    const broken = open({ note: Promise.reject(new Error('closed')) as never });
    broken.entries.started(one.callId);
    const failing = open({ note: refuse('message-spam'), join: refuse('disk-full') });
    failing.entries.started(one.callId);
    failing.entries.follow(one, [], age(0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.changed).toEqual([item]);
    expect(broken.warnings).toEqual([['a call was not noted', { code: 'internal' }]]);
    expect(failing.warnings).toEqual([
      ['a call was not noted', { code: 'message-spam' }],
      ['a call was not noted', { code: 'disk-full' }],
    ]);
  });
});
