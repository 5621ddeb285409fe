import { type ComputerStep, LIMITS, type Refusal, refuse } from '@parley/shared/protocol';
import type { ComputerCode } from '@parley/shared/sealing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { Meeting, type MeetingPorts } from './meeting.ts';

/**
 * A new computer while it is taken in: looking → comparing → asking → getting → storing → done;  any → failed. Its key asks only once the
 * person said that both computers show the same: a signature that asks never ends.
 */
export type NewSideState =
  | { at: 'looking'; trouble: Refusal | null }
  /** `safetyCode` is null until both computers have agreed on it. */
  | { at: 'comparing'; safetyCode: string | null }
  /** The person said here that it is the same, and has yet to say so on the first computer. */
  | { at: 'asking'; safetyCode: string }
  | { at: 'getting'; done: number; total: number }
  | { at: 'storing' }
  | { at: 'done' }
  /** `asked`: this computer's key asked, so the core opens everything anew with a fresh one when it ends. */
  | { at: 'failed'; refusal: Refusal; asked: boolean };

/** Goes to the first computer by its code, and takes over what that one gives once the person said so on both. */
export class NewSide {
  readonly #ports: MeetingPorts;
  readonly #clock: CountedClock;
  readonly #code: ComputerCode;
  readonly #name: string;
  readonly #meeting: Meeting;
  readonly #changed: (state: NewSideState) => void;
  #state: NewSideState = { at: 'looking', trouble: null };
  #hasAsked = false;
  #isOver = false;

  /** `name`: that of this computer. */
  constructor(code: ComputerCode, name: string, ports: MeetingPorts, changed: (state: NewSideState) => void) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#code = code;
    this.#name = name;
    this.#meeting = new Meeting(code, code.person, ports);
    this.#changed = changed;
  }

  get state(): NewSideState {
    return this.#state;
  }

  get openResources(): { timers: number; listeners: number } {
    const meeting = this.#meeting.openResources;
    return { timers: this.#clock.pending + meeting.timers, listeners: meeting.listeners };
  }

  async open(): Promise<void> {
    this.#clock.after(LIMITS.computerCodeMs, () => {
      if (this.#is('looking')) this.#fail(refuse('computer-code-expired'));
    });
    this.#meeting.on('seat', (seat) => {
      const trouble = seat.at === 'refused' ? seat.refusal : null;
      if (this.#is('looking')) this.#become({ at: 'looking', trouble });
    });
    this.#meeting.on('opened', () => {
      // A first computer that comes again is compared again.
      if (this.#is('looking') || this.#is('comparing')) this.#become({ at: 'comparing', safetyCode: null });
      else if (!this.#is('storing')) this.#fail(refuse('computer-lost'));
    });
    this.#meeting.on('code', (safetyCode) => {
      if (this.#is('comparing')) this.#become({ at: 'comparing', safetyCode });
    });
    this.#meeting.on('lost', () => {
      if (!this.#is('storing')) this.#fail(refuse('computer-lost'));
    });
    this.#meeting.on('step', (step) => void this.#hear(step));
    try {
      await this.#meeting.open();
    } catch {
      this.#fail(refuse('internal'));
    }
  }

  /** The person compared the codes: both are the same. From here on this computer asks to be one of theirs. */
  async confirm(): Promise<void> {
    if (this.#state.at !== 'comparing' || this.#state.safetyCode === null) return;
    this.#become({ at: 'asking', safetyCode: this.#state.safetyCode });
    const { person } = this.#code;
    const asked = await this.#ports.bridge.call('computers.ask', { person, name: this.#name });
    this.#hasAsked = asked.ok || asked.code === 'computer-asked';
    if (!this.#is('asking')) {
      // Ended meanwhile: the key has asked, though nobody heard it.
      if (this.#isOver) await this.#stopGetting();
      return;
    }
    if (!asked.ok) return this.#fail(asked);
    this.#meeting.say({ step: 'ask', ask: asked.value });
  }

  /** The person ends it, or is done with reading why it failed. The core takes a fresh key where this one has asked in vain. */
  async cancel(): Promise<void> {
    const was = this.#state.at;
    if (was !== 'done' && was !== 'failed') {
      this.#meeting.say({ step: 'cancel' });
      this.#state = { at: 'failed', refusal: refuse('cancelled'), asked: this.#hasAsked };
    }
    this.#isOver = true;
    this.#clock.stopAll();
    // The last words first: what follows may load this page anew.
    await this.#meeting.close();
    if (was !== 'done') await this.#stopGetting();
  }

  async #hear(step: ComputerStep): Promise<void> {
    const { bridge } = this.#ports;
    const state = this.#state;
    if (step.step === 'cancel' && state.at !== 'storing') return this.#fail(refuse('computer-cancelled'));
    if (step.step === 'welcome' && state.at === 'asking') {
      const taken = await bridge.call('computers.take-welcome', { welcome: step.welcome });
      if (!taken.ok) return this.#fail(taken);
      if (!this.#is('asking')) return;
      this.#become({ at: 'getting', done: 0, total: step.welcome.parts });
      this.#meeting.say({ step: 'next', index: 0 });
    }
    if (step.step !== 'part' || state.at !== 'getting' || step.index !== state.done) return;
    const taken = await bridge.call('computers.take-part', { index: step.index, part: step.part });
    if (!taken.ok) return this.#fail(taken);
    if (!this.#is('getting')) return;
    const done = step.index + 1;
    if (done < state.total) {
      this.#become({ ...state, done });
      this.#meeting.say({ step: 'next', index: done });
      return;
    }
    this.#become({ at: 'storing' });
    const stored = await bridge.call('computers.finish', {});
    if (!stored.ok) return this.#fail(stored);
    this.#meeting.say({ step: 'done' });
    this.#become({ at: 'done' });
    this.#clock.stopAll();
    await this.#meeting.close();
    await bridge.call('computers.begin', {});
  }

  #fail(refusal: Refusal): void {
    const was = this.#state.at;
    if (was === 'done' || was === 'failed') return;
    // The first computer need not wait for the end of its time.
    this.#meeting.say({ step: 'cancel' });
    // The core forgets what it asked when the person has read this: it may open everything anew then.
    this.#become({ at: 'failed', refusal, asked: this.#hasAsked });
    this.#clock.stopAll();
    void this.#meeting.close();
  }

  #stopGetting(): Promise<unknown> {
    return this.#ports.bridge.call('computers.stop-getting', {});
  }

  #is(at: NewSideState['at']): boolean {
    return this.#state.at === at;
  }

  #become(state: NewSideState): void {
    this.#state = state;
    this.#changed(state);
  }
}
