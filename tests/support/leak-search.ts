/** A piece of text or bytes that must not be found, with what to call it in a report. */
export type Secret = { what: string; bytes: Buffer };

export type Leak = { what: string; form: string };

/** A secret from text as people read it. */
export const secretText = (what: string, text: string): Secret => ({ what, bytes: Buffer.from(text, 'utf8') });

/** A secret from a certificate's fingerprint, "AA:BB:…", as bytes; its spelling with colons is looked for as well. */
export const secretFingerprint = (fingerprint: string): Secret[] => [
  secretText('a fingerprint', fingerprint),
  { what: 'a fingerprint', bytes: Buffer.from(fingerprint.replaceAll(':', ''), 'hex') },
];

/**
 * The spellings in which bytes could have travelled: as they are, in hex, in base64 and base64url at each of the
 * three places where they may begin inside a longer text. Only what is the same whatever stands beside it.
 */
function spellingsOf(bytes: Buffer): Map<string, Buffer> {
  const spellings = new Map<string, Buffer>([['plain', bytes]]);
  const text = bytes.toString('utf8');
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (escaped !== text && !text.includes('\ufffd')) spellings.set('escaped', Buffer.from(escaped));
  const hex = bytes.toString('hex');
  spellings.set('hex', Buffer.from(hex));
  spellings.set('upper-case hex', Buffer.from(hex.toUpperCase()));
  for (const shift of [0, 1, 2]) {
    const coded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const start = Math.ceil((shift * 8) / 6);
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    const inner = coded.slice(start, whole);
    // Shorter ones turn up by chance in any sealed box.
    if (inner.length < 7) continue;
    spellings.set(`base64, shift ${shift}`, Buffer.from(inner));
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    if (url !== inner) spellings.set(`base64url, shift ${shift}`, Buffer.from(url));
  }
  return spellings;
}

/** Searches `haystack` for every secret in every spelling. Secrets of fewer than five bytes are refused: they occur by chance. */
export function findLeaks(haystack: Buffer, secrets: readonly Secret[]): Leak[] {
  const leaks: Leak[] = [];
  for (const { what, bytes } of secrets) {
    if (bytes.length < 5) throw new Error(`too short to look for: ${what}`);
    for (const [form, spelling] of spellingsOf(bytes)) {
      if (haystack.includes(spelling)) leaks.push({ what, form });
    }
  }
  return leaks;
}
