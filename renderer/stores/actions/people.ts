import { isolated, type MetPerson } from '@parley/shared/model';
import { accept, type DeviceId, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { deviceCode } from '@parley/shared/sealing';
import { InviteRates } from '../invitations.ts';
import type { Invitation } from '../state.ts';
import type { ActionContext } from './context.ts';
import type { InviteActions } from './invites.ts';

export interface PeopleActions {
  /** Blocks the person whose device that is, with all their devices, in every room. */
  blockPerson: (deviceId: DeviceId, name: string) => Promise<Outcome<unknown>>;
  /** Takes that back; what the person wrote meanwhile is shown. */
  unblockPerson: (deviceId: DeviceId) => Promise<Outcome<unknown>>;
  /** Goes on with a device that took over a known name, without a comparison of the codes. */
  acceptPerson: (deviceId: DeviceId) => Promise<Outcome<unknown>>;
  /** The code of this device and that one: sixty digits in twelve groups. It takes thousands of hashes; null where this device is not known yet. */
  deviceCodeWith: (deviceId: DeviceId) => Promise<string | null>;
  /** Shows everybody who was met. */
  openPeople: () => void;
  /** Sends the invite of a room to a person, over a link that is open in any room. */
  invitePerson: (person: Pick<MetPerson, 'person' | 'devices' | 'name'>, roomId: RoomId) => Promise<Outcome<unknown>>;
  /** An invite of somebody was looked at, or is not wanted. */
  dismissInvitation: (invitation: Invitation) => void;
}

export function createPeopleActions(
  context: ActionContext,
  { inviteOf }: Pick<InviteActions, 'inviteOf'>,
): PeopleActions {
  const { store, ports, chats, notices, running, show, tell } = context;
  const inviteRates = new InviteRates(ports.clock);
  const loadMet = async () => {
    const met = await ports.bridge.call('peers.met', {});
    store.setState(met.ok ? { met: met.value.items, metTrouble: null } : { metTrouble: met.message });
  };
  return {
    async blockPerson(deviceId, name) {
      const blocked = await ports.bridge.call('peers.block', { deviceId });
      if (!blocked.ok) return tell(blocked);
      store.setState({ blocked: blocked.value.items });
      for (const session of running()?.reach.all() ?? []) session.refreshBlocks();
      const { person } = blocked.value.items.find(({ devices }) => devices.includes(deviceId)) ?? {};
      store.setState(({ met, invitations }) => ({
        met: met?.filter((each) => each.person !== person) ?? null,
        invitations: invitations.filter((each) => each.person !== person),
      }));
      notices.say('info', `You blocked ${isolated(name)}. The connection is closed.`);
      return blocked;
    },
    async acceptPerson(deviceId) {
      const standing = await ports.bridge.call('peers.accept', { deviceId });
      if (!standing.ok) return tell(standing);
      for (const each of running()?.reach.all() ?? []) each.setStanding(deviceId, standing.value.standing);
      return standing;
    },
    async unblockPerson(deviceId) {
      const unblocked = await ports.bridge.call('peers.unblock', { deviceId });
      if (!unblocked.ok) return tell(unblocked);
      store.setState({ blocked: unblocked.value.items });
      for (const session of running()?.reach.all() ?? []) session.refreshBlocks();
      const { rooms } = store.getState();
      await Promise.all([running()?.reach.sync(), ...rooms.map(({ roomId }) => chats.reload(roomId))]);
      return unblocked;
    },
    async deviceCodeWith(deviceId) {
      const { info } = store.getState();
      return info ? deviceCode(info.deviceId, deviceId) : null;
    },
    openPeople() {
      show({ at: 'people' });
      void loadMet();
    },
    async invitePerson({ person, devices, name }, roomId) {
      const waitMs = inviteRates.waitMs(person);
      // Their app would not show it.
      if (waitMs > 0) {
        const minutes = Math.ceil(waitMs / 60_000);
        const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`;
        return tell(
          refuse('rate-limited', {
            message: `You invited ${isolated(name)} a few times. Wait ${wait}, then try again.`,
          }),
        );
      }
      const invite = await inviteOf(roomId);
      if (!invite.ok) return invite;
      const roomName = store.getState().rooms.find((room) => room.roomId === roomId)?.name ?? null;
      const sessions = running()?.reach.all() ?? [];
      const message = { type: 'invite', invite: invite.value, roomName } as const;
      const isSent = devices.some((device) => sessions.some((session) => session.tell(device, message)));
      if (!isSent) return tell(refuse('peer-away', { message: `${isolated(name)} is not connected any more.` }));
      inviteRates.take(person);
      notices.say('info', `The invite was sent to ${isolated(name)}.`);
      return accept(undefined);
    },
    dismissInvitation: (invitation) =>
      store.setState(({ invitations }) => ({ invitations: invitations.filter((each) => each !== invitation) })),
  };
}
