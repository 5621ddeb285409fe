import type { ComputerList, Profile } from '@parley/shared/model';
import type { ParticipantId } from '@parley/shared/protocol';
import type { OwnHello, PairSession, PeerHello } from '@parley/shared/sealing';
import type { FixedRate } from '@parley/shared/timing';

/**
 * Names a peer, which is one run of the app on one device: the `sess` of a hello with the device that signed it. A `sess` alone is free to choose, and every
 * member knows those of the others. Ordered as the stays of a pair are, by `sess` first.
 */
export const peerIdOf = ({ sess, dev }: { sess: string; dev: string }): string => `${sess}.${dev}`;

/** Someone whose hello was opened. waiting ⇄ stalled (no confirm in time);  waiting | stalled → met;  any → over */
export type KnownPeer = {
  /** See `peerIdOf`. */
  readonly peerId: string;
  readonly hello: PeerHello;
  readonly session: PairSession;
  at: 'waiting' | 'confirmed' | 'stalled' | 'ended';
  /** Where the server reaches them now; moves only with a message that their keys sealed. */
  participantId: ParticipantId;
};

/** A known peer with what is under way to it. */
export type PeerRecord = {
  peer: KnownPeer;
  /** The hello of this device under which they are met. */
  readonly own: OwnHello;
  /** Their hello, as it came. */
  readonly box: string;
  /** The goodbye is under way: it is the last word to them. */
  isLeaving: boolean;
  /** They are welcome again before that was said. */
  isWelcome: boolean;
  /** Sealing and handing over, one after the other. */
  out: Promise<void>;
  undoTimer: () => void;
  undoAnswer: () => void;
  /** Saying hello and confirm again; undefined where they confirmed, or it was said often enough. */
  undoSayAgain: (() => void) | undefined;
  /** The next hello and confirm for them, as long as they were not said. */
  answering: Promise<void> | undefined;
  /** Their confirm, from outside a locked room. */
  knock: { profile: Profile; computers: ComputerList | undefined } | undefined;
  /** Where they seem to be. More than one place when somebody repeats their hello: only one of them can read it. */
  readonly answerTo: Set<ParticipantId>;
  sig: string | undefined;
  /** What they said of themselves in their last confirm. */
  said: { profile: Profile; computers: ComputerList | undefined } | undefined;
  answeredAt: number;
  /** Limits the confirms after the first: each may write a name, and be answered. */
  confirms: FixedRate;
};

/** A peer whose hello has just come, with nothing under way. */
export const recordOf = (given: Pick<PeerRecord, 'peer' | 'own' | 'box' | 'answeredAt' | 'confirms'>): PeerRecord => ({
  ...given,
  isLeaving: false,
  isWelcome: false,
  out: Promise.resolve(),
  undoTimer: () => {},
  undoAnswer: () => {},
  undoSayAgain: undefined,
  answering: undefined,
  knock: undefined,
  answerTo: new Set(),
  sig: undefined,
  said: undefined,
});
