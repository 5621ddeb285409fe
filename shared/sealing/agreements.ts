export * from '../protocol/bytes.ts';
export { PROTOCOL_LABEL, PROTOCOL_VERSION } from '../protocol/version.ts';
