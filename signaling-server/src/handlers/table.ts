import type { ClientEvent } from '@parley/shared/protocol';
import { challengeGet } from './challenge-get.ts';
import type { Handler } from './context.ts';
import { roomJoin } from './room-join.ts';
import { roomLeave } from './room-leave.ts';
import { roomList, roomPublish, roomRename, roomWithdraw } from './room-list.ts';
import { signalSend } from './signal-send.ts';
import { streamStart, streamStop } from './stream-notices.ts';
import { turnGet } from './turn-get.ts';

/** A handler for every row of the protocol's table; a missing one does not compile. */
export const handlers: { readonly [E in ClientEvent]: Handler<E> } = {
  'challenge:get': challengeGet,
  'room:join': roomJoin,
  'room:leave': roomLeave,
  'room:publish': roomPublish,
  'room:rename': roomRename,
  'room:withdraw': roomWithdraw,
  'room:list': roomList,
  'signal:send': signalSend,
  'stream:start': streamStart,
  'stream:stop': streamStop,
  'turn:get': turnGet,
};
