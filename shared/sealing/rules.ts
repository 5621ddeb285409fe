import type { RoomRules } from '../model/rules.ts';
import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, toBase64Url, u32, u64 } from './agreements.ts';
import { label, signEd25519, verifyEd25519 } from './primitives.ts';

const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();
const listed = (devices: readonly string[]): Bytes[] => [u32(devices.length), ...devices.map(raw)];
const LOCKED_BYTES = { null: 0, false: 1, true: 2 } as const;

/**
 * "parley/1 rules" | roomId | 32 bytes: the moderator's device, zeros for the owner | grant u64 (0 for the owner) | seq u64 | locked (one byte: 0 says nothing, 1 no,
 * 2 yes) | for each of admitted, removed and owners: count u32, devices | moderators: count u32, for each: device, grant u64, taken u64.
 */
export function rulesBytes(rules: Omit<RoomRules, 'sig'>): Bytes {
  return concatBytes(
    label('rules'),
    raw(rules.roomId),
    rules.by === null ? new Uint8Array(32) : raw(rules.by),
    u64(rules.grant ?? 0),
    u64(rules.seq),
    new Uint8Array([LOCKED_BYTES[`${rules.locked}`]]),
    ...listed(rules.admitted),
    ...listed(rules.removed),
    ...listed(rules.owners),
    u32(rules.moderators.length),
    ...rules.moderators.flatMap(({ device, grant, taken }) => [raw(device), u64(grant), u64(taken)]),
  );
}

/** Signs rules with the room's owner key, or a moderator's record with the key of their device. */
export async function signRules(key: KeyHandle, rules: Omit<RoomRules, 'sig'>): Promise<RoomRules> {
  return { ...rules, sig: toBase64Url(await signEd25519(key, rulesBytes(rules))) };
}

/**
 * Whether the record is one of that room and signed by whom it names: the owner of the room's invite, or the moderator's device. Whether that
 * device is a moderator is said by the owner's record. Never throws.
 */
export async function verifyRules(rules: RoomRules, room: { roomId: string; ownerPub: string }): Promise<boolean> {
  if (rules.roomId !== room.roomId) return false;
  return verifyEd25519(raw(rules.by ?? room.ownerPub), raw(rules.sig), rulesBytes(rules));
}
