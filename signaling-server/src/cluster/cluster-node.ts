import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Backplane, HEARTBEAT_MS, type OpenBackplane, type Store } from './backplane.ts';
import type { OtherNodes } from './other-nodes.ts';

/** After an outage other nodes need this long to be heard of again; until then nobody is given up. */
const TRUST_AGAIN_MS = 3 * HEARTBEAT_MS;

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

export type ClusterStats = { node: string; isUp: boolean; nodes: number; sent: number; received: number };

/**
 * This process as one node of a server: sends notices and requests to other nodes over the backplane, and knows which of
 * them are alive. Its listeners, one for each topic, know what messages mean.
 */
export class ClusterNode implements OtherNodes {
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
  #sent = 0;
  #received = 0;
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
    await node.findNodes();
    return node;
  }

  get self(): string {
    return this.#backplane.node;
  }

  /** The store that the nodes share. */
  get store(): Store {
    return this.#backplane;
  }

  stats(): ClusterStats {
    return {
      node: this.self,
      isUp: this.#backplane.isUp(),
      nodes: this.#alive.size,
      sent: this.#sent,
      received: this.#received,
    };
  }

  /** How long the backplane takes to answer, in milliseconds; null when it does not. */
  async answersWithinMs(): Promise<number | null> {
    const startedAt = performance.now();
    try {
      await this.#backplane.answers();
      return Math.round((performance.now() - startedAt) * 1_000) / 1_000;
    } catch {
      return null;
    }
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

  others(): readonly string[] {
    return [...this.#alive].filter((node) => node !== this.self);
  }

  /** Whether a node that does not count as alive, or an entry that is not in the store, is really gone. */
  get isTrusted(): boolean {
    return this.#clock.now() >= this.#trustedFrom;
  }

  async notify(topic: string, body: unknown): Promise<readonly string[]> {
    const nodes = await this.#backplane.nodes().catch((): readonly string[] => []);
    const others = nodes.filter((node) => node !== this.self);
    const taken = await Promise.all(others.map((node) => this.#send(node, { type: 'notice', topic, body })));
    return others.filter((_, at) => taken[at]);
  }

  tell(node: string, topic: string, body: unknown): void {
    void this.#send(node, { type: 'notice', topic, body });
  }

  onNotice(topic: string, listener: (body: unknown) => void): void {
    this.#noticeListeners.set(topic, listener);
  }

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

  /** Answers the requests of one topic: what `listener` returns goes back. The body is unparsed. */
  onRequest(topic: string, listener: (body: unknown) => unknown): void {
    this.#requestListeners.set(topic, listener);
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

  async #send(node: string, message: NodeMessage): Promise<boolean> {
    try {
      const taken = await this.#backplane.send(node, JSON.stringify(message));
      if (taken) this.#sent += 1;
      return taken;
    } catch {
      return false;
    }
  }

  /** Handles a message before it returns, so that messages keep their order and none waits for the reply to another. */
  #take(text: string): void {
    const message = readMessage(text);
    if (!message) return;
    this.#received += 1;
    const { body } = message;
    if (message.type === 'notice') this.#noticeListeners.get(message.topic)?.(body);
    else if (message.type === 'reply') this.#waiting.get(message.id)?.(body);
    else {
      const reply = this.#requestListeners.get(message.topic)?.(body);
      void this.#send(message.replyTo, { type: 'reply', id: message.id, body: reply });
    }
  }
}

function readMessage(text: string): NodeMessage | undefined {
  try {
    return NodeMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
