import { type BridgeEvent, type BridgePayload, bridgeEvents } from '@parley/shared/bridge';
import type { Log } from './ports.ts';

/** Says an event to all pages. An event outside the contract is logged and goes to nobody. */
export type Emit = <E extends BridgeEvent>(event: E, payload: BridgePayload<E>) => void;

/** The events that are for all pages. */
export interface EventHub {
  emit: Emit;
  /** Returns the undo. */
  subscribe(listener: (event: BridgeEvent, payload: unknown) => void): () => void;
  close(): void;
}

export function createEventHub(log: Log): EventHub {
  const listeners = new Set<(event: BridgeEvent, payload: unknown) => void>();
  return {
    emit(event, payload) {
      const parsed = bridgeEvents[event].safeParse(payload);
      if (!parsed.success) return log.error('a bridge event is outside its contract', { event });
      for (const listener of [...listeners]) listener(event, parsed.data);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}
