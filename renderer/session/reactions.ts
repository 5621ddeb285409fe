import type { Emoji } from '@parley/shared/model';
import type { LinkMessage } from '@parley/shared/protocol';
import { type Clock, FixedRate } from '@parley/shared/timing';
import type { Participant } from './participant.ts';

/** A reaction that is shown. Two of the same emoji in a row have other turns. */
export type ShownReaction = { emoji: Emoji; turn: number };

export type ReactionsPorts = {
  clock: Clock;
  isInCall: () => boolean;
  participants: () => readonly Participant[];
  /** The shown state changed. */
  shown: () => void;
};

/** How long a reaction is shown, in ms. */
export const REACTION_SHOWN_MS = 4_000;
/** Reactions of one person that are shown, and sent. */
const RATE = { burst: 5, perSecond: 2 };
const newRate = () => new FixedRate(RATE.burst, RATE.perSecond);

type Showing = { now: ShownReaction; undo: () => void };

/** Reactions in a call: an emoji for a moment, said to those who are in the call and kept nowhere. */
export class Reactions {
  readonly #ports: ReactionsPorts;
  readonly #rates = new WeakMap<Participant, FixedRate>();
  readonly #showing = new Map<Participant | 'own', Showing>();
  readonly #ownRate = newRate();
  #turn = 0;

  constructor(ports: ReactionsPorts) {
    this.#ports = ports;
  }

  /** Shows this person's reaction to the others; nothing happens outside a call, and to more than a few a second. */
  send(emoji: Emoji): void {
    const { clock, isInCall, participants } = this.#ports;
    if (!isInCall() || !this.#ownRate.take(clock.monotonicMs())) return;
    const message: LinkMessage = { type: 'reaction', emoji };
    for (const participant of participants()) if (participant.call) participant.send(message);
    this.#show('own', emoji);
  }

  /** A participant reacted: shown while both are in the call. */
  heard(participant: Participant, emoji: Emoji): void {
    const { clock, isInCall } = this.#ports;
    if (!isInCall() || !participant.call) return;
    const rate = this.#rates.get(participant) ?? newRate();
    this.#rates.set(participant, rate);
    if (rate.take(clock.monotonicMs())) this.#show(participant, emoji);
  }

  /** The call is over for this person: nothing of it is shown in the next one. */
  end(): void {
    for (const { undo } of this.#showing.values()) undo();
    this.#showing.clear();
  }

  of(whose: Participant | 'own'): ShownReaction | null {
    return this.#showing.get(whose)?.now ?? null;
  }

  #show(whose: Participant | 'own', emoji: Emoji): void {
    const { clock, shown } = this.#ports;
    this.#showing.get(whose)?.undo();
    this.#turn += 1;
    const undo = clock.after(REACTION_SHOWN_MS, () => {
      this.#showing.delete(whose);
      shown();
    });
    this.#showing.set(whose, { now: { emoji, turn: this.#turn }, undo });
    shown();
  }
}
