import { openRecords, type RoomRules, type RoomRulesNow, type RulesChange } from '@parley/shared/model';
import { ParleyError, type RoomId, refusalOf } from '@parley/shared/protocol';
import { ed25519FromSeed, signRules, verifyRules } from '@parley/shared/sealing';
import type { HistoryClient } from '../history/history-client.ts';
import type { RoomRow } from '../history/room-rows.ts';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Log, SecretStore } from '../ports.ts';
import { unlock } from '../unlock.ts';
import { nextOfModerator, nextOfOwner } from './next-rules.ts';

/** The rules of rooms: signs those of this person's, and keeps those of others that are signed. */
export interface RoomRulesPort {
  now(roomId: RoomId): Promise<RoomRulesNow>;
  /** Throws `not-allowed` for what this person may not do there, and `rules-full`. */
  set(roomId: RoomId, change: RulesChange): Promise<RoomRulesNow>;
  /** Keeps records of others. What moderators added to a room of this person's is signed by its owner from then on. */
  learn(roomId: RoomId, records: readonly RoomRules[]): Promise<{ rules: RoomRulesNow; forged: number }>;
}

export function createRoomRules(options: {
  history: HistoryClient;
  secrets: SecretStore;
  identity: Pick<DeviceIdentity, 'deviceId' | 'signRules'>;
  log: Log;
}): RoomRulesPort {
  const { history, secrets, identity, log } = options;
  const own = identity.deviceId;
  /** One change after the other: two at once would get the same seq. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  const roomOf = async (roomId: RoomId): Promise<RoomRow> => {
    const row = await history.room(roomId);
    if (!row) throw new ParleyError('room-unknown');
    return row;
  };
  const keep = async (roomId: RoomId, records: readonly RoomRules[]): Promise<boolean> => {
    const { changed, ties } = await history.keepRules(roomId, records);
    if (ties > 0) log.warn('two records of a room’s rules have one number', { count: ties });
    return changed;
  };
  const signAsOwner = async (seed: Uint8Array, rules: Omit<RoomRules, 'sig'>): Promise<RoomRules> =>
    signRules((await ed25519FromSeed(await unlock(secrets, seed))).privateKey, rules);

  return {
    now: (roomId) => history.rulesNow(roomId),

    set: (roomId, change) =>
      inTurn(async () => {
        const row = await roomOf(roomId);
        const { records, role } = await history.rulesNow(roomId);
        const device = 'device' in change ? change.device : null;
        const isOut = change.do === 'remove' || change.do === 'let-back';
        const devices = device === null ? [] : await history.devicesToRule(device, isOut);
        const present = 'present' in change ? change.present : [];
        const wanted = { change, devices, members: await history.membersToAdmit(roomId, present) };
        if (row.owner_seed !== null) {
          const owners = await history.devicesToRule(own, false);
          await keep(roomId, [await signAsOwner(row.owner_seed, nextOfOwner(roomId, records, owners, wanted))]);
        } else if (role === 'moderator') {
          await keep(roomId, [identity.signRules(nextOfModerator(roomId, records, own, wanted))]);
        } else throw new ParleyError('not-allowed');
        return history.rulesNow(roomId);
      }),

    learn: (roomId, records) =>
      inTurn(async () => {
        const row = await roomOf(roomId);
        const room = { roomId, ownerPub: row.owner_pub };
        const areSigned = await Promise.all(records.map((record) => verifyRules(record, room)));
        const signed = records.filter((_, at) => areSigned[at]);
        const changed = signed.length > 0 && (await keep(roomId, signed));
        const rules = await history.rulesNow(roomId);
        const forged = records.length - signed.length;
        if (!changed || row.owner_seed === null || openRecords(rules.records).length === 0) return { rules, forged };
        const owners = await history.devicesToRule(own, false);
        try {
          await keep(roomId, [await signAsOwner(row.owner_seed, nextOfOwner(roomId, rules.records, owners, null))]);
        } catch (thrown) {
          // More than one record holds: the moderator's stays beside it, until its owner decides.
          if (refusalOf(thrown).code !== 'rules-full') throw thrown;
        }
        return { rules: await history.rulesNow(roomId), forged };
      }),
  };
}
