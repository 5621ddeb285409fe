import { CallId, DeviceId, RoomId } from '@parley/shared/protocol';

/** An id of `bytes` bytes in base64url that is the same for the same seed. */
export function idOf(seed: string, bytes: 16 | 32 | 64): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = 11;
  for (const char of seed) state = (state * 33 + char.charCodeAt(0)) % 1_000_003;
  const length = { 16: 22, 32: 43, 64: 86 }[bytes];
  let id = '';
  while (id.length < length - 1) {
    state = (state * 7_919 + 13) % 1_000_003;
    id += alphabet[state % alphabet.length];
  }
  // The last character carries fewer bits; 'A' is always among the allowed ones.
  return `${id}A`;
}
export const roomIdOf = (seed: string) => RoomId.parse(idOf(seed, 16));
export const deviceIdOf = (seed: string) => DeviceId.parse(idOf(seed, 32));
export const callId = CallId.parse(idOf('call', 16));
