import { isolated, profileFromName, type RulesChange } from '@parley/shared/model';
import { type DeviceId, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import type { Knock } from '../state.ts';
import type { ActionContext } from './context.ts';
import type { PeopleActions } from './people.ts';

export interface RulesActions {
  /** Locks a room, so that only those who were in it come in, or opens it for everybody with its invite. */
  lockRoom: (roomId: RoomId, locked: boolean) => Promise<Outcome<unknown>>;
  /** Lets in somebody who knocks. */
  letIn: (roomId: RoomId, knock: Knock) => Promise<Outcome<unknown>>;
  /** Takes the card of somebody who knocks away; they are not told. */
  notNow: (roomId: RoomId, knock: Knock) => void;
  /** Blocks somebody who knocks, on this computer. */
  blockKnock: (knock: Knock) => Promise<Outcome<unknown>>;
  /** Removes a person with all their devices from the room, for everybody in it. */
  removePerson: (roomId: RoomId, deviceId: DeviceId, name: string, lock: boolean) => Promise<Outcome<unknown>>;
  /** Takes a removal back. */
  letBack: (roomId: RoomId, person: DeviceId) => Promise<Outcome<unknown>>;
  /** Lets a person let in, remove and lock as well, or takes that back. */
  setModerator: (roomId: RoomId, deviceId: DeviceId, name: string, on: boolean) => Promise<Outcome<unknown>>;
  /** Leaves the door of a locked room. */
  stopAsking: (roomId: RoomId) => Promise<void>;
  /** Goes to the door of a room again, also of one from which this person was removed. */
  askAgain: (roomId: RoomId) => Promise<void>;
}

export function createRulesActions(
  context: ActionContext,
  { blockPerson }: Pick<PeopleActions, 'blockPerson'>,
): RulesActions {
  const { ports, notices, running, session, tell } = context;
  const change = async (
    roomId: RoomId,
    wanted: (present: DeviceId[]) => RulesChange,
    said?: string,
  ): Promise<Outcome<unknown>> => {
    const room = session(roomId);
    const changed = room ? await room.setRules(wanted) : refuse('not-in-room');
    if (changed.ok && said !== undefined) notices.say('info', said);
    return tell(changed);
  };
  return {
    lockRoom: (roomId, locked) => change(roomId, (present) => (locked ? { do: 'lock', present } : { do: 'unlock' })),
    letIn: (roomId, { deviceId, name }) =>
      change(roomId, () => ({ do: 'admit', device: deviceId }), `${isolated(name)} was let in.`),
    notNow: (roomId, { person }) => session(roomId)?.notNow(person),
    async blockKnock({ deviceId, name }) {
      // Only somebody who is known can be blocked, and be found in the list of those who are.
      const met = await ports.bridge.call('peers.meet', { deviceId, profile: profileFromName(name) });
      return met.ok ? blockPerson(deviceId, name) : tell(met);
    },
    removePerson: (roomId, device, name, lock) =>
      change(
        roomId,
        (present) => ({ do: 'remove', device, lock, present }),
        `${isolated(name)} was removed from this room.${lock ? ' The room is locked now.' : ''}`,
      ),
    letBack: (roomId, device) => change(roomId, () => ({ do: 'let-back', device })),
    setModerator: (roomId, device, name, on) =>
      change(
        roomId,
        () => ({ do: 'moderator', device, on }),
        on ? `${isolated(name)} is a moderator of this room now.` : `${isolated(name)} is no moderator any more.`,
      ),
    stopAsking: async (roomId) => running()?.reach.stopAsking(roomId),
    askAgain: async (roomId) => running()?.reach.askAgain(roomId),
  };
}
