export * from '../base/bytes.ts';
export { PROTOCOL_LABEL, PROTOCOL_VERSION } from '../base/version.ts';

/** WebCrypto's key handle, under whichever name the platform's types give it. */
export type KeyHandle = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
