import type { Notices } from '../cluster-node.ts';

/** Nodes in one process that hear each other one turn later, for tests. */
export class FakeNodes {
  /** Nodes that do not hear what they are told. */
  readonly deaf = new Set<string>();
  /** Every message, in order. */
  readonly said: { from: string; to: string; topic: string; length: number }[] = [];
  readonly #nodes = new Map<string, Map<string, (body: unknown) => void>>();
  readonly #missed = new Map<string, (() => void)[]>();

  join(self: string): Notices {
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
      notify: async (topic, body) => {
        for (const node of others()) tell(node, topic, body);
      },
      onNotice: (topic, schema, listener) =>
        void topics.set(topic, (body) => {
          const parsed = schema.safeParse(body);
          if (parsed.success) listener(parsed.data);
        }),
      onMissed: (listener) => void missed.push(listener),
    };
  }

  /** Lets a node hear that something may not have come in. */
  miss(node: string): void {
    for (const listener of this.#missed.get(node) ?? []) listener();
  }
}
