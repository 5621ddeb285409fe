import { nameKey, nameOf, type PeerStanding, type Profile } from '@parley/shared/model';
import { type DeviceId, ParleyError } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { sql } from './statements.ts';

type PinRow = { name_key: string; name: string; verified: number; changed: number };

/** The devices that were met, with the names they are known by. */
export function createPeersStore({ one, run, transaction, now }: HistoryContext) {
  return {
    /** Pins a device's key at first contact and says how it stands from then on, and whether its messages look otherwise. */
    meet: (deviceId: DeviceId, profile: Profile): { peer: PeerStanding; looksOther: boolean } =>
      transaction(() => {
        const name = nameOf(profile);
        const pin = one<PinRow>(sql.pin, deviceId);
        // By what people see: a username may stand behind any display name.
        const key = nameKey(name);
        const renamed = pin !== undefined && pin.name_key !== key;
        // A device that takes the name of another one is told apart, even if it was verified under its own name.
        const taken = (!pin || renamed) && one(sql.otherPin, key, deviceId) !== undefined;
        const changed = taken || pin?.changed === 1;
        const verified = !taken && pin?.verified === 1;
        run(sql.setPin, {
          deviceId,
          nameKey: key,
          name,
          verified: Number(verified),
          changed: Number(changed),
          now: now(),
        });
        const standing = changed ? 'changed' : verified ? 'verified' : pin ? 'pinned' : 'new';
        const looksOther = shownOf(pin) !== shownOf({ name, changed: Number(changed) });
        return { peer: { deviceId, name, standing } satisfies PeerStanding, looksOther };
      }),

    /** The person compared the code, or takes that back. */
    verifyPeer: (deviceId: DeviceId, verified: boolean): { peer: PeerStanding; looksOther: boolean } =>
      transaction(() => {
        const pin = one<PinRow>(sql.pin, deviceId);
        if (!pin) throw new ParleyError('bad-request', { path: 'deviceId' });
        const changed = !verified && one(sql.otherPin, pin.name_key, deviceId) !== undefined;
        run(sql.verifyPin, Number(verified), Number(changed), deviceId);
        const standing = verified ? 'verified' : changed ? 'changed' : 'pinned';
        const looksOther = shownOf(pin) !== shownOf({ name: pin.name, changed: Number(changed) });
        return { peer: { deviceId, name: pin.name, standing } satisfies PeerStanding, looksOther };
      }),
  };
}

/** The name under which a device's messages are shown; null where each message speaks for itself. */
const shownOf = (pin: Pick<PinRow, 'name' | 'changed'> | undefined): string | null =>
  pin && pin.changed === 0 ? pin.name : null;
