import { type Bytes, type PeerSignal, unreachable } from '@parley/shared/protocol';
import { checkSdp } from '@parley/shared/sealing';

export type SignalLimits = { candidatesMax: number; transceiversMax: number; sectionsMax: number };

/** take: hand it to the connection;  ignore: a candidate too many;  drop: counts as flood;  close: end the link */
export type Filtered =
  | { at: 'take'; signal: PeerSignal }
  | { at: 'ignore' }
  | { at: 'drop' }
  | { at: 'close'; why: 'fingerprint-mismatch' | 'flood' };

const CANDIDATE_LINE = /^a=(candidate:.*)\r?\n?/gm;

/**
 * Checks the signals of the far end for one connection: descriptions must name the certificate that its hello promised,
 * and what makes a connection grow (candidates, transceivers, sections) is limited.
 */
export class SignalFilter {
  readonly #fp: Bytes;
  readonly #limits: SignalLimits;
  readonly #candidates = new Set<string>();
  #candidatesCount = 0;
  #transceivers = 0;
  #refusedCandidates = 0;

  constructor(fp: Bytes, limits: SignalLimits) {
    this.#fp = fp;
    this.#limits = limits;
  }

  /** Candidates that were refused so far, trickled and inside descriptions. */
  get refusedCandidates(): number {
    return this.#refusedCandidates;
  }

  check(signal: PeerSignal): Filtered {
    switch (signal.type) {
      case 'candidate':
        return this.#takesCandidate(keyOf(signal.candidate.candidate)) ? { at: 'take', signal } : { at: 'ignore' };
      case 'transceiverRequest':
        // Each adds a section to every later description.
        this.#transceivers += 1;
        return this.#transceivers <= this.#limits.transceiversMax ? { at: 'take', signal } : { at: 'drop' };
      case 'renegotiate':
        return { at: 'take', signal };
      case 'offer':
      case 'answer':
        if (!checkSdp(signal.sdp, this.#fp).ok) return { at: 'close', why: 'fingerprint-mismatch' };
        if ((signal.sdp.match(/^m=/gm)?.length ?? 0) > this.#limits.sectionsMax) return { at: 'close', why: 'flood' };
        return { at: 'take', signal: { ...signal, sdp: signal.sdp.replace(CANDIDATE_LINE, this.#keepLine) } };
      default:
        return unreachable(signal);
    }
  }

  /** Later descriptions repeat every candidate; a repeated one counts once. */
  readonly #keepLine = (line: string, candidate: string): string => {
    const key = keyOf(candidate);
    return this.#candidates.has(key) || this.#takesCandidate(key) ? line : '';
  };

  #takesCandidate(key: string): boolean {
    this.#candidatesCount += 1;
    if (this.#candidatesCount > this.#limits.candidatesMax) {
      this.#refusedCandidates += 1;
      return false;
    }
    this.#candidates.add(key);
    return true;
  }
}

/** Foundation, component, transport, priority, address and port: what follows differs between a signal and an SDP. */
const keyOf = (candidate: string): string => candidate.split(' ', 6).join(' ');
