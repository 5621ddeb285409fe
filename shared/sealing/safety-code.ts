import type { DeviceId } from '../base/ids.ts';
import { type Bytes, concatBytes, fromBase64Url } from './agreements.ts';
import { label, sha512 } from './primitives.ts';

const ROUNDS = 5_200;

/**
 * Sixty digits in twelve groups of five for two devices, the same from either side: thirty per device from
 * SHA-512 iterated 5,200 times, each round over the last result and the key again.
 */
export async function deviceCode(left: DeviceId, right: DeviceId): Promise<string> {
  const halves = await Promise.all([left, right].map(halfOf));
  return halves
    .sort()
    .join('')
    .replace(/(.{5})(?!$)/g, '$1 ');
}

async function halfOf(device: DeviceId): Promise<string> {
  const key = fromBase64Url(device) ?? new Uint8Array();
  let hash: Bytes = concatBytes(label('device-code'), key);
  for (let round = 0; round < ROUNDS; round++) hash = await sha512(concatBytes(hash, key));
  const groups = [];
  for (let group = 0; group < 6; group++) {
    const five = hash.subarray(group * 5, group * 5 + 5);
    groups.push((five.reduce((value, byte) => value * 256 + byte, 0) % 100_000).toString().padStart(5, '0'));
  }
  return groups.join('');
}
