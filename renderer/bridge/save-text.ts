import type { Clock } from '@parley/shared/timing';

/** Hands a text to the computer as a file of that name. */
export type SaveText = (name: string, text: string) => void;

/** The browser reads the text some time after the press; the address is kept for so long. */
const KEPT_MS = 60_000;

/** Saves through a download of the page: the window asks where to, or puts it where downloads go. */
export function browserSaveText(window: Window & typeof globalThis, clock: Pick<Clock, 'after'>): SaveText {
  return (name, text) => {
    const address = window.URL.createObjectURL(new window.Blob([text], { type: 'application/json' }));
    const link = window.document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
    clock.after(KEPT_MS, () => window.URL.revokeObjectURL(address));
  };
}
