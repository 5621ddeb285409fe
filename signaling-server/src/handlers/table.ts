import type { ClientEvent } from '@parley/shared/protocol';
import { challengeGet } from './challenge.ts';
import type { Handler } from './context.ts';
import { roomLeave, signalSend, streamStart, streamStop, turnGet } from './in-room.ts';
import { roomJoin } from './room-join.ts';
import { roomList, roomPublish, roomRename, roomWithdraw } from './room-list.ts';

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
