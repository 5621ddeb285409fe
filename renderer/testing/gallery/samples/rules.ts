import { NO_RULES, type RoomRulesNow } from '@parley/shared/model';
import type { Knock } from '../../../stores/state.ts';
import { deviceIdOf } from './ids.ts';

const ruled = (...names: readonly string[]) => names.map((name) => ({ person: deviceIdOf(name), name }));

/** A locked room of this person's, with a moderator and somebody who was removed. */
export const sampleRules: RoomRulesNow = {
  ...NO_RULES,
  role: 'owner',
  locked: true,
  owners: [deviceIdOf('You')],
  moderators: [deviceIdOf('Ana Moreira')],
  admitted: ['You', 'Ana Moreira', 'Benedikt', 'Chiara Fontana'].map(deviceIdOf),
  removed: [deviceIdOf('Emre Yıldız')],
  admittedPeople: [...ruled('Ana Moreira', 'Benedikt', 'Chiara Fontana'), { person: deviceIdOf('?'), name: null }],
  removedPeople: ruled('Emre Yıldız'),
};

export const sampleKnocks: readonly Knock[] = [
  { deviceId: deviceIdOf('Farida'), person: deviceIdOf('Farida'), name: 'Farida', standing: 'verified' },
  {
    deviceId: deviceIdOf('A stranger'),
    person: deviceIdOf('A stranger'),
    name: 'A name that is as long as a name may be, which nobody here knows',
    standing: 'new',
  },
];
