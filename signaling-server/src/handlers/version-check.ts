import { PROTOCOL_VERSION, type Refusal, refuse } from '@parley/shared/protocol';

/** The refusal for a client of another protocol version; undefined when both speak the same. */
export function versionRefusal(v: number): Refusal | undefined {
  if (v === PROTOCOL_VERSION) return undefined;
  return refuse(v < PROTOCOL_VERSION ? 'client-too-old' : 'server-too-old');
}
