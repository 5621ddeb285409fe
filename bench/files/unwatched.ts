import type { Page } from 'playwright-core';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A property of something whose type is not public. */
function inside(value: unknown, ...names: readonly string[]): unknown {
  let at = value;
  for (const name of names) at = isObject(at) ? Reflect.get(at, name) : undefined;
  return at;
}

/**
 * Ends Playwright's watch over the requests of a page. It has the browser tell each request with its whole body, in base64 inside JSON: for
 * a file that arrives block by block this costs several times what Parley does itself. There is no public way to it.
 */
export async function endRequestWatch(page: Page): Promise<void> {
  const connection = inside(page, '_connection');
  const toImpl = inside(connection, 'toImpl');
  const own = typeof toImpl === 'function' ? toImpl.call(connection, page) : undefined;
  const session = inside(own, 'delegate', '_mainFrameSession', '_client');
  const send = inside(session, 'send');
  if (typeof send !== 'function')
    throw new Error('Playwright looks different inside: bench/files/unwatched.ts does not fit.');
  await send.call(session, 'Network.disable');
}
