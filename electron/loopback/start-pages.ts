import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Pages in the profile that lead one new window each to its address. The address carries a start token; what a browser
 * is started with can be read by everybody on the computer, a file of the profile only by this person (ADR 7).
 */
export interface StartPages {
  /** Writes the page that leads to an address; answers its `file:` URL. Throws what the disk says. */
  write(address: string): string;
  /** Takes the page of an address away: it was used, or never will be. */
  remove(address: string): void;
  /** Takes all of them away. */
  close(): void;
}

const pageTo = (address: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Parley</title>
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}"></head></html>
`;

/** The pages of a profile that this process has locked. */
export function openStartPages(profile: string): StartPages {
  const folder = join(profile, 'opening');
  const fileOf = (place: number) => join(folder, `${place}.html`);
  const places = new Map<string, number>();
  // Pages of a start that was killed; its tokens died with it.
  rmSync(folder, { recursive: true, force: true });

  return {
    write(address) {
      // Chromium remembers where an app's window stood by the address it began at, so names are used again.
      let place = 1;
      while ([...places.values()].includes(place)) place++;
      places.set(address, place);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(fileOf(place), pageTo(address), { mode: 0o600 });
      return pathToFileURL(fileOf(place)).href;
    },
    remove(address) {
      const place = places.get(address);
      if (place === undefined) return;
      try {
        rmSync(fileOf(place), { force: true });
        places.delete(address);
      } catch {
        // Windows lets nobody remove what a browser still reads; the address works no more, and `close` comes later.
      }
    },
    close() {
      rmSync(folder, { recursive: true, force: true });
      places.clear();
    },
  };
}
