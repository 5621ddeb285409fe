import type { IncomingMessage } from 'node:http';
import { accept, type Outcome, refuse } from '@parley/shared/protocol';

/** Reads a request's body as text, as `readBytes` does; `bad-request` also where the bytes are not UTF-8. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Outcome<string>> {
  const body = await readBytes(request, maxBytes);
  if (!body.ok) return body;
  try {
    return accept(new TextDecoder('utf-8', { fatal: true }).decode(body.value));
  } catch {
    // The body is not UTF-8. The sender gets the refusal.
    return refuse('bad-request');
  }
}

/**
 * Reads a request's body. Answers `too-large` above `maxBytes` without keeping what came, and `bad-request`
 * when the sender breaks off.
 */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Outcome<Uint8Array>> {
  const saidBytes = Number(request.headers['content-length'] ?? 0);
  if (saidBytes > maxBytes) {
    request.resume();
    return refuse('too-large');
  }
  // Each part goes where it belongs at once: a block of a file whose parts are all kept until its end is twice as much for the collector.
  let whole = Buffer.allocUnsafeSlow(saidBytes > 0 ? saidBytes : 0);
  let sizeBytes = 0;
  return new Promise((resolve) => {
    request.on('data', (part: Buffer) => {
      const at = sizeBytes;
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) {
        whole = Buffer.alloc(0);
        resolve(refuse('too-large'));
        return;
      }
      // Where its size was not said.
      if (sizeBytes > whole.length) whole = Buffer.concat([whole.subarray(0, at)], Math.min(maxBytes, 2 * sizeBytes));
      part.copy(whole, at);
    });
    request.on('end', () => {
      if (sizeBytes <= maxBytes) resolve(accept(whole.subarray(0, sizeBytes)));
    });
    request.on('error', () => resolve(refuse('bad-request')));
    request.on('close', () => resolve(refuse('bad-request')));
  });
}
