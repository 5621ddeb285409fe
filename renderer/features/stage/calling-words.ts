import { isolated } from '@parley/shared/model';
import type { OwnCall, ParticipantView } from '../../stores/state.ts';
import { formatNames } from '../../ui/format.ts';

type Ring = Extract<OwnCall, { at: 'joined' }>['ring'];
/** A person who is reachable in the room and not in the call. */
export type Called = Pick<ParticipantView, 'name' | 'busy' | 'declined'>;

const NOBODY =
  'Nobody else is here right now. Members who come while you are here can join; later they find a missed call.';
const namesOf = (people: readonly Called[]): string => formatNames(people.map(({ name }) => isolated(name)));
const areOr = (people: readonly Called[], one: string, many: string): string => (people.length === 1 ? one : many);

/** Says how it stands with the people of the room while nobody else is in the call. */
export function callingWords(ring: Ring, here: readonly Called[]): string {
  if (ring === 'answered') return 'Everybody else has left the call. They can come back while you are here.';
  if (here.length === 0) return NOBODY;
  if (ring === 'quiet')
    return `You started without ringing. ${namesOf(here)} ${areOr(here, 'sees', 'see')} the call in the room and can join.`;
  const declined = here.filter((person) => person.declined);
  const busy = here.filter((person) => person.busy && !person.declined);
  const open = here.filter((person) => !person.busy && !person.declined);
  const sentences = [
    open.length === 0 ? '' : ring === 'ringing' ? `Calling ${namesOf(open)}…` : `No answer from ${namesOf(open)}.`,
    declined.length === 0 ? '' : `${namesOf(declined)} declined.`,
    busy.length === 0 ? '' : `${namesOf(busy)} ${areOr(busy, 'is', 'are')} in another call.`,
    ring === 'ringing' && open.length > 0
      ? 'If nobody answers, the room tells them of a missed call.'
      : 'They find the call in the room and can still join while you are here.',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
