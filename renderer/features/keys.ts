import { useSyncExternalStore } from 'react';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** A key of a shortcut, by what it types on a US keyboard. */
export type ShortcutKey = 'm' | 'v' | 's' | 'h' | 'g' | 'f' | 'k' | 'l' | ',';

/** Where a US keyboard has each key, in the names of `KeyboardEvent.code`. */
const PLACES: Readonly<Record<ShortcutKey, string>> = {
  m: 'KeyM',
  v: 'KeyV',
  s: 'KeyS',
  h: 'KeyH',
  g: 'KeyG',
  f: 'KeyF',
  k: 'KeyK',
  l: 'KeyL',
  ',': 'Comma',
};

/** Letters of other scripts than the Latin one; some keys have a vowel sign alone. */
const OTHER_SCRIPT = /^(?!.*\p{Script=Latin})[\p{L}\p{M}]+$/u;
/** What Chromium calls a key that an input method takes, Korean or Japanese ones for example. */
const INPUT_METHOD = 'Process';

/**
 * Whether a key was pressed. A layout with Latin letters has it where it types that letter, AZERTY for example. Layouts without
 * them have it in the place of a US keyboard: `ь` is M on a Russian one.
 */
export function isKey(event: Pick<KeyboardEvent, 'key' | 'code'>, wanted: ShortcutKey): boolean {
  if (event.key.toLowerCase() === wanted) return true;
  return event.code === PLACES[wanted] && (event.key === INPUT_METHOD || OTHER_SCRIPT.test(event.key));
}

/** The keys of a layout, by their place. */
type Layout = ReadonlyMap<string, string>;

/** The name of a key on a keyboard with this layout: the local letter where the layout has no Latin ones. */
export function keyName(wanted: ShortcutKey, layout: Layout): string {
  const local = layout.get(PLACES[wanted]) ?? wanted;
  const typed = [...layout.values()].includes(wanted) || !OTHER_SCRIPT.test(local) ? wanted : local;
  return typed.toLocaleUpperCase();
}

/** Shortcuts as they are written on a keyboard with this layout. */
export function shortcutsOf(layout: Layout) {
  const name = (key: ShortcutKey) => keyName(key, layout);
  const command = (key: ShortcutKey) => (isMac ? `⌘${name(key)}` : `Ctrl+${name(key)}`);
  const shifted = (key: ShortcutKey) => (isMac ? `⇧⌘${name(key)}` : `Ctrl+Shift+${name(key)}`);
  return {
    mute: name('m'),
    camera: name('v'),
    share: name('s'),
    hand: name('h'),
    layout: name('g'),
    fullScreen: name('f'),
    search: command('k'),
    leave: shifted('l'),
    home: shifted('h'),
    settings: command(','),
  };
}
export type Shortcuts = ReturnType<typeof shortcutsOf>;

/** Chromium's own; TypeScript's library does not know it. */
type Keyboard = { getLayoutMap(): Promise<Layout> };
const keyboard = (navigator as Navigator & { keyboard?: Keyboard }).keyboard;

let shortcuts = shortcutsOf(new Map());

/** Tells of a change of the layout when the window comes to the front: people choose another one by a key of the system. */
function followLayout(changed: () => void): () => void {
  const read = async (): Promise<void> => {
    // A page without the right to read it shows the letters of a US keyboard.
    const layout = await keyboard?.getLayoutMap().catch(() => undefined);
    if (!layout) return;
    const now = shortcutsOf(layout);
    // The same object for as long as it says the same.
    if (JSON.stringify(now) !== JSON.stringify(shortcuts)) shortcuts = now;
    changed();
  };
  const onFocus = () => void read();
  onFocus();
  window.addEventListener('focus', onFocus);
  return () => window.removeEventListener('focus', onFocus);
}

/** Shortcuts as they are written on this computer's keys. */
export const useShortcuts = (): Shortcuts => useSyncExternalStore(followLayout, () => shortcuts);

export const isCommand = (event: Pick<KeyboardEvent, 'metaKey' | 'ctrlKey'>): boolean =>
  isMac ? event.metaKey : event.ctrlKey;

/** Whether typing goes somewhere, so that a single letter must not be a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}
