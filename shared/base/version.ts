/**
 * Version of everything that crosses a border: signaling events, sealed boxes, link messages.
 * There is no negotiation of algorithms: one version, one suite.
 */
export const PROTOCOL_VERSION = 1;
export type ProtocolVersion = typeof PROTOCOL_VERSION;

/** Prefix of every domain-separation label of version 1, followed by a space and the purpose. */
export const PROTOCOL_LABEL = 'parley/1';
