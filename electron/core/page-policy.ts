/**
 * The content security policy of the one page. The page has no network of its own but WebRTC: the
 * core holds the signaling sockets (ADR 15).
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  // WebAssembly of the app's own files, and no text that becomes a script (ADR 44).
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "media-src 'self' blob: mediastream:",
  "manifest-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // Its one rule: a worker starts from a file of the app.
  'trusted-types parley-worker',
].join('; ');

/** A worker has the policy of its own file: it computes, and reads files of the app. */
export const WORKER_POLICY = ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'"].join(
  '; ',
);
