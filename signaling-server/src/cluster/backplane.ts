/** A text with the version it was stored under. Versions of one key only ever grow, also across deletion. */
export type Stored = { version: number; value: string };

/** Small records with compare-and-set. Every call may reject when the other side is away. */
export interface Store {
  read(keys: readonly string[]): Promise<(Stored | undefined)[]>;
  /**
   * Stores `value` (undefined deletes) if the key still has version `expected` (0: it is not there). Answers the new
   * version, or undefined when somebody else was first.
   */
  write(key: string, expected: number, value: string | undefined, ttlMs: number): Promise<number | undefined>;
  /** The keys that are there and begin with `prefix`, which has no characters that mean something in a pattern. */
  list(prefix: string): Promise<string[]>;
  /** Lets keys live for another `ttlMs`; answers the version of each that is there. */
  touch(keys: readonly string[], ttlMs: number): Promise<(number | undefined)[]>;
}

/**
 * Everything that several nodes need to be one server: a small shared store with compare-and-set, a message to one node, and who is
 * alive. Redis gives it to nodes, on several machines or as workers on one. Every call may reject when
 * the other side is away; the caller goes on with what it knows.
 */
export interface Backplane extends Store {
  /** The name of this node, new with every start. */
  readonly node: string;
  /** How long the other side took to answer lately, in milliseconds; null while calls have no chance. */
  answeredInMs(): number | null;
  /**
   * Puts a message into a node's inbox, in order; false when that node is gone. In an inbox that is not read the oldest
   * may give way.
   */
  send(node: string, message: string): Promise<boolean>;
  /** The nodes that gave a sign of life lately, this one among them. */
  nodes(): Promise<readonly string[]>;
  /**
   * Takes this node away. Messages that were accepted for it are still given to the listener, and after that nobody can
   * send it any: a message is handled or refused, never lost.
   */
  close(): Promise<void>;
}

export type BackplaneListener = {
  /** The next message waits for this one: whatever takes long is not waited for here. */
  onMessage(message: string): void | Promise<void>;
  /** It can be reached again, perhaps with everything in it gone. */
  onUp(): void;
  onDown(): void;
  /** Others may have said something that this node was not given, though it was never away: too much came, or it hung. */
  onMissed?(): void;
};

export type OpenBackplane = (listener: BackplaneListener) => Promise<Backplane>;

/** After this time without a sign of life a node counts as gone. */
export const NODE_TTL_MS = 6_000;

/** Where it stands in Redis who is alive, by the time until which a node counts. */
export const nodesKeyOf = (prefix: string): string => `${prefix}:nodes`;
