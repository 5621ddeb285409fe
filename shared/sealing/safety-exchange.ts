import { accept, type Outcome, refuse } from '../base/outcome.ts';
import type { SafetyStep } from '../protocol/link.ts';
import { type Bytes, concatBytes, equalBytes, fromBase64Url, toBase64Url } from './agreements.ts';
import { hkdf, label, randomBytes, sha256 } from './primitives.ts';

/** The steps of one pair to its short safety code, on one side. */
export interface SafetyExchange {
  /** The first message of `lo`; null for `hi`, which waits. */
  start(): Promise<SafetyStep | null>;
  /** Takes the peer's step. `code` ("1234 5678") is there once both random parts are known and verified. */
  handle(step: SafetyStep): Promise<Outcome<{ reply: SafetyStep | null; code: string | null }>>;
}

type State = { at: 'idle' } | { at: 'committed' } | { at: 'answered'; commitment: Bytes } | { at: 'done' };

/**
 * The short safety code (docs/protocol.md, "Safety codes"). `lo` commits to a random part before it sees `hi`'s, so neither
 * can search for a part that makes two codes collide. Both parts are fresh for this pair: with a part reused
 * across pairs a participant in the middle could search keys instead.
 * idle → committed → done (lo);  idle → answered → done (hi);  anything out of order ends the attempt.
 * `safetyKey` belongs to the exchange from here on; closing wipes it.
 */
export function createSafetyExchange(options: {
  role: 'lo' | 'hi';
  transcriptHash: Bytes;
  safetyKey: Bytes;
  random?: (sizeBytes: number) => Bytes;
}): { exchange: SafetyExchange; close(): void } {
  const { role, transcriptHash, safetyKey, random = randomBytes } = options;
  const own = random(32);
  let state: State = { at: 'idle' };
  let closed = false;

  const assertOpen = () => {
    if (closed) throw new Error('the pair session is closed');
  };

  const commitmentTo = (part: Bytes) => sha256(concatBytes(label('sas'), transcriptHash, part));
  const fail = () => {
    state = { at: 'done' };
    return refuse('handshake-failed');
  };

  const exchange: SafetyExchange = {
    async start() {
      assertOpen();
      if (role === 'hi' || state.at !== 'idle') return null;
      state = { at: 'committed' };
      return { step: 'commit', value: toBase64Url(await commitmentTo(own)) };
    },
    async handle(step) {
      assertOpen();
      const value = fromBase64Url(step.value);
      if (value?.length !== 32) return fail();
      if (step.step === 'commit' && role === 'hi' && state.at === 'idle') {
        state = { at: 'answered', commitment: value };
        const reply: SafetyStep = { step: 'answer', value: toBase64Url(own) };
        return accept({ reply, code: null });
      }
      if (step.step === 'answer' && role === 'lo' && state.at === 'committed') {
        state = { at: 'done' };
        const reply: SafetyStep = { step: 'open', value: toBase64Url(own) };
        return accept({ reply, code: await codeOf(safetyKey, own, value, transcriptHash) });
      }
      if (step.step === 'open' && role === 'hi' && state.at === 'answered') {
        const { commitment } = state;
        state = { at: 'done' };
        if (!equalBytes(await commitmentTo(value), commitment) || closed) return fail();
        return accept({ reply: null, code: await codeOf(safetyKey, value, own, transcriptHash) });
      }
      return fail();
    },
  };
  return {
    exchange,
    close() {
      closed = true;
      safetyKey.fill(0);
    },
  };
}

/** HKDF(key, r_lo | r_hi, "parley/1 sas-code" | th, 8) mod 10⁸ as two groups of four digits. */
async function codeOf(key: Bytes, lo: Bytes, hi: Bytes, transcriptHash: Bytes): Promise<string> {
  const bytes = await hkdf(key, concatBytes(lo, hi), concatBytes(label('sas-code'), transcriptHash), 8);
  const number = new DataView(bytes.buffer).getBigUint64(0) % 100_000_000n;
  return number
    .toString()
    .padStart(8, '0')
    .replace(/^(.{4})/, '$1 ');
}
