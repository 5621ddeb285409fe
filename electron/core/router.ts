import { type BridgeCall, type BridgeOutput, type BridgeParsed, bridgeCalls } from '@parley/shared/bridge';
import { accept, type Outcome, ParleyError, refuse, refuseInput } from '@parley/shared/protocol';
import type { Log } from './ports.ts';
import type { PageWires } from './signaling/wires.ts';

/**
 * A handler for every row of the contract: parsed input in, the value out, ParleyErrors thrown. `page` holds the wires of
 * the page that asks; null where no page does.
 */
export type BridgeHandlers = {
  [N in BridgeCall]: (input: BridgeParsed<N>, page: PageWires | null) => Promise<BridgeOutput<N>> | BridgeOutput<N>;
};

/** The handlers of some areas of the contract. */
export type HandlersOf<Area extends string> = Pick<BridgeHandlers, Extract<BridgeCall, `${Area}.${string}`>>;

const isCall = (name: string): name is BridgeCall => Object.hasOwn(bridgeCalls, name);

/**
 * name → parse input → handler → parse output → Outcome. Never rejects; knows no transport.
 * An error without a code is logged without its content and answered with `internal`.
 */
export function createRouter(handlers: BridgeHandlers, log: Log) {
  return async (name: string, input: unknown, page: PageWires | null): Promise<Outcome<unknown>> => {
    if (!isCall(name)) return refuse('unknown-call');
    const parsed = bridgeCalls[name].input.safeParse(input);
    if (!parsed.success) return refuseInput(parsed.error);
    try {
      // The table pairs this name's handler with this name's input; a union of names hides that from the types.
      const handler = handlers[name] as (input: unknown, page: PageWires | null) => unknown;
      const value = bridgeCalls[name].output.safeParse(await handler(parsed.data, page));
      if (value.success) return accept(value.data);
      log.error('a bridge call gave a value outside its contract', { name });
      return refuse('internal');
    } catch (thrown) {
      if (thrown instanceof ParleyError) return thrown.toRefusal();
      log.error('a bridge call failed', { name, error: thrown instanceof Error ? thrown.name : 'unknown' });
      return refuse('internal');
    }
  };
}
