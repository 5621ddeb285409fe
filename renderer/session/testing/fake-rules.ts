import {
  NO_RULES,
  type RoomKeyring,
  type RoomRules,
  type RoomRulesNow,
  type RulesChange,
  replacesRules,
  risingDevices,
  rulesInForce,
} from '@parley/shared/model';
import { accept, type DeviceId, refuse } from '@parley/shared/protocol';
import { signRules, verifyRules } from '@parley/shared/sealing';

type Signed = Omit<RoomRules, 'sig' | 'roomId' | 'by'>;
const NOTHING = { locked: null, admitted: [], removed: [], owners: [], moderators: [] };

/** The rules of one room in a core in memory: checks signatures as the real core does. */
export class FakeRules {
  room: RoomKeyring | undefined;
  /** Where this device made the room. */
  ownerKey: CryptoKey | undefined;
  readonly records = new Map<DeviceId | null, RoomRules>();
  readonly #core: { dev: DeviceId; key: CryptoKey; met: Map<DeviceId, unknown>; persons: Map<DeviceId, DeviceId> };

  constructor(core: { dev: DeviceId; key: CryptoKey; met: Map<DeviceId, unknown>; persons: Map<DeviceId, DeviceId> }) {
    this.#core = core;
  }

  now(): RoomRulesNow {
    const records = [...this.records.values()];
    const role = this.ownerKey ? 'owner' : 'member';
    if (!this.records.has(null)) return { ...NO_RULES, role };
    const rules = rulesInForce(records);
    const { dev, persons } = this.#core;
    const withPersons = (devices: readonly DeviceId[]) =>
      risingDevices([
        ...devices,
        ...[...persons].flatMap(([device, person]) => (devices.includes(person) ? [device] : [])),
      ]);
    const [admitted, removed] = [withPersons(rules.admitted), withPersons(rules.removed)];
    const isModerator = rules.moderators.includes(dev);
    const isIn = this.ownerKey || !rules.locked || admitted.includes(dev);
    return {
      records,
      role: this.ownerKey ? 'owner' : isModerator ? 'moderator' : 'member',
      self: removed.includes(dev) && !this.ownerKey ? 'removed' : isIn ? 'in' : 'out',
      locked: rules.locked,
      admitted,
      removed,
      owners: [...rules.owners],
      moderators: [...rules.moderators],
      admittedPeople: [],
      removedPeople: [],
    };
  }

  /** The next record of this device, signed with the key that is given, or with its own. */
  async sign(fields: Partial<Signed>, key = this.ownerKey ?? this.#core.key): Promise<RoomRules> {
    if (!this.room) throw new Error('no room');
    const { roomId } = this.room;
    const owner = this.records.get(null);
    if (this.ownerKey) {
      const { locked, admitted, removed, moderators } = owner ?? { ...NOTHING, locked: false };
      const seq = (owner?.seq ?? 0) + 1;
      const owned = { locked, admitted, removed, moderators, owners: [this.#core.dev], grant: null };
      return signRules(key, { roomId, by: null, seq, ...owned, ...fields });
    }
    const by = this.#core.dev;
    const granted = owner?.moderators.find(({ device }) => device === by);
    const kept = this.records.get(by) ?? { ...NOTHING, seq: 0 };
    const { locked, admitted, removed } = kept;
    const own = { locked, admitted, removed, owners: [], moderators: [], grant: granted?.grant ?? 1 };
    return signRules(key, { roomId, by, seq: kept.seq + 1, ...own, ...fields });
  }

  async set(change: RulesChange) {
    const { role, admitted, removed, locked } = this.now();
    if (role === 'member') return refuse('not-allowed');
    const seq = (this.records.get(null)?.seq ?? 0) + 1;
    const everybody = 'present' in change ? [...change.present, ...this.#core.met.keys(), this.#core.dev] : [];
    const record = await this.sign(
      change.do === 'lock'
        ? { locked: true, admitted: risingDevices(everybody) }
        : change.do === 'unlock'
          ? { locked: false }
          : change.do === 'admit' || change.do === 'let-back'
            ? {
                admitted: risingDevices([...admitted, change.device]),
                removed: removed.filter((device) => device !== change.device),
              }
            : change.do === 'remove'
              ? {
                  locked: change.lock || locked,
                  admitted: risingDevices([...admitted, ...(change.lock ? everybody : [])]),
                  removed: risingDevices([...removed, change.device]),
                }
              : { moderators: change.on ? [{ device: change.device, grant: seq, taken: 0 }] : [] },
    );
    this.records.set(record.by, record);
    return accept(this.now());
  }

  async learn(records: readonly RoomRules[]) {
    const { room } = this;
    if (!room) return refuse('room-unknown');
    let forged = 0;
    for (const record of records) {
      if (!(await verifyRules(record, room))) forged += 1;
      else if (replacesRules(record, this.records.get(record.by))) this.records.set(record.by, record);
    }
    return accept({ rules: this.now(), forged });
  }
}
