import type { Computer, ComputerAsk, ComputerLeave, ComputerList } from '../model/computers.ts';
import { type Bytes, concatBytes, fromBase64Url, u32, u64 } from './agreements.ts';
import { counted, label } from './primitives.ts';

const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();

/** "parley/1 computer" | person | device | askedAt u64 | name: what a new computer signs to be a computer of that person. */
export function consentBytes(person: string, { device, askedAt, name }: Omit<Computer, 'consent'>): Bytes {
  return concatBytes(label('computer'), raw(person), raw(device), u64(askedAt), counted(name));
}

/**
 * "parley/1 computers" | person | issuedAt u64 | count u32 | for each: device, askedAt u64, name, consent: what the first computer
 * signs. Names stand behind their length as u32.
 */
export function computersBytes({ person, issuedAt, computers }: Omit<ComputerList, 'sig'>): Bytes {
  const each = computers.flatMap(({ device, askedAt, name, consent }) => [
    raw(device),
    u64(askedAt),
    counted(name),
    raw(consent),
  ]);
  return concatBytes(label('computers'), raw(person), u64(issuedAt), u32(computers.length), ...each);
}

/** "parley/1 computer-leave" | device | leftAt u64: what a computer signs to be none of its person's any more. */
export function leaveBytes({ device, leftAt }: Omit<ComputerLeave, 'sig'>): Bytes {
  return concatBytes(label('computer-leave'), raw(device), u64(leftAt));
}

/** "parley/1 computer-ask" | person | device | boxKey: binds the key of a transfer to the device that asks for it. */
export function askBytes(person: string, { device, boxKey }: Pick<ComputerAsk, 'device' | 'boxKey'>): Bytes {
  return concatBytes(label('computer-ask'), raw(person), raw(device), raw(boxKey));
}

/** "parley/1 computer-welcome" | device | boxKey | eph | parts u32: binds the other key of a transfer to the person. */
export function welcomeBytes(
  { device, boxKey }: Pick<ComputerAsk, 'device' | 'boxKey'>,
  { eph, parts }: { eph: string; parts: number },
): Bytes {
  return concatBytes(label('computer-welcome'), raw(device), raw(boxKey), raw(eph), u32(parts));
}

/** Checks a signature by an Ed25519 key, both in base64url. */
export type Verify = (publicKey: string, sig: string, bytes: Bytes) => boolean;

/** Whether the person signed the list, and each computer on it its place there. */
export const isSignedList = (list: ComputerList, verify: Verify): boolean =>
  verify(list.person, list.sig, computersBytes(list)) &&
  list.computers.every((computer) => isConsent(list.person, computer, verify));

/** Whether a computer said itself that it left. */
export const isSignedLeave = (leave: ComputerLeave, verify: Verify): boolean =>
  verify(leave.device, leave.sig, leaveBytes(leave));

/** Whether a device agreed to be a computer of that person. */
export const isConsent = (person: string, computer: Computer, verify: Verify): boolean =>
  verify(computer.device, computer.consent, consentBytes(person, computer));
