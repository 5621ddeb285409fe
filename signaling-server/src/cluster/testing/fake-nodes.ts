import type { OtherNodes } from '../other-nodes.ts';

/** Nodes in one process that hear each other one turn later, for tests. */
export class FakeNodes {
  /** Nodes that do not hear what they are told. */
  readonly deaf = new Set<string>();
  /** Every message, in order. */
  readonly said: { from: string; to: string; topic: string; length: number }[] = [];
  readonly #nodes = new Map<string, Map<string, (body: unknown) => void>>();
  readonly #missed = new Map<string, (() => void)[]>();

  join(self: string): OtherNodes {
    const topics = new Map<string, (body: unknown) => void>();
    const missed: (() => void)[] = [];
    this.#nodes.set(self, topics);
    this.#missed.set(self, missed);
    const others = (): string[] => [...this.#nodes.keys()].filter((node) => node !== self);
    const tell = (to: string, topic: string, body: unknown): void => {
      const text = JSON.stringify(body);
      this.said.push({ from: self, to, topic, length: text.length });
      if (!this.deaf.has(to)) setImmediate(() => this.#nodes.get(to)?.get(topic)?.(JSON.parse(text)));
    };
    return {
      self,
      others,
      tell,
      notify: async (topic, body) => {
        const nodes = others();
        for (const node of nodes) tell(node, topic, body);
        return nodes;
      },
      onNotice: (topic, listener) => void topics.set(topic, listener),
      onMissed: (listener) => void missed.push(listener),
    };
  }

  /** Lets a node hear that something may not have come in. */
  miss(node: string): void {
    for (const listener of this.#missed.get(node) ?? []) listener();
  }
}
