import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach } from 'vitest';

/** A part of the document that React draws into. */
export interface Mounted {
  readonly page: HTMLElement;
  /** Draws, and waits until effects and promises that they began are done. */
  render(node: ReactNode): Promise<void>;
}

/** Gives each test of this file a part of the document, and takes it away afterwards. Call it at the top of the file. */
export function mountEach(): Mounted {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  let page: HTMLElement;
  let root: Root;
  beforeEach(() => {
    page = document.body.appendChild(document.createElement('div'));
    root = createRoot(page);
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    document.body.replaceChildren();
  });
  return {
    get page() {
      return page;
    },
    render: (node) => act(async () => root.render(node)),
  };
}
