const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Shortcuts as they are written on this computer's keys. */
export const keys = {
  mute: 'M',
  camera: 'V',
  share: 'S',
  hand: 'H',
  search: isMac ? '⌘K' : 'Ctrl+K',
  leave: isMac ? '⇧⌘L' : 'Ctrl+Shift+L',
  home: isMac ? '⇧⌘H' : 'Ctrl+Shift+H',
  settings: isMac ? '⌘,' : 'Ctrl+,',
} as const;

export const isCommand = (event: Pick<KeyboardEvent, 'metaKey' | 'ctrlKey'>): boolean =>
  isMac ? event.metaKey : event.ctrlKey;

/** Whether typing goes somewhere, so that a single letter must not be a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}
