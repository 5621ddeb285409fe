/** Bytes of a name at most: every file system in use takes so many, with room for a number behind it. */
const NAME_MAX_BYTES = 200;
/** A longer ending is no ending that any system knows. */
const ENDING_MAX_CHARS = 24;

/** Names that Windows gives to devices, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;
/** Files that a system or a program obeys when they lie in a folder. */
const OBEYED = /^(?:desktop\.ini|autorun\.inf|thumbs\.db|folder\.htt|web\.config|ds_store)$/i;

/** Separators of some system, characters that Windows forbids, and strokes that look like separators. */
const SEPARATORS = /[/\\:*?"<>|\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f8\u29f9\ufe68\uff0f\uff3c]/g;
/**
 * Characters that are not seen, or that change what is seen around them: control and format characters, lone halves of surrogate
 * pairs, noncharacters. The joiners U+200C and U+200D belong to words of some scripts and to emoji.
 */
const UNSEEN =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u115f\u1160\u3164\uffa0\u2800]/gu;

/**
 * A harmless name for a file or a folder that somebody calls `offered` (V5): one path segment that means itself on every system. It has no
 * separators, reserved names, control or bidirectional characters, no dots or blanks at its ends, and at most 200 bytes of UTF-8; the
 * ending stays what it is. A name that is harmless already stays the same.
 */
export function safeFileName(offered: string): string {
  let name = offered.normalize('NFC').replace(UNSEEN, '').replace(SEPARATORS, '_');
  // Blanks of any width; many of them push an ending out of sight.
  name = name.replace(/[\p{Zs}]+/gu, ' ');
  // Windows takes an ending of a class's id for that class.
  name = name.replace(/[{}]/g, '_');
  name = trimEnds(name);
  name = name.replace(/^[.~-]+/, '_');
  name = cut(name);
  const stem = name.split('.')[0]?.trim() ?? '';
  if (DEVICE.test(stem) || OBEYED.test(name)) name = `_${name}`;
  return name === '' || /^_*$/.test(name) ? 'file' : name;
}

/** The ending of a name with its dot, lower case; empty where there is none. */
export function endingOf(name: string): string {
  const at = name.lastIndexOf('.');
  return at > 0 && name.length - at - 1 <= ENDING_MAX_CHARS ? name.slice(at).toLowerCase() : '';
}

/** The `attempt`-th name for a file of this name, where the earlier ones are taken: 'a.txt', 'a (2).txt' and so on. */
export function nameAttempt(name: string, attempt: number): string {
  if (attempt <= 1) return name;
  const ending = name.slice(name.length - endingOf(name).length);
  return `${name.slice(0, name.length - ending.length)} (${attempt})${ending}`;
}

const trimEnds = (name: string): string => name.replace(/^\s+/u, '').replace(/[\s.]+$/u, '');

const sizeOf = (text: string): number => new TextEncoder().encode(text).length;

/** Cuts the part before the ending, never inside a character. */
function cut(name: string): string {
  if (sizeOf(name) <= NAME_MAX_BYTES) return name;
  const ending = name.slice(name.length - endingOf(name).length);
  const characters = [...name.slice(0, name.length - ending.length)];
  let sizeBytes = sizeOf(ending);
  let kept = '';
  for (const character of characters) {
    sizeBytes += sizeOf(character);
    if (sizeBytes > NAME_MAX_BYTES) break;
    kept += character;
  }
  return trimEnds(trimEnds(kept) + ending);
}
