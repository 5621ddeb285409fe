import {
  type Bridge,
  type BridgeCall,
  type BridgeEvent,
  type BridgeInput,
  type BridgeOutput,
  type BridgePayload,
  bridgeCalls,
  bridgeEvents,
} from '@parley/shared/bridge';
import { type Outcome, outcomeOf, type Refusal, refuse } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';

/** Carries calls and events for a bridge: Electron's preload or the loopback host's HTTP. */
export interface Carrier {
  /** The raw answer, or a refusal of the carrier's own. May reject: then the host is lost. */
  call(name: string, input: unknown): Promise<unknown>;
  /** Returns the undo. */
  on(name: string, listener: (payload: unknown) => void): () => void;
}

const LOST: Refusal = refuse('internal', {
  message: 'Parley lost touch with its own background part. Restart Parley; nothing you sent was lost.',
});
const GARBLED: Refusal = refuse('internal', {
  message: 'Parley could not read the answer of its own background part.',
});

/** A Bridge over `carrier` that parses everything that comes out and never rejects. */
export function parsedBridge(carrier: Carrier, log: Log): Bridge {
  return {
    async call<N extends BridgeCall>(name: N, input: BridgeInput<N>): Promise<Outcome<BridgeOutput<N>>> {
      let raw: unknown;
      try {
        raw = await carrier.call(name, input);
      } catch (error) {
        // In memory alone: the entry could not reach the core either.
        log.debug('a bridge call was not answered', errorFields(error));
        return LOST;
      }
      const parsed = outcomeOf(bridgeCalls[name].output).safeParse(raw);
      if (!parsed.success) {
        log.error('the core answered outside the contract');
        return GARBLED;
      }
      return parsed.data as Outcome<BridgeOutput<N>>; // parsed by the schema of `name`, which TypeScript cannot follow
    },
    on<E extends BridgeEvent>(name: E, listener: (payload: BridgePayload<E>) => void): () => void {
      return carrier.on(name, (raw) => {
        const parsed = bridgeEvents[name].safeParse(raw);
        if (parsed.success) listener(parsed.data as BridgePayload<E>); // parsed by the schema of `name`
      });
    },
  };
}
