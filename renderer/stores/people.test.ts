import { describe, expect, it } from 'vitest';
import { deviceIdOf } from '../testing/gallery/samples/ids.ts';
import { participant } from '../testing/gallery/samples/people.ts';
import { computersAmong, peopleAmong, peopleOf } from './people.ts';

const [desk, laptop] = [deviceIdOf('desk'), deviceIdOf('laptop')];
const onDesk = participant('Ana', { deviceId: desk, sess: 'desk' });
const onLaptop = participant('Ana', { deviceId: laptop, person: desk, sess: 'laptop' });
const ben = participant('Ben', { sess: 'ben' });
const sessOf = (people: readonly { sess: string }[]) => people.map(({ sess }) => sess);

describe('the people among participants (H9)', () => {
  it('are each there once, by the computer that is in the call, or else the one that is linked', () => {
    expect(sessOf(peopleAmong([onDesk, onLaptop, ben], null))).toEqual(['desk', 'ben']);
    expect(sessOf(peopleAmong([onDesk, { ...onLaptop, inCall: true }, ben], null))).toEqual(['laptop', 'ben']);
    expect(sessOf(peopleAmong([{ ...onDesk, link: 'opening' }, onLaptop], null))).toEqual(['laptop']);
  });

  it('do not hold one’s own other computers', () => {
    expect(sessOf(peopleAmong([onLaptop, ben], desk))).toEqual(['ben']);
    expect(sessOf(computersAmong([onLaptop, ben], desk))).toEqual(['laptop']);
    expect(peopleOf([], [onLaptop, ben], desk).map(({ name }) => name)).toEqual(['Ben']);
  });

  it('are mentioned by the first computer, whichever they are on', () => {
    expect(peopleOf([], [onLaptop], undefined)).toEqual([{ device: desk, name: 'Ana' }]);
  });
});
