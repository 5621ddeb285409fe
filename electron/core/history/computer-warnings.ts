import type { PeerStanding } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { type PinRow, shownOf } from './peers-store.ts';
import { sql } from './statements.ts';

/**
 * Sets and ends the warnings of devices whose person changed; answers those that look otherwise from then on. Inside a transaction,
 * after the people know of the change. `before` and `after` are all devices of that person.
 */
export function createComputerWarnings({ one, all, run, people, own }: HistoryContext) {
  const pinOf = (device: string) => one<PinRow>(sql.pin, device);
  const set = (device: DeviceId, pin: PinRow, { verified, changed }: { verified: number; changed: number }) => {
    run(sql.verifyPin, verified, changed, device);
    const person = people.personOf(device);
    const standing = changed === 1 ? 'changed' : verified === 1 ? 'verified' : 'pinned';
    const peer: PeerStanding = { deviceId: device, name: pin.name, standing };
    const looksOther = shownOf(pin) !== shownOf({ name: pin.name, changed });
    return looksOther ? [person === device ? peer : { ...peer, person }] : [];
  };

  return (before: readonly DeviceId[], after: readonly DeviceId[]): PeerStanding[] => {
    // A computer that is none of its person's any more must not go on under their name, or take another one unnoticed.
    const parted = before.flatMap((device) => {
      const pin = after.includes(device) || device === own ? undefined : pinOf(device);
      return pin ? set(device, pin, { verified: 0, changed: 1 }) : [];
    });
    // One that was met before its list had taken a name that was known: the name of its own person, if only they have it.
    const joined = after.flatMap((device) => {
      const pin = before.includes(device) || people.hasEnded(device) ? undefined : pinOf(device);
      if (pin?.changed !== 1) return [];
      const holders = all<{ device_id: DeviceId }>(sql.pinsNamed, pin.name_key).map(({ device_id }) => device_id);
      const isTheirs = holders.length > 0 && holders.every((holder) => after.includes(holder));
      return isTheirs ? set(device, pin, { verified: pin.verified, changed: 0 }) : [];
    });
    return [...parted, ...joined];
  };
}
