import { EventEmitter } from 'node:events';
import type { UtilityProcess } from 'electron';
import { strict } from './fake-electron.ts';

/** A utility process whose messages and end the test makes. */
export class FakeChild extends EventEmitter {
  kills = 0;
  kill(): boolean {
    this.kills++;
    return true;
  }
  /** For functions that take the real type: throws by name for what is not faked. */
  asUtilityProcess(): UtilityProcess {
    return strict('utilityProcess child', this) as unknown as UtilityProcess; // the fake has what is used
  }
}
