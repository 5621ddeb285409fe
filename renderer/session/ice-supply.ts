import type { ServerHost } from '@parley/shared/model';
import type { IceConfig, Outcome } from '@parley/shared/protocol';
import { type Clock, elapsedMs, type Moment, momentOf } from '@parley/shared/timing';
import { allowedIceServers, ICE_REFRESH_MIN_MS, iceLifetimeMs } from './ice-policy.ts';

export type IceSupplyPorts = {
  host: ServerHost;
  clock: Clock;
  /** Asks the signaling server anew; undefined while there is no seat. */
  ask: () => Promise<Outcome<IceConfig> | undefined>;
};

/** Share of their lifetime after which credentials are asked for anew. */
const REFRESH_AT = 0.8;

/** The STUN and TURN servers for new connections, kept fresh while the room is open. */
export class IceSupply {
  readonly #ports: IceSupplyPorts;
  #servers: RTCIceServer[] = [];
  #taken: { at: Moment; lifetimeMs: number } | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #undo: () => void = () => {};
  #closed = false;

  constructor(ports: IceSupplyPorts) {
    this.#ports = ports;
  }

  /** Takes what the server sent; keeps of it what the policy allows. */
  take({ iceServers, expiresInMs }: IceConfig): void {
    const { clock, host } = this.#ports;
    const lifetimeMs = expiresInMs === undefined ? Number.POSITIVE_INFINITY : iceLifetimeMs(expiresInMs);
    this.#servers = allowedIceServers(host, iceServers);
    this.#taken = { at: momentOf(clock), lifetimeMs };
    this.#undo();
    if (expiresInMs === undefined) return;
    this.#undo = clock.after(Math.max(ICE_REFRESH_MIN_MS, lifetimeMs * REFRESH_AT), () => void this.#refresh());
  }

  /** For a new connection. Asks for fresh credentials when these have ended. */
  servers(): RTCIceServer[] {
    const taken = this.#taken;
    if (taken && elapsedMs(this.#ports.clock, taken.at) >= taken.lifetimeMs) void this.#refresh();
    return this.#servers;
  }

  close(): void {
    this.#closed = true;
    this.#undo();
  }

  async #refresh(): Promise<void> {
    const now = this.#ports.clock.monotonicMs();
    if (now - this.#askedAt < ICE_REFRESH_MIN_MS) return;
    this.#askedAt = now;
    const asked = await this.#ports.ask();
    if (asked?.ok && !this.#closed) this.take(asked.value);
  }
}
