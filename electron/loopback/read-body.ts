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
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume();
    return refuse('too-large');
  }
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  return new Promise((resolve) => {
    request.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      if (sizeBytes <= maxBytes) parts.push(part);
      else {
        parts.length = 0;
        resolve(refuse('too-large'));
      }
    });
    request.on('end', () => {
      if (sizeBytes <= maxBytes) resolve(accept(Buffer.concat(parts)));
    });
    request.on('error', () => resolve(refuse('bad-request')));
    request.on('close', () => resolve(refuse('bad-request')));
  });
}
