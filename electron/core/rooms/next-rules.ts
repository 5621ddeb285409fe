import { openRecords, type RoomRules, type RulesChange, risingDevices, rulesInForce } from '@parley/shared/model';
import { type DeviceId, LIMITS, ParleyError, type RoomId } from '@parley/shared/protocol';

/** A change with the devices that it is about: all of the person, and for locking all members. */
export type DeviceChange = { change: RulesChange; devices: readonly DeviceId[]; members: readonly DeviceId[] };

const without = (from: readonly DeviceId[], gone: readonly DeviceId[]) =>
  from.filter((device) => !gone.includes(device));

/** The owner's next record: all that holds, what moderators added included, with the change. */
export function nextOfOwner(
  roomId: RoomId,
  records: readonly RoomRules[],
  owners: readonly DeviceId[],
  wanted: DeviceChange | null,
): Omit<RoomRules, 'sig'> {
  const kept = records.find(({ by }) => by === null);
  const seq = (kept?.seq ?? 0) + 1;
  // Who loses the part of a moderator takes along what was not taken over yet.
  const isUnmade = wanted?.change.do === 'remove' || (wanted?.change.do === 'moderator' && !wanted.change.on);
  const counted = records.filter(({ by }) => by === null || !isUnmade || !wanted?.devices.includes(by));
  const { locked, admitted, removed } = rulesInForce(counted);
  const added = new Map(openRecords(counted).map((record) => [record.by, record.seq]));
  const next = {
    locked,
    admitted: [...admitted],
    removed: [...removed],
    moderators: (kept?.moderators ?? []).map((each) => ({ ...each, taken: added.get(each.device) ?? each.taken })),
  };
  if (wanted) {
    const { change, devices, members } = wanted;
    const admit = (more: readonly DeviceId[]) => next.admitted.push(...more);
    switch (change.do) {
      case 'lock':
        next.locked = true;
        admit(members);
        break;
      case 'unlock':
        next.locked = false;
        break;
      case 'admit':
      case 'let-back':
        next.removed = without(next.removed, devices);
        admit(devices);
        break;
      case 'remove':
        if (devices.some((device) => owners.includes(device))) throw new ParleyError('not-allowed');
        if (change.lock) {
          next.locked = true;
          admit(members);
        }
        next.removed.push(...devices);
        next.moderators = next.moderators.filter(({ device }) => !devices.includes(device));
        break;
      case 'moderator':
        next.moderators = next.moderators.filter(({ device }) => !devices.includes(device));
        if (change.on) next.moderators.push(...devices.map((device) => ({ device, grant: seq, taken: 0 })));
        break;
    }
  }
  return checked({
    roomId,
    by: null,
    grant: null,
    seq,
    locked: next.locked,
    admitted: risingDevices(without([...next.admitted, ...owners], next.removed)),
    removed: risingDevices(next.removed),
    owners: risingDevices(owners),
    moderators: next.moderators.sort((left, right) => (left.device < right.device ? -1 : 1)),
  });
}

/** The next record of a moderator: what they added since the owner took their records over, with the change. Throws `not-allowed` for what only the owner may do. */
export function nextOfModerator(
  roomId: RoomId,
  records: readonly RoomRules[],
  own: DeviceId,
  { change, devices, members }: DeviceChange,
): Omit<RoomRules, 'sig' | 'by'> {
  const owner = records.find(({ by }) => by === null);
  const moderator = owner?.moderators.find(({ device }) => device === own);
  if (!owner || !moderator || change.do === 'let-back' || change.do === 'moderator')
    throw new ParleyError('not-allowed');
  const kept = openRecords(records).find(({ by }) => by === own);
  const next = {
    locked: kept?.locked ?? null,
    admitted: [...(kept?.admitted ?? [])],
    removed: [...(kept?.removed ?? [])],
  };
  switch (change.do) {
    case 'lock':
      next.locked = true;
      next.admitted.push(...members);
      break;
    case 'unlock':
      next.locked = false;
      break;
    case 'admit':
      // Only the owner takes a removal back, and everybody their own.
      if (devices.some((device) => owner.removed.includes(device))) throw new ParleyError('not-allowed');
      next.removed = without(next.removed, devices);
      next.admitted.push(...devices);
      break;
    case 'remove': {
      const safe = [...owner.owners, ...owner.moderators.map(({ device }) => device)];
      if (devices.some((device) => safe.includes(device))) throw new ParleyError('not-allowed');
      if (change.lock) {
        next.locked = true;
        next.admitted.push(...members);
      }
      next.removed.push(...devices);
      next.admitted = without(next.admitted, devices);
      break;
    }
  }
  return checked({
    roomId,
    grant: moderator.grant,
    seq: Math.max(kept?.seq ?? 0, moderator.taken) + 1,
    locked: next.locked,
    admitted: risingDevices(next.admitted),
    removed: risingDevices(next.removed),
    owners: [],
    moderators: [],
  });
}

function checked<R extends Pick<RoomRules, 'admitted' | 'removed' | 'moderators'>>(rules: R): R {
  const { ruledDevicesMax, moderatorsMax } = LIMITS;
  const fits =
    rules.admitted.length <= ruledDevicesMax &&
    rules.removed.length <= ruledDevicesMax &&
    rules.moderators.length <= moderatorsMax;
  if (!fits) throw new ParleyError('rules-full');
  return rules;
}
