import type { Emoji, MessageRef } from '@parley/shared/model';
import type { Member, SimulatedRoom } from './simulated-members.ts';

/** What can happen to the members of any simulated room; `which` chooses among the messages that are there. */
export type MemberStep =
  | { does: 'edit' | 'delete'; who: number; which: number }
  | { does: 'react'; who: number; which: number; emoji?: Emoji; on?: boolean }
  | { does: 'call' | 'rename'; who: number }
  | { does: 'hang up'; who: number; which: number; lengthMs: number }
  | { does: 'link' | 'cut'; who: number; other: number }
  | { does: 'set clock'; who: number; aheadMs: number }
  | { does: 'wait'; ms: number };

/** Lets it happen. An edit writes `word`. */
export async function takeStep(room: SimulatedRoom, step: MemberStep, word: string): Promise<void> {
  switch (step.does) {
    case 'edit': {
      const of = subjectOf(room.member(step.who), step.which, true);
      if (of) await room.member(step.who).say({ kind: 'edit', of, text: `better ${word}` });
      break;
    }
    case 'delete': {
      const of = subjectOf(room.member(step.who), step.which, true);
      if (of) await room.member(step.who).say({ kind: 'delete', of });
      break;
    }
    case 'react': {
      const of = subjectOf(room.member(step.who), step.which, false);
      const { emoji = '👍', on = true } = step;
      if (of) await room.member(step.who).say({ kind: 'reaction', of, emoji, on });
      break;
    }
    case 'call':
      await room.member(step.who).call();
      break;
    case 'rename':
      await room.member(step.who).rename(`room of ${word}`);
      break;
    case 'hang up':
      await room.member(step.who).hangUp(step.which, step.lengthMs);
      break;
    case 'link':
      await room.link(room.member(step.who), room.member(step.other));
      break;
    case 'cut':
      room.cut(room.member(step.who), room.member(step.other));
      break;
    case 'set clock':
      room.member(step.who).setClock(step.aheadMs);
      break;
    case 'wait':
      room.clock.advance(step.ms);
      break;
  }
}

/** One of the messages that can be changed, or reacted to, if there is any. */
function subjectOf(who: Member, which: number, ownOnly: boolean): MessageRef | undefined {
  const able = who.items().filter(({ deleted, mine }) => !deleted && (mine || !ownOnly));
  const found = able[which % Math.max(1, able.length)];
  return found && { author: found.author, id: found.id };
}
