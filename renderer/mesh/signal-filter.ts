import { type Bytes, type PeerSignal, unreachable } from '@parley/shared/protocol';
import { checkSdp } from '@parley/shared/sealing';

export type SignalLimits = { candidatesMax: number; sectionsMax: number };

/** take: hand it to the connection;  repeated: it came already;  ignore: a candidate too many;  close: end the link */
export type Filtered =
  | { at: 'take'; signal: PeerSignal }
  | { at: 'repeated'; type: 'offer' | 'answer' | 'candidate' }
  | { at: 'ignore' }
  | { at: 'close'; why: 'fingerprint-mismatch' | 'flood' };

/** Descriptions that are remembered, because the same one may come by two ways. */
const DESCRIPTIONS_KEPT = 8;

const CANDIDATE_LINE = /^a=(candidate:.*)\r?\n?/gm;
const UFRAG = /^a=ice-ufrag:(\S+)/m;
/** Its last number grows with each description that is new. */
const ORIGIN = /^o=.*/m;

/**
 * Checks the signals of the far end for one connection: descriptions must name the certificate that its hello promised,
 * and what makes a connection grow (candidates, sections) is limited.
 */
export class SignalFilter {
  readonly #fp: Bytes;
  readonly #limits: SignalLimits;
  readonly #candidates = new Set<string>();
  readonly #descriptions: string[] = [];
  #ufrag = '';
  #candidatesCount = 0;
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
        return this.#checkCandidate(signal);
      case 'offer':
      case 'answer':
        if (!checkSdp(signal.sdp, this.#fp).ok) return { at: 'close', why: 'fingerprint-mismatch' };
        if ((signal.sdp.match(/^m=/gm)?.length ?? 0) > this.#limits.sectionsMax) return { at: 'close', why: 'flood' };
        if (this.#isRepeated(`${signal.type} ${ORIGIN.exec(signal.sdp)?.[0] ?? signal.sdp}`)) {
          return { at: 'repeated', type: signal.type };
        }
        this.#beginGathering(UFRAG.exec(signal.sdp)?.[1] ?? '');
        return { at: 'take', signal: { ...signal, sdp: signal.sdp.replace(CANDIDATE_LINE, this.#keepLine) } };
      default:
        return unreachable(signal);
    }
  }

  /** Later descriptions repeat every candidate; a repeated one counts once. */
  readonly #keepLine = (line: string, candidate: string): string => {
    const key = keyOf(candidate, this.#ufrag);
    return this.#candidates.has(key) || this.#takesCandidate(key) ? line : '';
  };

  /** A restart has candidates of its own, which count anew. */
  #beginGathering(ufrag: string): void {
    if (ufrag === this.#ufrag) return;
    this.#ufrag = ufrag;
    this.#candidates.clear();
    this.#candidatesCount = 0;
  }

  #checkCandidate(signal: Extract<PeerSignal, { type: 'candidate' }>): Filtered {
    const { candidate, usernameFragment } = signal.candidate;
    const key = keyOf(candidate, usernameFragment ?? / ufrag (\S+)/.exec(candidate)?.[1] ?? this.#ufrag);
    if (this.#candidates.has(key)) return { at: 'repeated', type: 'candidate' };
    return this.#takesCandidate(key) ? { at: 'take', signal } : { at: 'ignore' };
  }

  #isRepeated(description: string): boolean {
    if (this.#descriptions.includes(description)) return true;
    this.#descriptions.push(description);
    if (this.#descriptions.length > DESCRIPTIONS_KEPT) this.#descriptions.shift();
    return false;
  }

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

/** Foundation, component, transport, priority, address and port, of one gathering: what follows differs between a signal and an SDP. */
const keyOf = (candidate: string, ufrag: string): string => `${ufrag} ${candidate.split(' ', 6).join(' ')}`;
