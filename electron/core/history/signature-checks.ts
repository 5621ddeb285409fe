import type { Entry } from '@parley/shared/model';
import { entrySignatureBytes } from '@parley/shared/sealing';
import { createVerifier } from '../identity/ed25519.ts';
import { digestOf } from './digest.ts';

const hasItsBody = (entry: Entry): boolean =>
  (entry.body === null && entry.kind !== 'delete') || digestOf(entry.body) === entry.digest;

/** Checks whether authors signed entries, with the bodies that came with them if any did. */
export function createSignatureChecks() {
  const { verify, verifyLater } = createVerifier();
  return {
    isSigned: (entry: Entry): boolean =>
      hasItsBody(entry) && verify(entry.author, entry.sig, entrySignatureBytes(entry)),

    /** The same for each of them, on Node's thread pool, several at once. Never rejects. */
    areSigned: (entries: readonly Entry[]): Promise<boolean[]> =>
      Promise.all(
        entries.map((entry) =>
          hasItsBody(entry) ? verifyLater(entry.author, entry.sig, entrySignatureBytes(entry)) : Promise.resolve(false),
        ),
      ),
  };
}
