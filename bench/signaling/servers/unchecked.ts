/**
 * Loaded before Parley's server to see what a join costs apart from the signature: Ed25519 keys are taken without being
 * read, and every signature is right. For measuring only.
 */
const prototype: SubtleCrypto = Object.getPrototypeOf(crypto.subtle);
const importKey = prototype.importKey;
Object.assign(prototype, {
  importKey(this: SubtleCrypto, ...args: Parameters<typeof importKey>) {
    return args[2] === 'Ed25519' ? Promise.resolve({}) : importKey.apply(this, args);
  },
  verify: () => Promise.resolve(true),
});
