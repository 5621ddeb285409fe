import { readJson } from '@parley/shared/protocol';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Backplane, NODE_TTL_MS, type OpenBackplane, type Store } from './backplane.ts';

/** After an outage other nodes need this long to be heard of again; until then nobody is given up. */
const TRUST_AGAIN_MS = NODE_TTL_MS;

const Topic = z.string().max(64);
const RequestId = z.number().int();

/** The messages between nodes. Parsed on arrival like everything else: the store may be shared with others. */
const NodeMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('notice'), topic: Topic, body: z.unknown() }),
  z.object({
    type: z.literal('request'),
    id: RequestId,
    replyTo: z.string().min(1).max(64),
    topic: Topic,
    body: z.unknown(),
  }),
  z.object({ type: z.literal('reply'), id: RequestId, body: z.unknown() }),
]);
type NodeMessage = z.infer<typeof NodeMessage>;

export type ClusterStats = {
  node: string;
  isUp: boolean;
  /** How long the backplane took to answer lately; null while it is away. */
  answeredInMs: number | null;
  nodes: number;
};

/** The part of a node that lists shared by all nodes need. */
export type Notices = Pick<ClusterNode, 'notify' | 'onNotice' | 'onMissed'>;

/**
 * This process as one node of a server: sends notices and requests to other nodes over the backplane, and knows which of
 * them are alive. Its listeners, one for each topic, know what messages mean.
 */
export class ClusterNode {
  readonly #clock: Clock;
  readonly #log: Log;
  #backplane!: Backplane; // set by open(), the only way to make one
  readonly #noticeListeners = new Map<string, (body: unknown) => void>();
  readonly #requestListeners = new Map<string, (body: unknown) => unknown>();
  readonly #missedListeners: (() => void)[] = [];
  /** Requests that wait for their reply. */
  readonly #waiting = new Map<number, (reply: unknown) => void>();
  #alive: ReadonlySet<string> = new Set();
  #trustedFrom = 0;
  #cancelSecondLook: () => void = () => {};
  #lastRequest = 0;
  #isClosing = false;

  private constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Connects to the backplane; rejects when that cannot be reached at the start. */
  static async open(clock: Clock, log: Log, openBackplane: OpenBackplane): Promise<ClusterNode> {
    const node = new ClusterNode(clock, log);
    node.#backplane = await openBackplane({
      onMessage: (text) => node.#take(text),
      onUp: () => node.#onUp(),
      onDown: () => node.#onDown(),
      onMissed: () => node.#onMissed(),
    });
    try {
      await node.findNodes();
    } catch (failure) {
      await node.close();
      throw failure;
    }
    return node;
  }

  /** The name of this node. */
  get self(): string {
    return this.#backplane.node;
  }

  /** The store that the nodes share. */
  get store(): Store {
    return this.#backplane;
  }

  stats(): ClusterStats {
    const answeredInMs = this.#backplane.answeredInMs();
    return {
      node: this.self,
      isUp: answeredInMs !== null,
      answeredInMs,
      nodes: this.#alive.size,
    };
  }

  /** Asks which nodes are alive, this one among them, and remembers it. Rejects when the backplane is away. */
  async findNodes(): Promise<ReadonlySet<string>> {
    this.#alive = new Set(await this.#backplane.nodes());
    return this.#alive;
  }

  /** The nodes that were alive when that was asked last. */
  get alive(): ReadonlySet<string> {
    return this.#alive;
  }

  /** Whether a node that does not count as alive, or an entry that is not in the store, is really gone. */
  get isTrusted(): boolean {
    return this.#clock.now() >= this.#trustedFrom;
  }

  /** Sends every other node a notice. Never rejects; a node that is away does not hear it. */
  async notify(topic: string, body: unknown): Promise<void> {
    const nodes = await this.#backplane.nodes().catch((): readonly string[] => []);
    for (const node of nodes) if (node !== this.self) this.tell(node, topic, body);
  }

  /** Sends one node a notice; nothing happens when that node is away. */
  tell(node: string, topic: string, body: unknown): void {
    void this.#send(node, { type: 'notice', topic, body });
  }

  /** Listens to the notices of one topic, one listener each. A body that does not fit the schema is dropped. */
  onNotice<S extends z.ZodType>(topic: string, schema: S, listener: (body: z.output<S>) => void): void {
    this.#noticeListeners.set(topic, (body) => {
      const { success, data } = schema.safeParse(body);
      if (success) listener(data);
    });
  }

  /** Calls `listener` when notices of other nodes, or changes of the store, may have been missed. */
  onMissed(listener: () => void): void {
    this.#missedListeners.push(listener);
  }

  /**
   * Sends a request to one node and resolves with its reply, unparsed; with undefined when that node is gone or does not
   * reply within `withinMs`. Never rejects.
   */
  request(node: string, topic: string, body: unknown, withinMs: number): Promise<unknown> {
    this.#lastRequest += 1;
    const id = this.#lastRequest;
    return new Promise((resolve) => {
      const settle = (reply: unknown): void => {
        cancel();
        this.#waiting.delete(id);
        resolve(reply);
      };
      const cancel = this.#clock.after(withinMs, () => settle(undefined));
      this.#waiting.set(id, settle);
      void this.#send(node, { type: 'request', id, replyTo: this.self, topic, body }).then((taken) => {
        if (!taken) settle(undefined);
      });
    });
  }

  /** Answers the requests of one topic: what `listener` returns goes back, and null for a body that does not fit the schema. */
  onRequest<S extends z.ZodType>(topic: string, schema: S, listener: (body: z.output<S>) => unknown): void {
    this.#requestListeners.set(topic, (body) => {
      const { success, data } = schema.safeParse(body);
      return success ? listener(data) : null;
    });
  }

  /** Goes away in order: what was accepted for this node is still given to the listeners. Closing twice is closing once. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#cancelSecondLook();
    await this.#backplane.close();
    for (const settle of [...this.#waiting.values()]) settle(undefined);
  }

  #onDown(): void {
    this.#log.warn('the backplane is away; rooms on this node go on');
    this.#trustedFrom = Number.POSITIVE_INFINITY;
  }

  /** Everything may be gone from the store, and what was written before the outage may take effect only now. */
  #onUp(): void {
    if (this.#isClosing) return;
    this.#log.info('the backplane is back');
    this.#trustedFrom = this.#clock.now() + TRUST_AGAIN_MS;
    this.#tellMissed();
    this.#cancelSecondLook();
    this.#cancelSecondLook = this.#clock.after(TRUST_AGAIN_MS, () => this.#tellMissed());
  }

  #onMissed(): void {
    if (this.#isClosing) return;
    this.#log.warn('messages of other nodes did not come in; everything is looked at again');
    this.#tellMissed();
  }

  #tellMissed(): void {
    for (const listener of this.#missedListeners) listener();
  }

  #send(node: string, message: NodeMessage): Promise<boolean> {
    return this.#backplane.send(node, JSON.stringify(message)).catch(() => false);
  }

  /** Handles a message before it returns, so that messages keep their order and none waits for the reply to another. */
  #take(text: string): void {
    const message = readJson(NodeMessage, text);
    if (!message) return;
    const { body } = message;
    if (message.type === 'notice') this.#noticeListeners.get(message.topic)?.(body);
    else if (message.type === 'reply') this.#waiting.get(message.id)?.(body);
    else {
      const reply = this.#requestListeners.get(message.topic)?.(body);
      void this.#send(message.replyTo, { type: 'reply', id: message.id, body: reply });
    }
  }
}
