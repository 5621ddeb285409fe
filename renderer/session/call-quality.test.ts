import type { CallPresence, MicrophoneState } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { type LinkReading, unknownReading } from '../mesh/link-reading.ts';
import { readingOf } from '../mesh/testing/readings.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { CallQuality } from './call-quality.ts';
import { SteadyQuality } from './steady.ts';

const inCall = { camera: true, screen: false } as CallPresence; // what the judging looks at
const bad = readingOf({ sent: { lossRatio: 0.2 } });

function callOf(...names: string[]) {
  const clock = fakeClock();
  const people = names.map((name) => ({
    name,
    reading: unknownReading as LinkReading,
    quality: new SteadyQuality(),
    call: inCall as CallPresence | null,
  }));
  const told: string[] = [];
  let microphone: MicrophoneState | null = 'live';
  const quality = new CallQuality<(typeof people)[number]>({
    clock,
    participants: () => people,
    microphone: () => microphone,
    troublesChanged: () => told.push(`troubles ${quality.troubles.join()}`),
    shown: () => told.push('shown'),
    recorded: ({ name }) => told.push(`recorded ${name}`),
  });
  return {
    quality,
    people,
    told,
    leave: () => {
      microphone = null;
    },
    /** Everybody's link is read, two seconds after the last time. */
    round(readings: readonly LinkReading[]) {
      clock.advance(2_000);
      for (const [at, person] of people.entries()) quality.read(person, readings[at] ?? readingOf());
    },
  };
}

describe('the quality of a call', () => {
  it('says why a link is bad once two readings agree, and tells the screens of nothing else (C7)', () => {
    const call = callOf('Ana');
    call.round([readingOf()]);
    call.told.splice(0);
    call.round([bad]);
    expect(call.told).toEqual(['recorded Ana']);
    call.round([bad]);
    expect(call.told).toEqual(['recorded Ana', 'shown', 'recorded Ana']);
    expect(call.people[0]?.quality.shown).toMatchObject({ level: 'poor', cause: { kind: 'packet-loss' } });
  });

  it('tells the others of a bad line only when it has lasted, and that it is over (C7)', () => {
    const call = callOf('Ana', 'Ben');
    const troubles = () => call.told.filter((each) => each.startsWith('troubles'));
    for (let round = 0; round < 2; round++) call.round([bad, bad]);
    expect(troubles()).toEqual([]);
    call.round([bad, bad]);
    expect(troubles()).toEqual(['troubles uplink']);
    expect(call.people.map(({ quality }) => quality.shown)).toMatchObject([
      { level: 'poor', cause: { kind: 'own-uplink' } },
      { level: 'poor', cause: { kind: 'own-uplink' } },
    ]);
    for (let round = 0; round < 5; round++) call.round([]);
    expect(troubles()).toEqual(['troubles uplink', 'troubles ']);
  });

  it('does not judge by people who are not in the call', () => {
    const call = callOf('Ana', 'Ben');
    const [, ben] = call.people;
    if (ben) ben.call = null;
    for (let round = 0; round < 4; round++) call.round([bad, bad]);
    expect(call.quality.troubles).toEqual([]);
    expect(call.told.filter((each) => each.startsWith('recorded'))).toEqual(Array(4).fill('recorded Ana'));
  });

  it('forgets them when nobody else is left, of whom no reading comes any more', () => {
    const call = callOf('Ana', 'Ben');
    for (let round = 0; round < 4; round++) call.round([bad, bad]);
    call.quality.alone();
    call.quality.alone();
    expect(call.told.filter((each) => each.startsWith('troubles'))).toEqual(['troubles uplink', 'troubles ']);
  });

  it('forgets the troubles of a call that was left, and the quality of a connection that is over', () => {
    const call = callOf('Ana', 'Ben');
    for (let round = 0; round < 4; round++) call.round([bad, bad]);
    call.leave();
    call.round([readingOf(), unknownReading]);
    expect(call.quality.troubles).toEqual([]);
    expect(call.people[1]?.quality.shown).toEqual({ level: 'unknown' });
  });
});
