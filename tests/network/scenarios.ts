import type { Impairment } from '#support/impairment/impaired-line.ts';
import type { Lost } from '#support/laboratory.ts';
import type { LaboratoryCall } from '#support/laboratory-call.ts';

/** A change of the network or of Ben's computer. */
export type Change =
  | { does: 'lose'; lost: Lost }
  | { does: 'leave' | 'come-back' | 'sleep' | 'wake' }
  | { does: 'impair'; impairment: Partial<Impairment> };

export type Scenario = {
  /** Names it on the command line: npm run bench -- calls blackout-5. */
  name: string;
  title: string;
  /** Whether the two send to each other, or through the relay only. */
  way: 'direct' | 'relay';
  /** Puts the user-space proxy between Ben and the relay, with this seed. */
  impairedBy?: number;
  /** In order; `atMs` after the beginning. */
  steps: readonly ({ atMs: number } & Change)[];
  /** How long the trouble lasts in place of all its time, in a quick run: the moment of its last step. */
  quickEndMs?: number;
  goal: { is: 'back'; withinMs: number } | { is: 'holds'; framesPerSecond: number; concealedRatio: number };
};

/**
 * The changes of a network in a call of Ana and Ben, with the promise that Parley makes. All of them happen on Ben's side. Where
 * the picture is to come back the time counts from the last step.
 */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'blackout-5',
    title: 'nothing passes for 5 s',
    way: 'direct',
    steps: [
      { atMs: 0, does: 'lose', lost: 'everything' },
      { atMs: 5_000, does: 'lose', lost: 'nothing' },
    ],
    goal: { is: 'back', withinMs: 2_000 },
  },
  {
    name: 'blackout-30',
    title: 'nothing passes for 30 s',
    way: 'direct',
    steps: [
      { atMs: 0, does: 'lose', lost: 'everything' },
      { atMs: 30_000, does: 'lose', lost: 'nothing' },
    ],
    goal: { is: 'back', withinMs: 4_000 },
  },
  {
    name: 'new-address',
    title: 'the address is gone, and another one comes 3 s later',
    way: 'direct',
    steps: [
      { atMs: 0, does: 'leave' },
      { atMs: 3_000, does: 'come-back' },
    ],
    goal: { is: 'back', withinMs: 3_000 },
  },
  {
    name: 'udp-cut',
    title: 'UDP is cut in a call through the relay',
    way: 'relay',
    steps: [{ atMs: 0, does: 'lose', lost: 'udp' }],
    goal: { is: 'back', withinMs: 6_000 },
  },
  {
    name: 'sleep',
    title: 'the computer sleeps for 40 s',
    way: 'direct',
    steps: [
      { atMs: 0, does: 'sleep' },
      { atMs: 40_000, does: 'wake' },
    ],
    goal: { is: 'back', withinMs: 5_000 },
  },
  {
    name: 'bad-wifi',
    title: '5 % of the packets get lost, the others come up to 100 ms late',
    way: 'relay',
    impairedBy: 42,
    steps: [
      { atMs: 0, does: 'impair', impairment: { lossRatio: 0.05, jitterMs: 100 } },
      { atMs: 600_000, does: 'impair', impairment: {} },
    ],
    quickEndMs: 20_000,
    goal: { is: 'holds', framesPerSecond: 15, concealedRatio: 0.05 },
  },
];

/** Makes the change in the laboratory of a call. */
export function change({ laboratory, impairing }: LaboratoryCall, step: Change): void {
  switch (step.does) {
    case 'lose':
      laboratory.lose('ben', step.lost);
      return;
    case 'impair':
      if (!impairing) throw new Error('this scenario names no seed for the proxy');
      impairing.impair(step.impairment);
      return;
    case 'leave':
      laboratory.leave();
      return;
    case 'come-back':
      laboratory.comeBack();
      return;
    case 'sleep':
      laboratory.sleep();
      return;
    case 'wake':
      laboratory.wake();
      return;
    default:
      step satisfies never;
  }
}
