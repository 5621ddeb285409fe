import type { ServerHost } from '@parley/shared/model';
import { type IceServer, iceDropReason } from '@parley/shared/protocol';

/** RFC 8489 §14.3. */
const USERNAME_MAX_BYTES = 509;
/** Credentials are not asked for more often. */
export const ICE_REFRESH_MIN_MS = 30_000;
const REFRESH_MAX_MS = 86_400_000;

/** For how long credentials are used that a server gave for `expiresInMs`: neither asked for all the time nor never. */
export const iceLifetimeMs = (expiresInMs: number): number =>
  Math.min(REFRESH_MAX_MS, Math.max(ICE_REFRESH_MIN_MS, expiresInMs));

/**
 * Keeps of a server's list of STUN and TURN servers what `iceDropReason` leaves, and of relays those with a username
 * and a credential that WebRTC takes: one entry that RTCPeerConnection refuses would take every link away.
 */
export function allowedIceServers(host: ServerHost, offered: readonly IceServer[]): RTCIceServer[] {
  return offered.flatMap(({ urls, username, credential }) => {
    const mayRelay = isUsername(username) && isGiven(credential);
    const kept = urls.filter((url) => iceDropReason(host, url) === undefined && (mayRelay || !/^turns?:/i.test(url)));
    if (kept.length === 0) return [];
    return [mayRelay ? { urls: kept, username, credential } : { urls: kept }];
  });
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';
const isUsername = (text: string | undefined): text is string =>
  isGiven(text) && new TextEncoder().encode(text).length <= USERNAME_MAX_BYTES;
