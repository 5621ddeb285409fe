import type { CallTrouble, MicrophoneState } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { type LinkReading, unknownReading } from '../mesh/link-reading.ts';
import { judgeLink, type LinkFacts, ownTroubles } from './link-quality.ts';
import type { Participant } from './participant.ts';
import { SteadyTroubles } from './steady.ts';

type Measured = Pick<Participant, 'reading' | 'quality' | 'call'>;

export type CallQualityPorts<P extends Measured = Participant> = {
  clock: Pick<Clock, 'monotonicMs'>;
  participants: () => readonly P[];
  /** The own microphone; null outside a call. */
  microphone: () => MicrophoneState | null;
  /** The troubles of this end changed: the others must hear of it. */
  troublesChanged: () => void;
  /** Something that is shown changed. */
  shown: () => void;
  /** A link of the own call was read, for those who keep a record. */
  recorded: (participant: P, reading: LinkReading) => void;
};

/** How good each link is and why, judged beside the others; and what of it has its cause at this end. */
export class CallQuality<P extends Measured = Participant> {
  readonly #ports: CallQualityPorts<P>;
  readonly #troubles = new SteadyTroubles();

  constructor(ports: CallQualityPorts<P>) {
    this.#ports = ports;
  }

  /** The troubles of this end in the call that it is in. */
  get troubles(): readonly CallTrouble[] {
    return this.#troubles.shown;
  }

  /** Takes a reading of that participant's link. */
  read(participant: P, reading: LinkReading): void {
    const { clock, microphone, troublesChanged, shown, recorded } = this.#ports;
    const relayed = participant.reading.relayed;
    participant.reading = reading;
    const own = microphone();
    const inCall = this.#inCall(participant);
    const others = this.#ports.participants().filter((each) => each !== participant && this.#inCall(each));
    const isChanged =
      reading === unknownReading
        ? participant.quality.forget()
        : participant.quality.take(judgeLink(factsOf(participant), inCall ? others.map(factsOf) : []));
    const present = (inCall ? [participant, ...others] : others).map(factsOf);
    const isTroubled =
      own === null
        ? this.#troubles.forget()
        : this.#troubles.take(ownTroubles(present, own === 'live'), clock.monotonicMs());
    if (isTroubled) troublesChanged();
    if (isChanged || isTroubled || relayed !== reading.relayed) shown();
    if (inCall && reading !== unknownReading) recorded(participant, reading);
  }

  /** Without anybody to compare with nothing is known of this end any more; no reading would say so. */
  alone(): void {
    if (this.#troubles.forget()) this.#ports.troublesChanged();
  }

  #inCall({ call }: Measured): boolean {
    return this.#ports.microphone() !== null && call !== null;
  }
}

const factsOf = ({ reading, call }: Measured): LinkFacts => ({
  reading,
  troubles: call?.troubles ?? [],
  showsCamera: call?.camera === true && !call.screen,
});
