export * from '../protocol/bytes.ts';
export { PROTOCOL_LABEL, PROTOCOL_VERSION } from '../protocol/version.ts';

/** WebCrypto's key handle, under whichever name the platform's types give it. */
export type KeyHandle = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
