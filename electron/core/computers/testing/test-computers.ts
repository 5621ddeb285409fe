import type { Computer, ComputerList } from '@parley/shared/model';
import { type Bytes, DeviceId } from '@parley/shared/protocol';
import { computersBytes, consentBytes } from '@parley/shared/sealing';
import { signingKeyOf } from '../../identity/ed25519.ts';
import { newSeed } from '../../testing/test-kit.ts';

/** Somebody's device, whose key the test holds. */
export type TestDevice = { deviceId: DeviceId; seed: Bytes; sign(bytes: Bytes): string };

export function testDevice(seed = newSeed()): TestDevice {
  const key = signingKeyOf(seed);
  return { deviceId: DeviceId.parse(key.publicKey), seed, sign: key.sign };
}

/** A device agrees to be a computer of that person. */
export function consentOf(device: TestDevice, person: DeviceId, name = 'Laptop'): Computer {
  const computer = { device: device.deviceId, name, askedAt: 1 };
  return { ...computer, consent: device.sign(consentBytes(person, computer)) };
}

/** The list of a person's computers, signed by `signer`, the person unless the test wants it otherwise. */
export function listOf(
  person: TestDevice,
  others: readonly (TestDevice | Computer)[],
  { issuedAt = 1, signer = person }: { issuedAt?: number; signer?: TestDevice } = {},
): ComputerList {
  const computers = others.map((each) => ('consent' in each ? each : consentOf(each, person.deviceId)));
  const list = { person: person.deviceId, issuedAt, computers };
  return { ...list, sig: signer.sign(computersBytes(list)) };
}
