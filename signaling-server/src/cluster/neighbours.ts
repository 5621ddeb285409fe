/** The other nodes of the same server, for what all of them should know. */
export interface Neighbours {
  /** Tells every other node something; who is away does not hear it. Never rejects. */
  notify(topic: string, body: unknown): Promise<void>;
  /** Hears what other nodes notify. The body is unparsed. */
  onNotice(topic: string, listener: (body: unknown) => void): void;
}

/** Of a server that is alone. */
export const noNeighbours: Neighbours = { notify: () => Promise.resolve(), onNotice: () => {} };
