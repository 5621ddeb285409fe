/** The other nodes of the same server, for what all of them should know. */
export interface OtherNodes {
  /** The name of this node among them. */
  readonly self: string;
  /** The nodes that are alive beside this one, as far as it knows. */
  others(): readonly string[];
  /** Sends every other node a notice. Resolves with the nodes whose inbox took it. Never rejects. */
  notify(topic: string, body: unknown): Promise<readonly string[]>;
  /** Sends one node a notice; nothing happens when that node is away. */
  tell(node: string, topic: string, body: unknown): void;
  /** Listens to the notices of one topic, one listener each. The body is unparsed. */
  onNotice(topic: string, listener: (body: unknown) => void): void;
  /** Calls `listener` when notices of other nodes, or changes of the store, may have been missed. */
  onMissed(listener: () => void): void;
}

/** For a server that is alone. */
export const noOtherNodes: OtherNodes = {
  self: 'alone',
  others: () => [],
  notify: () => Promise.resolve([]),
  tell: () => {},
  onNotice: () => {},
  onMissed: () => {},
};
