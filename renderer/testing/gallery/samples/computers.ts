import type { ComputersState } from '@parley/shared/model';
import { formatComputerCode } from '@parley/shared/sealing';
import { deviceIdOf, idOf } from './ids.ts';

/** The computers of the gallery's person, as seen on one of them. */
export const computersOf = (device: string, nowMs: number): ComputersState => {
  const sig = idOf('sig', 64);
  return {
    device: deviceIdOf(device),
    person: deviceIdOf('You'),
    list: {
      person: deviceIdOf('You'),
      issuedAt: nowMs,
      computers: [
        { device: deviceIdOf('Laptop'), name: 'Kitchen laptop', askedAt: nowMs - 86_400_000 * 3, consent: sig },
        { device: deviceIdOf('Tower'), name: 'The tower in the attic', askedAt: nowMs - 86_400_000 * 90, consent: sig },
      ],
      sig,
    },
    devices: ['You', 'Laptop', 'Tower'].map(deviceIdOf),
    suggestedName: 'noors-desk',
  };
};

export const computerCode = formatComputerCode({
  host: 'talk.orchard.example',
  secret: new Uint8Array(32).map((_, at) => (at * 37) % 251),
  person: deviceIdOf('You'),
});
