import type { MessageCall, MessageRef } from '@parley/shared/model';
import type { CallId, RoomId } from '@parley/shared/protocol';
import { toBlob } from './blobs.ts';
import type { Queries } from './database.ts';
import type { MessageRow } from './message-rows.ts';
import type { People } from './people.ts';
import { sql } from './statements.ts';

/** The row of a call. */
type CallRow = Pick<MessageRow, 'id' | 'room_id' | 'author' | 'mine' | 'sent_at'>;
type Facts = { created_at: number; joined: number; timeline: number; length: number | null };

/** What this device knows of the calls of its rooms. An entry of a call has the id of the call. */
export function createCalls({ one, run }: Pick<Queries, 'one' | 'run'>, people: Pick<People, 'isOwn'>) {
  const factsOf = ({ id, room_id: roomId, author }: CallRow) =>
    one<Facts>(sql.callFacts, { roomId, author, id: toBlob(id) });
  const isMissed = (call: CallRow, facts: Facts | undefined): boolean =>
    // A device that came into the room later has missed nothing of what was before.
    call.mine === 0 && !people.isOwn(call.author) && facts?.joined === 0 && call.sent_at >= facts.created_at;

  return {
    /** Whether somebody else started it while this device was in the room, and this person was never in it. */
    isMissed: (call: CallRow): boolean => isMissed(call, factsOf(call)),

    /** A call as it stands in the conversation. */
    of(call: CallRow): MessageCall {
      const facts = factsOf(call);
      const timeline = facts?.timeline === 1 ? { timeline: true as const } : {};
      return { missed: isMissed(call, facts), lengthMs: facts?.length ?? null, ...timeline };
    },

    /** Notes that this device is in a call. */
    join(roomId: RoomId, callId: CallId): void {
      run(sql.joinCall, toBlob(callId), roomId);
    },

    /** Forgets whether this device was in a call of which an entry went, where none is left. Others may have used its id as well. */
    forget({ id, room_id }: Pick<CallRow, 'id' | 'room_id'>): void {
      run(sql.forgetTimeline, room_id, toBlob(id));
      run(sql.forgetCall, room_id, toBlob(id));
    },

    /** Forgets how the connections of a call were, where its last entry was deleted. */
    forgetTimeline({ id, room_id }: Pick<CallRow, 'id' | 'room_id'>): void {
      run(sql.forgetTimeline, room_id, toBlob(id));
    },

    /** The entry of a call. Others may have used its id as well: the first in the order of the room counts. */
    refOf: (roomId: RoomId, callId: CallId): MessageRef | undefined => {
      const found = one<{ author: MessageRef['author'] }>(sql.callAuthor, toBlob(callId), roomId);
      return found && { author: found.author, id: callId as unknown as MessageRef['id'] };
    },
  };
}
