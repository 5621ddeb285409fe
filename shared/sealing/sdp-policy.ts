import { accept, type Outcome, refuse } from '../base/outcome.ts';
import { type Bytes, equalBytes } from './agreements.ts';

/** Bytes of a fingerprint as WebRTC writes it ("AA:BB:…", 32 of them); undefined for anything else. */
export function fingerprintOf(value: string): Bytes | undefined {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){31}$/i.test(value)) return undefined;
  return Uint8Array.from(value.split(':'), (pair) => Number.parseInt(pair, 16));
}

/**
 * Accepts a session description only if it has a fingerprint and every one of them is the sha-256 value that
 * the peer's hello promised. Chromium takes a description with two different fingerprints, so we must not.
 */
export function checkSdp(sdp: string, fp: Bytes): Outcome<void> {
  const lines = sdp.split(/\r\n|\r|\n/).filter((line) => /^\s*a\s*=\s*fingerprint/i.test(line));
  const honest = lines.every((line) => {
    const value = /^a=fingerprint:sha-256 ([0-9A-Fa-f:]+)\s*$/.exec(line)?.[1];
    const found = value === undefined ? undefined : fingerprintOf(value);
    return found !== undefined && equalBytes(found, fp);
  });
  return lines.length > 0 && honest ? accept(undefined) : refuse('fingerprint-mismatch');
}
