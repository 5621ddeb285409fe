import type { Receiver } from '@parley/shared/model';
import { deviceIdOf } from './ids.ts';

const receiver = (name: string, more: Partial<Receiver>): Receiver => ({
  author: deviceIdOf(name),
  authorName: name,
  name,
  confirmed: true,
  mine: false,
  state: 'waiting',
  deliveredAt: null,
  readAt: null,
  ...more,
});

/** The people whom a message of the gallery reached, and one whom it did not. */
export const sampleReceivers = (nowMs: number): Receiver[] => [
  receiver('Ana Moreira', { state: 'read', deliveredAt: nowMs - 170_000, readAt: nowMs - 60_000 }),
  receiver('Benedikt', { state: 'delivered', deliveredAt: nowMs - 165_000 }),
  receiver('Chiara Fontana', { confirmed: false }),
];
