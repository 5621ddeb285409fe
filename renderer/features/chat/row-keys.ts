import type { MessageKey } from '@parley/shared/model';

/** The message of the row that an element or a text is in. */
export function rowKeyAt(node: Node | null): MessageKey | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  const key = element?.closest<HTMLElement>('[data-row]')?.dataset.row;
  return key === undefined ? null : (key as MessageKey);
}
