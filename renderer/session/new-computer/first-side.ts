import { type ComputerAsk, isolated } from '@parley/shared/model';
import { type ComputerStep, type DeviceId, LIMITS, type Refusal, refuse } from '@parley/shared/protocol';
import type { ComputerCode } from '@parley/shared/sealing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { Meeting, type MeetingPorts } from './meeting.ts';

/**
 * The first computer while it takes a new one in: waiting → comparing → asking → giving → done;  any → failed. The code is good once and
 * for a time; nothing is given before the person said on both computers that they show the same, and agreed once more outside the page.
 */
export type FirstSideState =
  | { at: 'waiting'; endsAt: number; trouble: Refusal | null }
  /**
   * `safetyCode` is null until both computers have agreed on it, `name` until the person said on the new one that it is the same there, and
   * `said` tells whether they said so here.
   */
  | { at: 'comparing'; name: string | null; safetyCode: string | null; said: boolean }
  /** The core asks the person outside the page. */
  | { at: 'asking'; name: string }
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
      if (this.#isBeforeGiving()) void this.#fail(refuse('computer-code-expired'));
    });
    this.#meeting.on('seat', (seat) => {
      const trouble = seat.at === 'refused' ? seat.refusal : null;
      if (this.#state.at === 'waiting') this.#become({ ...this.#state, trouble });
    });
    this.#meeting.on('opened', ({ device }) => this.#begin(device));
    this.#meeting.on('code', (safetyCode) => {
      if (this.#state.at === 'comparing') this.#become({ ...this.#state, safetyCode });
    });
    this.#meeting.on('crowded', () => {
      if (this.#isBeforeGiving()) void this.#fail(refuse('computer-code-crowded'));
    });
    this.#meeting.on('lost', () => this.#lost());
    this.#meeting.on('step', (step) => void this.#hear(step));
    try {
      await this.#meeting.open();
    } catch {
      await this.#fail(refuse('internal'));
    }
  }

  /** The person compared the codes: both are the same. It goes on once they said so on the new computer as well. */
  async confirm(): Promise<void> {
    if (this.#state.at !== 'comparing' || this.#state.safetyCode === null) return;
    this.#become({ ...this.#state, said: true });
    await this.#takeIn();
  }

  /** The person ends it. A computer that was welcomed and did not come to its end is taken off the list again. */
  async cancel(): Promise<void> {
    const was = this.#state.at;
    if (was !== 'done' && was !== 'failed') {
      this.#meeting.say({ step: 'cancel' });
      this.#state = { at: 'failed', refusal: refuse('cancelled') };
      if (was === 'asking' || was === 'giving') await this.#stopGiving(true);
    }
    this.#clock.stopAll();
    await this.#meeting.close();
  }

  /** A link is open. A device that comes again is compared again: what was said of the earlier link counts no more. */
  #begin(device: DeviceId): void {
    const { at } = this.#state;
    if (at !== 'waiting' && at !== 'comparing') {
      this.#lost();
      return;
    }
    this.#device = device;
    this.#ask = null;
    this.#become({ at: 'comparing', name: null, safetyCode: null, said: false });
  }

  async #hear(step: ComputerStep): Promise<void> {
    const state = this.#state;
    if (step.step === 'cancel') return this.#fail(refuse('computer-cancelled'));
    // It asks once, and for itself alone.
    if (step.step === 'ask' && state.at === 'comparing' && !this.#ask && step.ask.device === this.#device) {
      this.#ask = step.ask;
      this.#become({ ...state, name: step.ask.name });
      return this.#takeIn();
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

  /** Goes on once the person said on both computers that the codes are the same. */
  async #takeIn(): Promise<void> {
    const ask = this.#ask;
    if (this.#state.at !== 'comparing' || !this.#state.said || !ask) return;
    const { name } = ask;
    this.#become({ at: 'asking', name });
    const welcomed = await this.#ports.bridge.call('computers.welcome', { ask });
    if (!this.#is('asking')) {
      // It ended meanwhile, and the welcome may have come after that was said.
      if (welcomed.ok) await this.#stopGiving(true);
      return;
    }
    if (!welcomed.ok) return this.#fail(welcomed.code === 'cancelled' ? notAgreed() : welcomed);
    this.#become({ at: 'giving', name, done: 0, total: welcomed.value.parts });
    this.#meeting.say({ step: 'welcome', welcome: welcomed.value });
  }

  /** One that got everything may well have stored it, and only its last word was lost: then the person decides. */
  #lost(): void {
    const state = this.#state;
    if (state.at !== 'giving' || state.done < state.total) {
      void this.#fail(refuse('computer-lost'));
      return;
    }
    const message = `${isolated(state.name)} got everything, but the connection was lost before it said so. If Parley is not ready there, remove it from the list and make a new code.`;
    this.#become({ at: 'failed', refusal: refuse('computer-lost', { message }) });
    void this.#stopGiving(false);
    this.#end();
  }

  /** Says what went wrong, and of a computer that was on the list already whether it still is. */
  async #fail(refusal: Refusal): Promise<void> {
    const was = this.#state;
    if (was.at === 'done' || was.at === 'failed') return;
    // The new one need not wait for nothing.
    this.#meeting.say({ step: 'cancel' });
    this.#become({ at: 'failed', refusal });
    this.#end();
    if (was.at === 'asking') await this.#stopGiving(true);
    if (was.at !== 'giving') return;
    const stopped = await this.#stopGiving(true);
    const left = stopped.ok
      ? `${isolated(was.name)} is off your list again.`
      : `${isolated(was.name)} could not be taken off your list: remove it there.`;
    if (this.#is('failed'))
      this.#become({ at: 'failed', refusal: { ...refusal, message: `${refusal.message} ${left}` } });
  }

  #end(): void {
    this.#clock.stopAll();
    void this.#meeting.close();
  }

  #stopGiving(failed: boolean) {
    return this.#ports.bridge.call('computers.stop-giving', { failed });
  }

  #is(at: FirstSideState['at']): boolean {
    return this.#state.at === at;
  }

  #isBeforeGiving(): boolean {
    return this.#is('waiting') || this.#is('comparing') || this.#is('asking');
  }

  #become(state: FirstSideState): void {
    this.#state = state;
    this.#changed(state);
  }
}

const notAgreed = (): Refusal =>
  refuse('cancelled', {
    message: 'Parley asked you outside this window, and there was no yes. Nothing went over.',
  });
