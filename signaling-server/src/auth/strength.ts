import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';

/** Words that every guide to passphrases has, and those that are guessed on a server of this name. */
const KNOWN = ['correct horse battery staple', 'correcthorsebatterystaple', 'correct-horse-battery-staple', 'parley'];

let scorer: ZxcvbnFactory | undefined;

/** From 0 (guessed at once) to 4 (out of reach), as zxcvbn estimates it. */
export function strengthOf(passphrase: string): number {
  scorer ??= new ZxcvbnFactory({ dictionary: { ...dictionary, ...english, known: KNOWN }, graphs: adjacencyGraphs });
  // Its time grows with the square of the length, and nothing weak is that long.
  return scorer.check(passphrase.slice(0, 64)).score;
}
