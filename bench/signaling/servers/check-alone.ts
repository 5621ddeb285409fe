import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** One signature check as a join needs it, key and all, many times and nothing else: its CPU time goes to the parent. */
const CHECKS = 3_000;
const TEXT_BYTES = 93;

const cases = Array.from({ length: 50 }, () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = new Uint8Array(randomBytes(TEXT_BYTES));
  const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  return { key, text, sig: new Uint8Array(sign(null, text, privateKey)) };
});
let right = 0;
const before = process.cpuUsage();
for (let i = 0; i < CHECKS; i++) {
  const one = cases[i % cases.length];
  if (!one) continue;
  const key = await crypto.subtle.importKey('raw', one.key, 'Ed25519', false, ['verify']);
  if (await crypto.subtle.verify('Ed25519', key, one.sig, one.text)) right += 1;
}
const { user, system } = process.cpuUsage(before);
process.send?.({ type: 'checked', cpuMs: (user + system) / 1_000 / right });
process.disconnect();
