import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';

/** One signature check as a join needs it, key and all, many times and nothing else: its CPU time goes to the parent. */
const CHECKS = 3_000;
const TEXT_BYTES = 93;

const cases = Array.from({ length: 50 }, () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = randomBytes(TEXT_BYTES);
  return { der: publicKey.export({ format: 'der', type: 'spki' }), text, sig: sign(null, text, privateKey) };
});
let right = 0;
const before = process.cpuUsage();
for (let i = 0; i < CHECKS; i++) {
  const one = cases[i % cases.length];
  if (!one) continue;
  const key = createPublicKey({ key: one.der, format: 'der', type: 'spki' });
  if (verify(null, one.text, key, one.sig)) right += 1;
}
const { user, system } = process.cpuUsage(before);
process.send?.({ type: 'checked', cpuMs: (user + system) / 1_000 / right });
process.disconnect();
