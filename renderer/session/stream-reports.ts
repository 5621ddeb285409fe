import type { StreamKind } from '@parley/shared/protocol';

const KINDS: readonly StreamKind[] = ['camera', 'microphone', 'screen'];

/** Tells the server which kinds of stream this device sends. It counts them, and hears of changes only. */
export class StreamReports {
  readonly #live = new Set<StreamKind>();
  readonly #report: (kind: StreamKind, live: boolean) => void;

  constructor(report: (kind: StreamKind, live: boolean) => void) {
    this.#report = report;
  }

  /** `again`: the seat is a new one, whose server has heard of no stream yet. */
  update(live: Readonly<Record<StreamKind, boolean>>, again: boolean): void {
    for (const kind of KINDS) {
      if (live[kind] === this.#live.has(kind) && !(again && live[kind])) continue;
      if (live[kind]) this.#live.add(kind);
      else this.#live.delete(kind);
      this.#report(kind, live[kind]);
    }
  }
}
