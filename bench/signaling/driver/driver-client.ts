import type { RoomKey } from './room-key.ts';

/** Hears whether the server took a message. */
export type Settled = (answer: 'served' | 'refused') => void;

/** One simulated participant, in the words that its server understands. */
export interface DriverClient {
  /** How the others of its room address it; known after joining. */
  readonly name: string;
  onSignal: (id: string) => void;
  open(): Promise<void>;
  join(room: RoomKey): Promise<void>;
  /** Sends a box; `settled` hears the server's answer, or at once where the server gives none. */
  send(to: string, id: string, box: string, settled: Settled): void;
  leave(): Promise<void>;
  close(): void;
}
