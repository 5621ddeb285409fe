import type { CallTimeline, TimelineSpan } from '@parley/shared/model';
import { type DeviceId, LIMITS } from '@parley/shared/protocol';

/** The state of a link, as a timeline has it. */
export type Way = Pick<TimelineSpan, 'level' | 'cause'>;
/** Somebody in the own call; `way` is null while nothing is measured. */
export type PersonNow = { deviceId: DeviceId; name: string; way: Way | null };
type Row = { deviceId: DeviceId; name: string; spans: TimelineSpan[]; isOpen: boolean };

const isSame = (left: Way, right: Way): boolean => left.level === right.level && left.cause === right.cause;

/**
 * The connections of the own call from its start. Equal times that follow each other are one span. Where there would be more spans than
 * are kept, the oldest two of the person with the most become one, with the state that lasted longer.
 */
export class TimelineRecord {
  readonly #rows: Row[];
  #atMs: number;

  /** `before`: what was kept of the same call, when this device was in it before. */
  constructor(before: CallTimeline | null) {
    this.#atMs = before?.lengthMs ?? 0;
    this.#rows = (before?.people ?? []).map((person) => ({ ...person, spans: [...person.spans], isOpen: false }));
  }

  /** These people are in the call, and their links are so, `atMs` after its start. */
  now(people: readonly PersonNow[], atMs: number): void {
    const at = this.#timeOf(atMs);
    const here = new Map(people.map((person) => [person.deviceId, person]));
    for (const row of this.#rows) this.#take(row, here.get(row.deviceId)?.way ?? null, at);
    for (const { deviceId, name, way } of people) {
      const known = this.#rows.find((row) => row.deviceId === deviceId);
      if (known) known.name = name;
      if (known || !way || this.#rows.length >= LIMITS.callTimelinePeopleMax) continue;
      this.#rows.push({ deviceId, name, spans: [{ fromMs: at, toMs: at, ...way }], isOpen: true });
    }
    this.#fit();
  }

  /** All of it until `atMs`. */
  until(atMs: number): CallTimeline {
    const at = this.#timeOf(atMs);
    for (const row of this.#rows) if (row.isOpen) endAt(row, at);
    return {
      lengthMs: at,
      people: this.#rows.map(({ deviceId, name, spans }) => ({ deviceId, name, spans: [...spans] })),
    };
  }

  /** Time never goes back, also where the start of the call is known better by now. */
  #timeOf(atMs: number): number {
    this.#atMs = Math.min(LIMITS.callLengthMaxMs, Math.max(this.#atMs, Math.round(atMs)));
    return this.#atMs;
  }

  #take(row: Row, way: Way | null, at: number): void {
    if (row.isOpen) endAt(row, at);
    const last = row.spans.at(-1);
    const goesOn = way !== null && last !== undefined && last.toMs === at && isSame(last, way);
    if (goesOn) {
      row.isOpen = true;
      return;
    }
    // A state that was over in the same moment never was.
    if (row.isOpen && last?.fromMs === at) row.spans.pop();
    row.isOpen = way !== null;
    if (way === null) return;
    const before = row.spans.at(-1);
    if (before?.toMs !== at || !isSame(before, way)) row.spans.push({ fromMs: at, toMs: at, ...way });
  }

  #fit(): void {
    const count = () => this.#rows.reduce((sum, { spans }) => sum + spans.length, 0);
    while (count() > LIMITS.callTimelineSpansMax) {
      const most = this.#rows.reduce((found, row) => (row.spans.length > found.spans.length ? row : found));
      const [first, second, ...others] = most.spans;
      if (!first || !second) return;
      const longer = second.toMs - second.fromMs > first.toMs - first.fromMs ? second : first;
      const merged = { ...longer, fromMs: first.fromMs, toMs: second.toMs };
      const [next, ...rest] = others;
      const joins = next !== undefined && next.fromMs === merged.toMs && isSame(next, merged);
      most.spans = joins ? [{ ...merged, toMs: next.toMs }, ...rest] : [merged, ...others];
    }
  }
}

function endAt(row: Row, at: number): void {
  const last = row.spans.pop();
  if (last) row.spans.push({ ...last, toMs: at });
}
