import { type ComputerAsk, isolated } from '@parley/shared/model';
import { type ComputerStep, type DeviceId, LIMITS, type Refusal, refuse } from '@parley/shared/protocol';
import type { ComputerCode } from '@parley/shared/sealing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { Meeting, type MeetingPorts } from './meeting.ts';

/**
 * The first computer while it takes a new one in: waiting → comparing → giving → done;  any → failed. The code is good once and for a
 * time; nothing is given before the person said that both screens show the same.
 */
export type FirstSideState =
  | { at: 'waiting'; endsAt: number; trouble: Refusal | null }
  /** `safetyCode` is null until both computers have agreed on it. */
  | { at: 'comparing'; name: string; safetyCode: string | null }
  | { at: 'giving'; name: string; done: number; total: number }
  | { at: 'done'; name: string }
  | { at: 'failed'; refusal: Refusal };

/** Shows a code on the first computer, and takes in the one that comes with it once the person said so. */
export class FirstSide {
  readonly #ports: MeetingPorts;
  readonly #clock: CountedClock;
  readonly #meeting: Meeting;
  readonly #changed: (state: FirstSideState) => void;
  #state: FirstSideState;
  #device: DeviceId | null = null;
  #ask: ComputerAsk | null = null;
  #safetyCode: string | null = null;

  constructor(code: ComputerCode, ports: MeetingPorts, changed: (state: FirstSideState) => void) {
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
    this.#meeting = new Meeting(code, null, ports);
    this.#changed = changed;
    this.#state = { at: 'waiting', endsAt: this.#clock.now() + LIMITS.computerCodeMs, trouble: null };
  }

  get state(): FirstSideState {
    return this.#state;
  }

  get openResources(): { timers: number; listeners: number } {
    const meeting = this.#meeting.openResources;
    return { timers: this.#clock.pending + meeting.timers, listeners: meeting.listeners };
  }

  async open(): Promise<void> {
    this.#clock.after(LIMITS.computerCodeMs, () => {
      if (this.#state.at === 'waiting' || this.#state.at === 'comparing') this.#fail(refuse('computer-code-expired'));
    });
    this.#meeting.on('seat', (seat) => {
      const trouble = seat.at === 'refused' ? seat.refusal : null;
      if (this.#state.at === 'waiting') this.#become({ ...this.#state, trouble });
    });
    this.#meeting.on('opened', ({ device }) => {
      this.#device = device;
    });
    this.#meeting.on('code', (code) => {
      this.#safetyCode = code;
      if (this.#state.at === 'comparing') this.#become({ ...this.#state, safetyCode: code });
    });
    this.#meeting.on('crowded', () => {
      if (this.#state.at === 'waiting' || this.#state.at === 'comparing') this.#fail(refuse('computer-code-crowded'));
    });
    this.#meeting.on('lost', () => this.#lost());
    this.#meeting.on('step', (step) => void this.#hear(step));
    try {
      await this.#meeting.open();
    } catch {
      this.#fail(refuse('internal'));
    }
  }

  /** The person compared the codes: both are the same. */
  async confirm(): Promise<void> {
    const ask = this.#ask;
    if (this.#state.at !== 'comparing' || this.#safetyCode === null || !ask) return;
    const { name } = ask;
    this.#become({ at: 'giving', name, done: 0, total: 1 });
    const welcomed = await this.#ports.bridge.call('computers.welcome', { ask });
    if (!welcomed.ok) return this.#fail(welcomed);
    if (!this.#is('giving')) {
      await this.#stopGiving(true);
      return;
    }
    this.#become({ at: 'giving', name, done: 0, total: welcomed.value.parts });
    this.#meeting.say({ step: 'welcome', welcome: welcomed.value });
  }

  /** The person ends it. A computer that was welcomed and did not come to its end is taken off the list again. */
  async cancel(): Promise<void> {
    if (this.#state.at !== 'done' && this.#state.at !== 'failed') {
      this.#meeting.say({ step: 'cancel' });
      const was = this.#state.at;
      this.#state = { at: 'failed', refusal: refuse('cancelled') };
      if (was === 'giving') await this.#stopGiving(true);
    }
    this.#clock.stopAll();
    await this.#meeting.close();
  }

  async #hear(step: ComputerStep): Promise<void> {
    const state = this.#state;
    if (step.step === 'cancel') return this.#fail(refuse('computer-cancelled'));
    // It asks once, and for itself alone.
    if (step.step === 'ask' && state.at === 'waiting' && step.ask.device === this.#device) {
      this.#ask = step.ask;
      this.#become({ at: 'comparing', name: step.ask.name, safetyCode: this.#safetyCode });
    }
    if (state.at !== 'giving') return;
    if (step.step === 'next') {
      const sealed = await this.#ports.bridge.call('computers.part', { index: step.index });
      if (!sealed.ok) return this.#fail(sealed);
      this.#meeting.say({ step: 'part', index: step.index, part: sealed.value.part });
      if (this.#is('giving')) this.#become({ ...state, done: step.index + 1 });
    }
    if (step.step === 'done') {
      this.#become({ at: 'done', name: state.name });
      await this.#stopGiving(false);
      this.#clock.stopAll();
      await this.#meeting.close();
    }
  }

  /** One that got everything may well have stored it, and only its last word was lost: then the person decides. */
  #lost(): void {
    const state = this.#state;
    if (state.at !== 'giving' || state.done < state.total) {
      this.#fail(refuse('computer-lost'));
      return;
    }
    const message = `${isolated(state.name)} got everything, but the connection was lost before it said so. If Parley is not ready there, remove it from the list and make a new code.`;
    this.#become({ at: 'failed', refusal: refuse('computer-lost', { message }) });
    void this.#stopGiving(false);
    this.#clock.stopAll();
    void this.#meeting.close();
  }

  #stopGiving(failed: boolean): Promise<unknown> {
    return this.#ports.bridge.call('computers.stop-giving', { failed });
  }

  #fail(refusal: Refusal): void {
    const was = this.#state.at;
    if (was === 'done' || was === 'failed') return;
    // The new one need not wait for nothing.
    this.#meeting.say({ step: 'cancel' });
    this.#become({ at: 'failed', refusal });
    if (was === 'giving') void this.#stopGiving(true);
    this.#clock.stopAll();
    void this.#meeting.close();
  }

  #is(at: FirstSideState['at']): boolean {
    return this.#state.at === at;
  }

  #become(state: FirstSideState): void {
    this.#state = state;
    this.#changed(state);
  }
}
