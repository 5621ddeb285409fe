import type { OwnMedia, ParticipantView } from '../../stores/state.ts';

type Hand = Pick<OwnMedia, 'hand' | 'handTurn'>;

/** The place of each raised hand, from 1, by `sess` or `self`. Only where several are up does a place say something: of one there is none. */
export function handPlaces(own: Hand, inCall: readonly Pick<ParticipantView, 'sess' | 'hand' | 'handTurn'>[]) {
  const raised = [{ sess: 'self', ...own }, ...inCall].filter(({ hand }) => hand);
  if (raised.length < 2) return new Map<string, number>();
  const turnOf = ({ handTurn }: Hand) => handTurn ?? Number.POSITIVE_INFINITY;
  // Two hands of one turn went up at the same moment: no order of them is the right one.
  const order = raised.toSorted((a, b) => turnOf(a) - turnOf(b));
  return new Map(order.map(({ sess, handTurn }) => [sess, 1 + order.findIndex((each) => each.handTurn === handTurn)]));
}
