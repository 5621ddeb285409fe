import { join } from 'node:path';
import type { Computer, ComputerLeave, ComputerList } from '@parley/shared/model';
import { type Bytes, DeviceId } from '@parley/shared/protocol';
import { computersBytes, consentBytes, leaveBytes } from '@parley/shared/sealing';
import { afterEach, beforeEach } from 'vitest';
import { signingKeyOf } from '../../identity/ed25519.ts';
import { newSeed, openTestStore, type TestStore, temporaryFolder } from '../../testing/test-kit.ts';

/** Somebody's device, whose key the test holds. */
export type TestDevice = { deviceId: DeviceId; seed: Bytes; sign(bytes: Bytes): string };

export function testDevice(seed = newSeed()): TestDevice {
  const key = signingKeyOf(seed);
  return { deviceId: DeviceId.parse(key.publicKey), seed, sign: key.sign };
}

/** A device agrees to be a computer of that person. */
export function consentOf(device: TestDevice, person: DeviceId, { askedAt = 1 } = {}): Computer {
  const computer = { device: device.deviceId, name: 'Laptop', askedAt };
  return { ...computer, consent: device.sign(consentBytes(person, computer)) };
}

/** A device says that it is nobody's further computer any more. */
export function leaveOf(device: TestDevice, leftAt: number): ComputerLeave {
  const said = { device: device.deviceId, leftAt };
  return { ...said, sig: device.sign(leaveBytes(said)) };
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

/** Histories of several computers, for the tests of a file; all of them are closed after each test. */
export function computerStores() {
  let folder: ReturnType<typeof temporaryFolder>;
  const open: TestStore[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    for (const store of open.splice(0)) store.close();
    folder.remove();
  });
  const storeOf = (name: string, device?: TestDevice): TestStore => {
    const seed = device ? { seed: device.seed } : {};
    const opened = openTestStore(join(folder.path, `${name}.db`), { name, ...seed });
    open.push(opened);
    return opened;
  };
  return {
    storeOf,
    /** The same history after the app was opened anew. */
    reopened(store: TestStore, name: string, device: TestDevice): TestStore {
      store.close();
      open.splice(open.indexOf(store), 1);
      return storeOf(name, device);
    },
  };
}
