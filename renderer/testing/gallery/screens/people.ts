import type { MetPerson } from '@parley/shared/model';
import { type GalleryScreen, inRoom } from '../base-state.ts';
import { deviceIdOf, roomIdOf } from '../samples/ids.ts';
import { sampleInvite } from '../samples/invites.ts';
import { people } from '../samples/people.ts';

const metAt = (nowMs: number): MetPerson[] =>
  [...people, 'Grandma'].map((name, index) => ({
    person: deviceIdOf(name),
    name,
    standing: index === 0 ? 'verified' : index === 4 ? 'changed' : 'pinned',
    devices: [deviceIdOf(name)],
    lastMetAt: nowMs - index ** 4 * 3_000_000,
    rooms:
      name === 'Grandma'
        ? [roomIdOf('Family')]
        : [roomIdOf('Design circle'), roomIdOf('Book club')].slice(index % 2, 2 - Number(index === 5)),
  }));

export const peopleScreens = {
  people: (_, nowMs) => ({ screen: { at: 'people' }, met: metAt(nowMs) }),
  'people-empty': () => ({ screen: { at: 'people' }, met: [] }),
  'people-invite': (_, nowMs) => ({ screen: { at: 'people' }, met: metAt(nowMs) }),
  'people-block': () => ({ screen: inRoom('people') }),
  invitation: () => ({
    invitations: [
      {
        deviceId: deviceIdOf('Ana Moreira'),
        person: deviceIdOf('Ana Moreira'),
        name: 'Ana Moreira',
        invite: sampleInvite,
        roomName: 'Orchard house',
      },
    ],
  }),
} satisfies Record<string, GalleryScreen>;

export const pressedForPeople = {
  'people-invite': ['Invite Ana Moreira…'],
  'people-block': ['Block Ana Moreira…'],
} satisfies Partial<Record<keyof typeof peopleScreens, readonly string[]>>;
