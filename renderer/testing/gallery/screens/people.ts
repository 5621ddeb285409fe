import type { MetPerson } from '@parley/shared/model';
import { type GalleryScreen, here, inRoom, joined, withReach } from '../base-state.ts';
import { deviceIdOf, roomIdOf } from '../samples/ids.ts';
import { sampleInvite } from '../samples/invites.ts';
import { inCall, participant, people } from '../samples/people.ts';
import { reachOf } from '../samples/rooms.ts';

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
  'people-failed': () => ({ screen: { at: 'people' }, met: null, metTrouble: 'The disk could not be read.' }),
  'people-invite': (_, nowMs) => ({ screen: { at: 'people' }, met: metAt(nowMs) }),
  'people-block': () => ({ screen: inRoom('people') }),
  'identity-changed': (base) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf([...here(), participant('Chiara Fontana', { standing: 'changed' })])),
  }),
  'identity-held-back': (base, nowMs) =>
    joined(base, nowMs, [
      inCall('Ana Moreira', { speaking: true }),
      inCall('Chiara Fontana', { standing: 'changed', cameraStream: null }),
    ]),
  'room-apart': (base) => ({
    screen: inRoom('people'),
    reach: withReach(
      base,
      reachOf(here(), {
        apart: [{ deviceId: deviceIdOf('Emre Yıldız'), name: 'Emre Yıldız', seenBy: ['Ana Moreira', 'Benedikt'] }],
      }),
    ),
  }),
  'safety-code': () => ({ screen: inRoom('people') }),
  'safety-code-qr': () => ({ screen: inRoom('people') }),
  'safety-code-differs': () => ({ screen: inRoom('people') }),
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
  'identity-held-back': ['Close'],
  'safety-code': ['Compare safety code'],
  'safety-code-qr': ['Compare safety code', 'The code of your two devices, also as a picture to scan'],
  'safety-code-differs': ['Compare safety code', 'They differ'],
} satisfies Partial<Record<keyof typeof peopleScreens, readonly string[]>>;
