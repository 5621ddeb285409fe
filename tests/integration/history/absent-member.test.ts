import { randomBytes } from 'node:crypto';
import type { Entry, HistoryItem } from '@parley/shared/model';
import { type DeviceId, type LinkMessage, MessageId } from '@parley/shared/protocol';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { emptyHistory, type Member, memberKeys, SimulatedRoom } from './simulated-members.ts';

const WRITTEN = 500;
const EMOJI = ['👍', '🎉', '❤️'];
const empty = emptyHistory();
const keys = memberKeys(3);

type Target = Pick<HistoryItem, 'author' | 'id'>;
const refOf = ({ author, id }: Target): Target => ({ author, id });

/** Writes texts, answers, edits, deletions and reactions by turns, each of which is let through to the other. */
async function converse(room: SimulatedRoom, members: readonly Member[]): Promise<void> {
  for (let written = 0; written < WRITTEN; written++) {
    const who = members[written % members.length];
    if (!who) throw new Error('no members');
    const shown = who.items().filter(({ deleted }) => !deleted);
    const own = shown.filter(({ mine }) => mine);
    const any = shown[(written * 7) % Math.max(1, shown.length)];
    const mine = own[(written * 5) % Math.max(1, own.length)];
    const step = written % 10;
    if (mine && step === 6) await who.say({ kind: 'edit', text: `words ${written}, better`, of: refOf(mine) });
    else if (mine && written % 20 === 17) await who.say({ kind: 'delete', of: refOf(mine) });
    else if (any && (step === 3 || step === 8)) {
      const emoji = EMOJI[written % EMOJI.length] ?? '👍';
      await who.say({ kind: 'reaction', emoji, on: written % 4 !== 0, of: refOf(any) });
    } else await who.say({ kind: 'text', text: `words ${written}`, of: any && step === 4 ? refOf(any) : null });
    while (await room.deliver(0));
    room.clock.advance(600);
  }
  await room.quiet();
}

/** B changes what it hands on of one author's words, or adds words of its own in that author's name. */
const forgeries = (author: DeviceId, genuine: Entry): Entry[] => {
  const unsigned = {
    ...genuine,
    id: MessageId.parse(randomBytes(16).toString('base64url')),
    author,
    clock: genuine.clock + 1,
  };
  const other = { salt: randomBytes(16).toString('base64url'), text: 'I agree to everything' };
  return [
    { ...unsigned, sig: keys[1]?.sign(entrySignatureBytes(unsigned)) ?? '' },
    { ...genuine, body: other } as Entry,
  ];
};

describe('a member who was away while others wrote 500 entries', () => {
  it('holds and shows the same after meeting only one of them, whose author has left (H6)', async () => {
    const room = new SimulatedRoom(keys, empty);
    try {
      const [ana, ben, cleo] = [room.member(0), room.member(1), room.member(2)];
      await room.link(ana, ben);
      await converse(room, [ana, ben]);
      expect(ben.entryCount()).toBe(WRITTEN);
      expect(ben.shown()).toEqual(ana.shown());
      room.cutAll(ana);
      await room.link(ben, cleo);
      await room.quiet();
      expect(cleo.shown()).toEqual(ben.shown());
      expect(cleo.heads()).toEqual(ben.heads());
      expect(cleo.heads().map(({ seq }) => seq)).toEqual([WRITTEN / 2, WRITTEN / 2]);
      const kinds = cleo.shown();
      expect(kinds.some(({ edited }) => edited)).toBe(true);
      expect(kinds.some(({ deleted }) => deleted)).toBe(true);
      expect(kinds.some(({ reactions }) => reactions.length > 0)).toBe(true);
    } finally {
      room.close();
    }
  });

  it('refuses what one forges in the name of another, and says who handed it on, once (H6)', async () => {
    const room = new SimulatedRoom(keys, empty);
    try {
      const [ana, ben, cleo] = [room.member(0), room.member(1), room.member(2)];
      await room.link(ana, ben);
      for (let i = 0; i < 30; i++) {
        await ana.write(`words ${i}`);
        room.clock.advance(600);
      }
      await room.quiet();
      room.cutAll(ana);
      let forged = 0;
      room.tampered = (from, message): LinkMessage => {
        const genuine = message.type === 'batch' && from === ben ? message.messages.at(-1) : undefined;
        if (message.type !== 'batch' || !genuine) return message;
        const added = forgeries(ana.deviceId, genuine);
        forged += added.length;
        // The changed one comes instead of the genuine one.
        return { ...message, messages: [...message.messages.slice(0, -1), ...added] };
      };
      await room.link(ben, cleo);
      await room.quiet();
      expect(forged).toBeGreaterThan(4);
      expect(cleo.toldOfForgeryBy).toEqual([ben.deviceId]);
      expect(cleo.items().map(({ text }) => text)).not.toContain('I agree to everything');
      expect(cleo.conversation.dropped.foreign).toBeGreaterThan(4);
      room.tampered = (_, message) => message;
      room.cutAll(cleo);
      await room.link(ben, cleo);
      await room.quiet();
      expect(cleo.shown()).toEqual(ben.shown());
      expect(cleo.heads()).toEqual(ben.heads());
    } finally {
      room.close();
    }
  });
});

describe('a gap that nobody present can fill', () => {
  it('is told of in its place until somebody comes who has what is missing (H6)', async () => {
    const room = new SimulatedRoom(keys, empty);
    try {
      const [ana, ben, cleo] = [room.member(0), room.member(1), room.member(2)];
      await room.link(ana, ben);
      await room.link(ana, cleo);
      await ana.write('one');
      await room.quiet();
      room.cut(ana, ben);
      for (const text of ['two', 'three']) {
        await ana.write(text);
        room.clock.advance(600);
      }
      await room.quiet();
      // Ben hears what Ana writes, and none of what was before.
      room.tampered = (_, message) =>
        message.type === 'batch' ? { ...message, messages: [], hasMore: false, differing: [] } : message;
      await room.link(ana, ben);
      await room.quiet();
      await ana.write('four');
      await room.quiet();
      room.cutAll(ana);
      const texts = () => ben.items().map(({ text }) => text);
      expect(texts()).toEqual(['one', 'four']);
      expect(ben.gaps()).toEqual([{ author: ana.deviceId, first: 2, last: 3 }]);
      expect(cleo.gaps()).toEqual([]);
      room.tampered = (_, message) => message;
      await room.link(ben, cleo);
      await room.quiet();
      expect(texts()).toEqual(['one', 'two', 'three', 'four']);
      expect(ben.gaps()).toEqual([]);
    } finally {
      room.close();
    }
  });
});
