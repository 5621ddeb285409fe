import { nameKey, nameOf, type PeerStanding, type Profile } from '@parley/shared/model';
import { type DeviceId, ParleyError } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { sql } from './statements.ts';

export type PinRow = { name_key: string; name: string; verified: number; changed: number };
type Met = { peer: PeerStanding; looksOther: boolean };

/** The devices that were met, with the names they are known by. */
export function createPeersStore({ one, all, run, transaction, now, people }: HistoryContext) {
  const pinOf = (deviceId: string) => one<PinRow>(sql.pin, deviceId);
  /** Whether somebody else is known by that name. */
  const isOthers = (nameKey: string, deviceId: DeviceId): boolean => {
    const theirs = people.devicesOf(deviceId);
    return all<{ device_id: DeviceId }>(sql.pinsNamed, nameKey).some(({ device_id }) => !theirs.includes(device_id));
  };
  /** A code that was compared with one computer of a person counts for all of them: each is signed by the first, and signed for it. */
  const isVerified = (deviceId: DeviceId): boolean =>
    people.isOwn(deviceId) || people.devicesOf(deviceId).some((device) => pinOf(device)?.verified === 1);
  const standingOf = (deviceId: DeviceId, name: string, standing: PeerStanding['standing']): PeerStanding => {
    const person = people.personOf(deviceId);
    return { deviceId, name, standing, ...(person === deviceId ? {} : { person }) };
  };

  return {
    /** How a device that says it has that name stands, without keeping anything of it. */
    look: (deviceId: DeviceId, profile: Profile): PeerStanding => {
      const name = nameOf(profile);
      const pin = pinOf(deviceId);
      const isOther = pin?.name_key !== nameKey(name) && isOthers(nameKey(name), deviceId);
      const changed = pin?.changed === 1 || isOther || (!pin && people.hasParted(deviceId));
      const known = isVerified(deviceId) ? 'verified' : pin ? 'pinned' : 'new';
      return standingOf(deviceId, name, changed && !people.isOwn(deviceId) ? 'changed' : known);
    },

    /** Pins a device's key at first contact and says how it stands from then on, and whether its messages look otherwise. */
    meet: (deviceId: DeviceId, profile: Profile): Met =>
      transaction(() => {
        const name = nameOf(profile);
        const pin = pinOf(deviceId);
        // By what people see: a username may stand behind any display name.
        const key = nameKey(name);
        const renamed = pin !== undefined && pin.name_key !== key;
        // A device that takes the name of another one is told apart, even if it was verified under its own name.
        const isSelf = people.isOwn(deviceId);
        const isOtherName = (!pin || renamed) && isOthers(key, deviceId);
        // One that was taken off a list before it was met is warned of like one that was met.
        const taken = !isSelf && (isOtherName || (!pin && people.hasParted(deviceId)));
        const changed = !isSelf && (taken || pin?.changed === 1);
        const verified = !taken && pin?.verified === 1;
        run(sql.setPin, {
          deviceId,
          nameKey: key,
          name,
          verified: Number(verified),
          changed: Number(changed),
          now: now(),
        });
        const standing = changed ? 'changed' : isVerified(deviceId) ? 'verified' : pin ? 'pinned' : 'new';
        const looksOther = shownOf(pin) !== shownOf({ name, changed: Number(changed) });
        return { peer: standingOf(deviceId, name, standing), looksOther };
      }),

    /** The person compared the code, or takes that back: then for every computer of that person. */
    verifyPeer: (deviceId: DeviceId, verified: boolean): Met =>
      transaction(() => {
        const pin = pinOf(deviceId);
        if (!pin) throw new ParleyError('bad-request', { path: 'deviceId' });
        // Without the compared code each device is warned of as it was, and where it has somebody else's name.
        const isWarnedOf = (device: DeviceId, known: PinRow) => known.changed === 1 || isOthers(known.name_key, device);
        const changed = !verified && isWarnedOf(deviceId, pin);
        run(sql.verifyPin, Number(verified), Number(changed), deviceId);
        for (const device of verified ? [] : people.devicesOf(deviceId)) {
          const known = device === deviceId ? undefined : pinOf(device);
          if (known) run(sql.verifyPin, 0, Number(isWarnedOf(device, known)), device);
        }
        const standing = verified ? 'verified' : changed ? 'changed' : 'pinned';
        const looksOther = shownOf(pin) !== shownOf({ name: pin.name, changed: Number(changed) });
        return { peer: standingOf(deviceId, pin.name, standing), looksOther };
      }),

    /** The person goes on with a device that took over a known name. Their code was not compared by that. */
    acceptPeer: (deviceId: DeviceId): Met =>
      transaction(() => {
        const pin = pinOf(deviceId);
        if (!pin) throw new ParleyError('bad-request', { path: 'deviceId' });
        run(sql.verifyPin, pin.verified, 0, deviceId);
        const standing = isVerified(deviceId) ? 'verified' : 'pinned';
        const looksOther = shownOf(pin) !== shownOf({ name: pin.name, changed: 0 });
        return { peer: standingOf(deviceId, pin.name, standing), looksOther };
      }),
  };
}

/** The name under which a device's messages are shown; null where each message speaks for itself. */
export const shownOf = (pin: Pick<PinRow, 'name' | 'changed'> | undefined): string | null =>
  pin && pin.changed === 0 ? pin.name : null;
