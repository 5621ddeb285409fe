import { type ComputerStep, LIMITS, type Refusal, refuse } from '@parley/shared/protocol';
import type { ComputerCode } from '@parley/shared/sealing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { Meeting, type MeetingPorts } from './meeting.ts';

/** A new computer while it is taken in: looking → comparing → getting → storing → done;  any → failed. */
export type NewSideState =
  | { at: 'looking'; trouble: Refusal | null }
  | { at: 'comparing'; safetyCode: string | null }
  | { at: 'getting'; done: number; total: number }
  | { at: 'storing' }
  | { at: 'done' }
  | { at: 'failed'; refusal: Refusal };

/** Goes to the first computer by its code, and takes over what that one gives once the person said so there. */
export class NewSide {
  readonly #ports: MeetingPorts;
  readonly #clock: CountedClock;
  readonly #code: ComputerCode;
  readonly #name: string;
  readonly #meeting: Meeting;
  readonly #changed: (state: NewSideState) => void;
  #state: NewSideState = { at: 'looking', trouble: null };

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
      if (this.#state.at === 'looking') this.#fail(refuse('computer-code-expired'));
    });
    this.#meeting.on('seat', (seat) => {
      const trouble = seat.at === 'refused' ? seat.refusal : null;
      if (this.#state.at === 'looking') this.#become({ at: 'looking', trouble });
    });
    this.#meeting.on('opened', () => void this.#askToBeTaken());
    this.#meeting.on('code', (safetyCode) => {
      if (this.#state.at === 'looking' || this.#state.at === 'comparing') this.#become({ at: 'comparing', safetyCode });
    });
    this.#meeting.on('lost', () => {
      if (this.#state.at !== 'storing') this.#fail(refuse('computer-lost'));
    });
    this.#meeting.on('step', (step) => void this.#hear(step));
    try {
      await this.#meeting.open();
    } catch {
      this.#fail(refuse('internal'));
    }
  }

  /** The person ends it; nothing was stored, unless it is done. */
  async cancel(): Promise<void> {
    if (this.#state.at !== 'done' && this.#state.at !== 'failed') {
      this.#meeting.say({ step: 'cancel' });
      this.#state = { at: 'failed', refusal: refuse('cancelled') };
      await this.#ports.bridge.call('computers.stop-getting', {});
    }
    this.#clock.stopAll();
    await this.#meeting.close();
  }

  async #askToBeTaken(): Promise<void> {
    const { person } = this.#code;
    const asked = await this.#ports.bridge.call('computers.ask', { person, name: this.#name });
    if (!asked.ok) return this.#fail(asked);
    this.#meeting.say({ step: 'ask', ask: asked.value });
    if (this.#state.at === 'looking') this.#become({ at: 'comparing', safetyCode: null });
  }

  async #hear(step: ComputerStep): Promise<void> {
    const { bridge } = this.#ports;
    const state = this.#state;
    if (step.step === 'cancel' && state.at !== 'storing') return this.#fail(refuse('computer-cancelled'));
    if (step.step === 'welcome' && state.at === 'comparing') {
      const taken = await bridge.call('computers.take-welcome', { welcome: step.welcome });
      if (!taken.ok) return this.#fail(taken);
      this.#become({ at: 'getting', done: 0, total: step.welcome.parts });
      this.#meeting.say({ step: 'next', index: 0 });
    }
    if (step.step !== 'part' || state.at !== 'getting' || step.index !== state.done) return;
    const taken = await bridge.call('computers.take-part', { index: step.index, part: step.part });
    if (!taken.ok) return this.#fail(taken);
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
    this.#become({ at: 'failed', refusal });
    void this.#ports.bridge.call('computers.stop-getting', {});
    this.#clock.stopAll();
    void this.#meeting.close();
  }

  #become(state: NewSideState): void {
    this.#state = state;
    this.#changed(state);
  }
}
