import { type Bytes, ParleyError } from '@parley/shared/protocol';
import type { SecretStore } from './ports.ts';

/**
 * The content of `wrapped`. Rejects with `secrets-locked` where this store cannot open it: it was wrapped by another one
 * (the desktop app's keystore, another computer's), or the person did not unlock it.
 */
export async function unlock(secrets: SecretStore, wrapped: Uint8Array): Promise<Bytes> {
  try {
    return await secrets.unwrap(new Uint8Array(wrapped));
  } catch (cause) {
    throw new ParleyError('secrets-locked', { cause });
  }
}
