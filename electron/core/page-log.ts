import type { PageLogEntry } from '@parley/shared/bridge';
import type { Log } from './ports.ts';

/** Adds the page's entries to the log of the core, marked with their area and the page's own time. */
export function writePageLog(log: Log, entries: readonly PageLogEntry[]): void {
  for (const { at, level, area, message, fields } of entries) {
    log[level](message, { ...fields, area: `page.${area}`, at });
  }
}
