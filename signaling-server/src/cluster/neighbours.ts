/** The other nodes of the same server, for what all of them should know. */
export interface Neighbours {
  /** Tells every other node something; who is away does not hear it. Resolves with those that will. Never rejects. */
  notify(topic: string, body: unknown): Promise<readonly string[]>;
  /** Tells one node something; nothing happens when it is away. */
  tell(node: string, topic: string, body: unknown): void;
  /** Hears what other nodes notify. The body is unparsed. */
  onNotice(topic: string, listener: (body: unknown) => void): void;
  /** Hears that what others notified may not have come in. */
  onMissed(listener: () => void): void;
  /** Who is alive beside this node, as far as it knows. */
  others(): readonly string[];
  /** The name of this node among them. */
  readonly self: string;
}

/** Of a server that is alone. */
export const noNeighbours: Neighbours = {
  notify: () => Promise.resolve([]),
  tell: () => {},
  onNotice: () => {},
  onMissed: () => {},
  others: () => [],
  self: 'alone',
};
