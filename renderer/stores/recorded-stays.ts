import type { RecordedStay } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';

/** Somebody in the recorded call; `key` tells two of one name apart. */
export type Present = { key: string; name: string };
type Stay = RecordedStay & { key: string };

/** Who was in a call while it was recorded, from when to when, as the notes of the recording have it. */
export class RecordedStays {
  #stays: readonly Stay[] = [];

  /** These people are in the call at `atMs` since the recording's start. Answers whether that is new. */
  now(people: readonly Present[], atMs: number): boolean {
    const at = Math.min(LIMITS.callLengthMaxMs, Math.max(0, Math.round(atMs)));
    const here = new Map(people.map((each) => [each.key, each]));
    const isOn = ({ key, name, toMs }: Stay) => toMs === null && here.get(key)?.name === name;
    const known = new Set(this.#stays.filter(isOn).map(({ key }) => key));
    const came = people.filter(({ key }) => !known.has(key));
    const left = this.#stays.filter((stay) => stay.toMs === null && !isOn(stay));
    if (came.length + left.length === 0) return false;
    this.#stays = [
      ...this.#stays.map((stay) => (left.includes(stay) ? { ...stay, toMs: at } : stay)),
      ...came.map(({ key, name }) => ({ key, name, fromMs: at, toMs: null })),
    ].slice(0, LIMITS.recordedStaysMax);
    return true;
  }

  get all(): RecordedStay[] {
    return this.#stays.map(({ name, fromMs, toMs }) => ({ name, fromMs, toMs }));
  }
}
