import { randomBytes } from 'node:crypto';
import { type Bytes, ParleyError } from '@parley/shared/protocol';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** Bytes of chance behind a phrase: 12 words. */
const ENTROPY_BYTES = 16;

/** A new recovery phrase with the chance that it stands for. */
export function newPhrase(): { words: string[]; entropy: Bytes } {
  const entropy = new Uint8Array(randomBytes(ENTROPY_BYTES));
  return { words: entropyToMnemonic(entropy, wordlist).split(' '), entropy };
}

/**
 * The chance behind a phrase as a person types it: capitals, line breaks, numbers and commas between the words do not matter. Throws
 * `phrase-invalid` where it cannot be right: the last word proves the others.
 */
export function entropyOf(typed: string): Bytes {
  const words =
    typed
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist));
  } catch {
    throw new ParleyError('phrase-invalid');
  }
}
