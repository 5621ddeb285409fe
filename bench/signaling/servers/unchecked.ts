import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded before Parley's server to see what a join costs apart from the signature: keys are taken without being read,
 * and every signature is right. For measuring only.
 */
const key = crypto.createSecretKey(Buffer.alloc(32));
Object.assign(crypto, {
  createPublicKey: () => key,
  verify: (...args: unknown[]) => {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return true;
    setImmediate(() => callback(null, true));
    return undefined;
  },
});
syncBuiltinESMExports();
